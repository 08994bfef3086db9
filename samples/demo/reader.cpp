// SPDX-License-Identifier: MIT
// Events go to standard output and everything else to standard error, so that --json can be piped. The exit status
// tells scripts whether any relay answered.
#include "reader.hpp"

#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>
#include <optional>

#include <uv.h>
#include <uvnostr/uvnostr.hpp>

#include "text.hpp"

namespace demo {

namespace {

constexpr std::uint32_t default_limit = 100;

class reader {
 public:
  explicit reader(const arguments& given) : given_(given) {}

  int run() {
    uv_loop_init(&loop_);
    int status = start();
    if (status == 0) {
      listen_to_signals();
      uv_run(&loop_, UV_RUN_DEFAULT);
      if (pool_) print(stderr, pool_->stats());
      if (!answered_) {
        std::cerr << (reached_ ? "no relay has answered\n" : "no relay was reached\n");
        status = 1;
      }
    }
    subscription_ = {};
    pool_.reset();
    uv_run(&loop_, UV_RUN_DEFAULT);
    if (uv_loop_close(&loop_) != 0 && status == 0) status = 1;
    return status;
  }

 private:
  int start() {
    auto made = uvnostr::pool::make(&loop_, {.relay_defaults = {.ca_file = given_.ca_file}},
                                    {.on_notice =
                                         [this](uvnostr::relay_id from, std::string_view words) {
                                           std::cerr << pool_->url(from) << " says: " << excerpt(words, 300) << '\n';
                                         },
                                     .on_relay_state =
                                         [this](const uvnostr::relay_status& now) {
                                           if (now.state == uvnostr::relay_state::connected) reached_ = true;
                                           std::cerr << now.url << ' ' << describe(now) << '\n';
                                         },
                                     .on_close = [this] { stop_listening(); }});
    if (!made) return fail(made.error());
    pool_ = std::move(*made);
    for (const std::string& url : given_.relays) {
      if (const auto added = pool_->add_relay(url); !added) return fail(added.error());
    }
    uvnostr::filter wanted = given_.wanted;
    if (!wanted.limit && !wanted.since) wanted.limit = default_limit;
    auto subscribed = pool_->subscribe(wanted, callbacks());
    if (!subscribed) return fail(subscribed.error());
    subscription_ = std::move(*subscribed);
    return 0;
  }

  uvnostr::subscription_callbacks callbacks() {
    return {.on_event = [this](uvnostr::relay_id from, const uvnostr::event_view& event) { show(from, event); },
            .on_eose =
                [this](uvnostr::relay_id from, uvnostr::eose_hint) {
                  answered_ = true;
                  std::cerr << pool_->url(from) << " has sent its stored events\n";
                },
            .on_all_eose =
                [this] {
                  if (given_.once) return pool_->close();
                  std::cerr << "every relay has answered or failed; new events follow (Ctrl-C ends)\n";
                },
            .on_relay_closed =
                [this](const uvnostr::relay_closed& told) {
                  std::cerr << pool_->url(told.relay) << " refuses: " << excerpt(told.words, 300) << '\n';
                }};
  }

  void show(uvnostr::relay_id from, const uvnostr::event_view& event) {
    if (given_.json) {
      std::cout << event.json() << std::endl;
      return;
    }
    std::cout << date_and_time(event.created_at()) << "  kind " << event.kind() << "  " << short_name(event.pubkey())
              << "  " << excerpt(event.content()) << "  (" << pool_->url(from) << ')' << std::endl;
  }

  void listen_to_signals() {
    const int numbers[] = {SIGINT, SIGTERM};
    for (std::size_t i = 0; i < std::size(signals_); ++i) {
      uv_signal_init(&loop_, &signals_[i]);
      signals_[i].data = this;
      uv_signal_start(
          &signals_[i], [](uv_signal_t* s, int) { static_cast<reader*>(s->data)->on_signal(); }, numbers[i]);
    }
  }

  void on_signal() {
    if (closing_) {
      std::cerr << "ending at once\n";
      pool_.reset();
      stop_listening();
      return;
    }
    closing_ = true;
    std::cerr << "\nclosing the connections (Ctrl-C again ends at once)\n";
    pool_->close();
  }

  void stop_listening() {
    for (uv_signal_t& each : signals_) {
      const auto handle = reinterpret_cast<uv_handle_t*>(&each);
      if (uv_is_closing(handle) == 0) uv_close(handle, nullptr);
    }
  }

  static int fail(const uvnostr::error& why) {
    std::cerr << why.message() << '\n';
    return 2;
  }

  const arguments& given_;
  uv_loop_t loop_{};
  uv_signal_t signals_[2];
  std::optional<uvnostr::pool> pool_;
  uvnostr::subscription subscription_;
  bool closing_ = false;
  bool reached_ = false;
  bool answered_ = false;
};

}  // namespace

int read_relays(const arguments& given) { return reader(given).run(); }

}  // namespace demo
