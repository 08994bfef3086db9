// SPDX-License-Identifier: MIT
// Takes connections through the steps of a script.
//
// Happy path: a link opens and is bound. Steps are taken until one must wait for a message, for time or for the next
// connection; messages that arrive meanwhile wait in `inbox_`. When the link ends, it is unbound, and the next link that
// opens continues. After the last step, the messages left in the inbox are served as usual.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <uvnostr/testing/script.hpp>

#include "testing/relay/request.hpp"
#include "testing/relay/timer.hpp"

namespace uvnostr::testing::detail {

class relay_core;
class link;

struct script_step {
  enum class type {
    expect_connection,
    expect_req,
    expect_event,
    expect_close,
    expect_auth,
    expect_text,
    expect_disconnect,
    event_json,
    eose,
    closed,
    ok,
    notice,
    auth,
    text,
    binary,
    raw,
    ping,
    close,
    drop,
    refuse,
    wait,
  };
  type kind;
  std::string text{};
  std::uint16_t code = 0;
  bool accepted = true;
  ending how = ending::abrupt;
  handshake_rule rule{};
  std::chrono::milliseconds delay{0};
  callback<bool(std::span<const filter>)> accepts_req{};
  callback<bool(const event_view&)> accepts_event{};
};

class script_runner : public testing::script {
 public:
  explicit script_runner(relay_core& of) noexcept : core_(of) {}
  ~script_runner() = default;

  void add(script_step);
  void forget() noexcept;
  bool is_done() const noexcept { return steps_.empty(); }
  std::string describe_unmet() const;

  // Called by the core.
  void on_open(link&);
  void on_gone(link&);
  bool leads(const link& l) const noexcept { return !steps_.empty() && bound_.get() == &l; }
  void on_request(link&, const request&);
  std::optional<handshake_rule> take_refusal();

 private:
  void advance();
  /// Takes the first step, if it need not wait.
  bool attempt();
  bool say(const script_step&);
  bool take_from_inbox(script_step&);
  bool matches(script_step&, const request&);
  void wait(std::chrono::milliseconds);
  void unbind() noexcept;

  relay_core& core_;
  std::deque<script_step> steps_;
  std::size_t done_count_ = 0;
  std::shared_ptr<link> bound_;
  std::deque<request> inbox_;
  std::vector<std::string> came_instead_;
  std::string subscription_;       // of the last REQ
  std::optional<event_id> event_;  // of the last EVENT or AUTH
  std::unique_ptr<timer> timer_;   // while a step waits for time
  bool advancing_ = false;
};

}  // namespace uvnostr::testing::detail
