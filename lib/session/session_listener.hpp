// SPDX-License-Identifier: MIT
// Whom a session tells. None of these may destroy the session; they may call it.
#pragma once

#include <cstddef>
#include <string_view>
#include <system_error>

#include <uvnostr/publish.hpp>

namespace uvnostr::session {

class relay_session;
class request;
class delivery;

/// Gets what comes in.
class message_listener {
 public:
  virtual void on_text(relay_session&, std::string_view message) noexcept = 0;
  virtual void on_binary(relay_session&) noexcept = 0;

 protected:
  ~message_listener() = default;
};

class session_listener {
 public:
  /// relay_session::status() is another.
  virtual void on_session_state(relay_session&) noexcept = 0;
  /// It wants to dial; dial() is to be called when it may.
  virtual void on_session_wants_dial(relay_session&) noexcept = 0;
  /// A dial has become a connection, has failed, or is not wanted any more.
  virtual void on_session_dial_over(relay_session&) noexcept = 0;
  /// request::settled() became true.
  virtual void on_request_settled(relay_session&, request&) noexcept = 0;
  /// The relay ended it; these are its words.
  virtual void on_request_refused(relay_session&, request&, std::string_view) noexcept = 0;
  /// It has its outcome and belongs to the session no longer.
  virtual void on_delivery_done(relay_session&, delivery&, outcome, std::string_view, std::error_code) noexcept = 0;

 protected:
  ~session_listener() = default;
};

}  // namespace uvnostr::session
