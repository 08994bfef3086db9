// SPDX-License-Identifier: MIT
// The implementation of test_relay: its links and their shared state. The host decides where links come from.
//
// Happy path: listen, admit links, stop, listen again; it is destroyed with its test_relay. The application's code in
// on_message may destroy the test_relay, so callers hold a reference until they return.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <uvnostr/testing/relay.hpp>

#include "testing/relay/host.hpp"
#include "testing/relay/link.hpp"
#include "testing/relay/script_runner.hpp"
#include "testing/relay/store.hpp"

namespace uvnostr::testing::detail {

class relay_core : public std::enable_shared_from_this<relay_core> {
 public:
  relay_core(std::unique_ptr<detail::host>, test_relay_options) noexcept;
  relay_core(const relay_core&) = delete;
  relay_core& operator=(const relay_core&) = delete;
  ~relay_core();

  const test_relay_options& options() const noexcept { return options_; }
  testing::behaviour& behaviour() noexcept { return options_.behaviour; }
  store& events() noexcept { return store_; }
  script_runner& script() noexcept { return script_; }
  detail::host& host() noexcept { return *host_; }
  /// The relay's own clock, which may be wrong.
  unix_seconds wall_clock() const noexcept { return host_->wall_clock() + options_.behaviour.clock_offset; }

  void stop(ending how) noexcept;
  std::error_code listen() noexcept;
  bool is_listening() const noexcept { return listening_; }
  /// Ends links in any phase.
  void drop_links(ending how) noexcept;
  void pause_reading(bool paused) noexcept;
  /// Ends everything. No callback of the application follows.
  void shut_down() noexcept;

  /// The record for the link of a new client; null if there are too many.
  std::shared_ptr<link_record> next_client();
  void admit(std::shared_ptr<link>);

  void offer(const event&);
  void offer_raw(std::string_view json);
  void set_on_message(callback<bool(const connection&, std::string_view)> f) { on_message_ = std::move(f); }

  // Called by links.
  void on_upgraded(link&);
  void on_text(link&, std::string text);
  void on_gone(link&);
  void serve(link&, const request&);
  void count_tls_failure() noexcept { ++counters_.tls_failed; }
  void count_violation() noexcept { ++counters_.violations; }
  void count_ping() noexcept { ++counters_.pings; }
  void count_pong() noexcept { ++counters_.pongs; }
  void count_binary() noexcept { ++counters_.messages, ++counters_.invalid; }

  relay_counters counters() const noexcept;
  /// All links in the order of their arrival.
  const std::vector<std::shared_ptr<link>>& links() const noexcept { return links_; }
  std::shared_ptr<link> newest_open_link() const noexcept;
  using known_link = std::pair<std::shared_ptr<link_record>, std::weak_ptr<link>>;
  const std::deque<known_link>& known_links() const noexcept { return known_; }
  std::vector<std::string> received() const;

 private:
  handshake_rule take_rule();
  /// How the next connection is answered. The answer carries the relay's date, unless the test has given one.
  handshake_rule next_rule();
  void log(link&, const std::string& text);
  bool intercepted(link&, const std::string& text);
  void count(const request&) noexcept;

  std::unique_ptr<detail::host> host_;
  test_relay_options options_;
  bool listening_ = false;
  bool paused_ = false;
  bool shut_down_ = false;
  store store_;
  script_runner script_;
  relay_counters counters_;
  callback<bool(const connection&, std::string_view)> on_message_;
  std::vector<std::shared_ptr<link>> links_;
  std::deque<known_link> known_;
  std::vector<std::pair<std::shared_ptr<link_record>, std::size_t>> log_;  // connection, index in its `received`
  std::size_t log_bytes_ = 0;
};

}  // namespace uvnostr::testing::detail
