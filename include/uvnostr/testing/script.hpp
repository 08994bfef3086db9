// SPDX-License-Identifier: MIT
// What a test_relay does step by step.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <uvnostr/callback.hpp>
#include <uvnostr/event.hpp>
#include <uvnostr/export.hpp>
#include <uvnostr/filter.hpp>
#include <uvnostr/testing/behaviour.hpp>

namespace uvnostr::testing {

namespace detail {
struct script_step;
class script_runner;
}  // namespace detail

/// Steps that a relay takes one after another, with one client at a time:
///
///     relay.script()
///         .expect_req().send_event(first).drop()      // the connection is lost in the middle of stored events
///         .refuse_http(503)                           // the answer to the next connection
///         .expect_req().send_event(first).send_event(second).send_eose();
///
/// A script controls the newest open connection, or the next one to open if there is none. When that connection ends,
/// whichever side ended it, the next connection continues with the next step. While steps are left, the controlled
/// connection gets only what the script says. A message that the current step does not expect is not answered; unmet()
/// shows it. Other connections are served as usual, and so is the controlled one after the last step. A subscription
/// that was requested during the script stays open for live events.
///
/// Lifetime: the script belongs to its relay. Strings and events are copied.
class UVNOSTR_API script {
 public:
  // Steps that wait for the client. The function, if given, decides whether the message is the expected one. It must
  // not clear the script.
  script& expect_connection();
  /// A REQ. Later send_event(), send_eose() and send_closed() answer it.
  script& expect_req();
  script& expect_req(callback<bool(std::span<const filter>)> accepts);
  /// An EVENT. A later send_ok() answers it.
  script& expect_event();
  script& expect_event(callback<bool(const event_view&)> accepts);
  /// A CLOSE of any subscription.
  script& expect_close();
  /// An AUTH, which is not checked. A later send_ok() answers it.
  script& expect_auth();
  /// Exactly this message.
  script& expect_text(std::string text);
  /// That the client ends the connection.
  script& expect_disconnect();

  // Steps that send something.
  /// EVENT for the subscription of the last REQ.
  script& send_event(const event&);
  /// The same with any text in place of the event, whether JSON or not.
  script& send_event_json(std::string json);
  script& send_eose();
  script& send_closed(std::string reason);
  /// OK for the last EVENT or AUTH.
  script& send_ok(bool accepted = true, std::string reason = {});
  script& send_notice(std::string text);
  /// AUTH with this challenge.
  script& send_auth(std::string challenge);
  /// Any text message.
  script& send_text(std::string message);
  script& send_binary(std::string bytes);
  /// Bytes below WebSocket, as in connection::send_raw().
  script& send_raw(std::string bytes);
  script& send_ping(std::string payload = {});

  // Steps that end the connection. The steps after them are for the next one.
  script& close(std::uint16_t code = 1000, std::string reason = {});
  script& drop(ending how = ending::abrupt);
  script& reset() { return drop(ending::reset); }

  // Steps that answer the next connection instead of accepting it. `times` of the rule is not used.
  script& refuse(handshake_rule);
  script& refuse_http(int status, std::string body = {});

  /// Waits for this time, which is virtual in a simulation.
  script& wait(std::chrono::milliseconds);

  /// Discards the remaining steps.
  void clear();

  /// Whether every step was taken.
  bool done() const noexcept;
  /// The step that is still waiting and what came instead, as text for a failed test; empty when done.
  std::string unmet() const;

  script(const script&) = delete;
  script& operator=(const script&) = delete;

 private:
  friend class detail::script_runner;
  script() noexcept = default;
  ~script() = default;
  script& append(detail::script_step);
};

}  // namespace uvnostr::testing
