// SPDX-License-Identifier: MIT
#include "testing/relay/relay_core.hpp"

#include <algorithm>

#include "testing/relay/connection_access.hpp"
#include "testing/relay/upgrade.hpp"

namespace uvnostr::testing::detail {
namespace {

constexpr std::size_t max_known_links = 10'000;

}  // namespace

relay_core::relay_core(std::unique_ptr<detail::host> on, test_relay_options options) noexcept
    : host_(std::move(on)), options_(std::move(options)), store_(options_.max_stored_events), script_(*this) {}

relay_core::~relay_core() { shut_down(); }

void relay_core::shut_down() noexcept {
  shut_down_ = true;
  listening_ = false;
  host_->close();
  on_message_ = nullptr;
  script_.clear();
  for (const auto& l : std::exchange(links_, {})) l->abandon();
}

std::error_code relay_core::listen() noexcept {
  if (listening_) return {};
  const std::error_code error = host_->listen(*this);
  listening_ = !error;
  return error;
}

void relay_core::stop(ending how) noexcept {
  listening_ = false;
  host_->refuse();
  drop_links(how);
}

void relay_core::drop_links(ending how) noexcept {
  const auto now = links_;
  for (const auto& l : now) l->drop(how);
}

void relay_core::pause_reading(bool paused) noexcept {
  paused_ = paused;
  for (const auto& l : links_) paused ? l->pause_reading() : l->resume_reading();
}

void relay_core::offer(const event& e) {
  const auto now = links_;
  for (const auto& l : now) l->nostr().offer(*this, e);
}

void relay_core::offer_raw(std::string_view json) {
  const auto now = links_;
  for (const auto& l : now) l->nostr().offer_raw(*this, json);
}

handshake_rule relay_core::take_rule() {
  if (auto rule = script_.take_refusal()) return *std::move(rule);
  handshake_rule& rule = behaviour().on_connect;
  handshake_rule taken = rule;
  if (rule.times == 0) {
    taken.how = handshake::accept;
  } else if (rule.times != always) {
    --rule.times;
  }
  return taken;
}

handshake_rule relay_core::next_rule() {
  handshake_rule rule = take_rule();
  const auto is_date = [](const http_header& each) { return each.name == "Date"; };
  if (std::ranges::none_of(rule.headers, is_date)) rule.headers.push_back({"Date", http_date(wall_clock())});
  return rule;
}

void relay_core::on_upgraded(link& l) {
  ++counters_.upgraded;
  l.nostr().on_open(*this);
  script_.on_open(l);
}

void relay_core::on_text(link& l, std::string text) {
  ++counters_.messages;
  log(l, text);
  if (intercepted(l, text)) return;
  const request r = parse_request(text);
  count(r);
  if (script_.leads(l)) return script_.on_request(l, r);
  serve(l, r);
}

void relay_core::serve(link& l, const request& r) { l.nostr().handle(*this, r); }

bool relay_core::intercepted(link& l, const std::string& text) {
  if (!on_message_) return false;
  // The call may replace the function or end this object.
  auto call = std::exchange(on_message_, nullptr);
  const bool taken = call(connection_access::make(l), text);
  if (!on_message_ && !shut_down_) on_message_ = std::move(call);
  return taken || !l.is_open();
}

void relay_core::log(link& l, const std::string& text) {
  if (log_bytes_ + text.size() > options_.max_log_bytes) return;
  log_bytes_ += text.size();
  l.record()->received.push_back(text);
  log_.emplace_back(l.record(), l.record()->received.size() - 1);
}

void relay_core::count(const request& r) noexcept {
  switch (r.kind) {
    case request::verb::req: ++counters_.reqs; break;
    case request::verb::close: ++counters_.closes; break;
    case request::verb::event: ++counters_.events; break;
    case request::verb::auth: ++counters_.auths; break;
    case request::verb::invalid: ++counters_.invalid; break;
  }
}

void relay_core::on_gone(link& l) {
  const auto keep = l.shared_from_this();
  std::erase(links_, keep);
  script_.on_gone(l);
}

relay_counters relay_core::counters() const noexcept {
  relay_counters all = counters_;
  all.open = static_cast<std::size_t>(std::ranges::count_if(links_, [](const auto& l) { return l->is_open(); }));
  return all;
}

std::shared_ptr<link> relay_core::newest_open_link() const noexcept {
  const auto found = std::find_if(links_.rbegin(), links_.rend(), [](const auto& l) { return l->is_open(); });
  return found == links_.rend() ? nullptr : *found;
}

std::vector<std::string> relay_core::received() const {
  std::vector<std::string> all;
  all.reserve(log_.size());
  for (const auto& [record, place] : log_) all.push_back(record->received[place]);
  return all;
}

std::shared_ptr<link_record> relay_core::next_client() {
  ++counters_.accepted;
  if (links_.size() >= options_.max_connections) return nullptr;
  auto record = std::make_shared<link_record>();
  record->number = counters_.accepted;
  return record;
}

void relay_core::admit(std::shared_ptr<link> made) {
  links_.push_back(made);
  known_.emplace_back(made->record(), made);
  if (known_.size() > max_known_links) known_.pop_front();
  made->start(*this, next_rule());
  if (paused_) made->pause_reading();
}

}  // namespace uvnostr::testing::detail
