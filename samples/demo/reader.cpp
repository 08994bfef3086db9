// SPDX-License-Identifier: MIT
// Follows relays, or fetches what they have stored.
#include <iostream>
#include <memory>

#include "table.hpp"
#include "text.hpp"
#include "tool.hpp"

namespace demo {

namespace {

constexpr std::uint32_t default_limit = 100;
constexpr std::uint64_t redraw_ms = 200;

class reader final : public tool {
 public:
  explicit reader(const arguments& given) : tool(given) {}

 private:
  uvnostr::error begin() override {
    if (is_terminal() && !shows_json()) start_screen();
    uvnostr::filter wanted = given().wanted;
    if (given().action == action::fetch) {
      auto fetched = pool().fetch(wanted, callbacks_of_fetch());
      if (fetched) subscription_ = std::move(*fetched);
      return fetched.error();
    }
    if (!wanted.limit && !wanted.since) wanted.limit = default_limit;
    auto subscribed = pool().subscribe(wanted, callbacks());
    if (subscribed) subscription_ = std::move(*subscribed);
    return subscribed.error();
  }

  uvnostr::subscription_callbacks callbacks() {
    return {.on_event = [this](uvnostr::relay_id from, const uvnostr::event_view& event) { show(from, event); },
            .on_eose = [this] { succeed(); },
            .on_all_eose =
                [this] {
                  if (!screen_) std::cerr << "every relay has answered or failed; new events follow (Ctrl-C ends)\n";
                }};
  }

  uvnostr::fetch_callbacks callbacks_of_fetch() {
    return {.on_event = [this](uvnostr::relay_id from, const uvnostr::event_view& event) { show(from, event); },
            .on_done =
                [this](const uvnostr::fetch_result& all) {
                  if (all.is_answered()) succeed();
                  for (const uvnostr::fetched_relay& each : all.relays) {
                    std::string how(to_string(each.end));
                    if (!each.words.empty()) how += ": " + excerpt(each.words, 300);
                    ends_.emplace_back(std::string(pool().url(each.relay)) + ' ' + how);
                    heard_[each.relay] = std::move(how);
                  }
                  pool().close();
                }};
  }

  void show(uvnostr::relay_id from, const uvnostr::event_view& event) {
    if (shows_json()) {
      std::cout << one_line(event.json()) << std::endl;
      return;
    }
    std::string line = date_and_time(event.created_at()) + "  kind " + std::to_string(event.kind()) + "  " +
                       short_name(event.pubkey()) + "  " + excerpt(event.content()) + "  (" +
                       std::string(pool().url(from)) + ')';
    if (screen_) {
      screen_->print(std::move(line));
    } else {
      std::cout << line << std::endl;
    }
  }

  void on_log(const uvnostr::log_entry& entry) override {
    if (!screen_) return tool::on_log(entry);
    std::string text(entry.message);
    for (const uvnostr::log_field& each : entry.fields) {
      if (each.key == "text" || each.key == "words") text.append(": ").append(each.value);
    }
    heard_[entry.relay] = std::move(text);
  }

  void start_screen() {
    screen_ = std::make_unique<screen>(&loop());
    uv_timer_init(&loop(), &redraw_);
    redraw_.data = this;
    uv_timer_start(
        &redraw_, [](uv_timer_t* t) { static_cast<reader*>(t->data)->draw(); }, 0, redraw_ms);
    uv_unref(reinterpret_cast<uv_handle_t*>(&redraw_));
  }

  void draw() { screen_->draw(table(pool().stats(), heard_, screen_->width(), screen_->height())); }

  void end() override {
    if (screen_) {
      // A pool that has ended has no relays to show, so the last table stays.
      screen_->finish();
      screen_.reset();
      uv_close(reinterpret_cast<uv_handle_t*>(&redraw_), nullptr);
    }
    for (const std::string& each : ends_) std::cerr << each << '\n';
    subscription_ = {};
  }

  uvnostr::subscription subscription_;
  std::unique_ptr<screen> screen_;  // on a terminal
  uv_timer_t redraw_{};
  news heard_;
  std::vector<std::string> ends_;  // of a fetch
};

}  // namespace

int read_relays(const arguments& given) { return reader(given).run(); }

}  // namespace demo
