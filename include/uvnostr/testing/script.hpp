// SPDX-License-Identifier: MIT
// What a test_relay does step by step: a story that a client is led through.
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

/// Steps that are done in order, each when its turn comes:
///
///     relay.script()
///         .expect_req().send(first).drop()            // lost in the middle of stored events
///         .refuse_http(503)                           // the next connection gets this
///         .expect_req().send(first).send(second).eose();
///
/// A script leads one connection at a time: the first that comes, or if some are open already the newest.
/// When that ends, whoever ended it, the next connection goes on with the next step. While there are steps left the
/// connection gets only what the script says; a message that is not the expected one is not answered, and unmet()
/// shows it. Other connections, and the same one after the last step, are served as usual. A subscription that the
/// script was asked for stays open for live events. Functions given to expect_req() and expect_event() must not clear
/// the script.
class UVNOSTR_API script {
 public:
  // Wait for the client.
  script& expect_connection();
  /// A REQ; later send(), eose() and closed() answer it.
  script& expect_req();
  script& expect_req(callback<bool(std::span<const filter>)> accepts);
  /// An EVENT; a later ok() answers it.
  script& expect_event();
  script& expect_event(callback<bool(const event_view&)> accepts);
  script& expect_close();
  script& expect_auth();
  /// Exactly this message.
  script& expect_text(std::string text);
  /// The end of the connection, by the client.
  script& expect_disconnect();

  // Say something.
  script& send(const event&);
  /// Anything as the event, JSON or not.
  script& send_event_json(std::string json);
  script& eose();
  script& closed(std::string reason);
  script& ok(bool accepted = true, std::string reason = {});
  script& notice(std::string text);
  script& challenge(std::string text);
  /// Any text message.
  script& text(std::string message);
  script& binary(std::string bytes);
  script& raw(std::string bytes);
  script& ping(std::string payload = {});

  // End the connection; the steps that follow are for the next one.
  script& close(std::uint16_t code = 1000, std::string reason = {});
  script& drop(ending how = ending::cut);
  script& reset() { return drop(ending::reset); }

  // For the next connection, instead of letting it in.
  script& refuse(handshake_rule);
  script& refuse_http(int status, std::string body = {});

  /// Time passes before the next step.
  script& wait(std::chrono::milliseconds);

  /// Forgets the steps that are left.
  void clear();

  /// Whether every step was reached.
  bool done() const noexcept;
  /// The step that is waited for and what came instead, in words; empty when done.
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
