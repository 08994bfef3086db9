// SPDX-License-Identifier: MIT
// The listeners of a session. Their functions may call the session, but must not destroy it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include <uvnostr/publish.hpp>
#include <uvnostr/relay_status.hpp>
#include <uvnostr/signer.hpp>
#include <uvnostr/subscription.hpp>

namespace uvnostr::session {

class relay_session;
class request;
class delivery;

/// When a refused request is asked again automatically.
using asked_again = relay_closed::again;

/// How a request was refused. Lifetime: the words are valid until the call returns.
struct refusal {
  std::string_view words;
  bool hung_up;  // the relay closed the connection instead of answering it
  session::asked_again asked_again;
  std::chrono::milliseconds pause;
  gap missing;            // until it is asked again and answers
  bool too_long = false;  // it was not even asked: see relay_closed
};

/// Gets the incoming messages.
class message_listener {
 public:
  virtual void on_text(relay_session&, std::string_view message) noexcept = 0;
  /// One that was too big to be kept: its size and its two ends.
  virtual void on_too_big(relay_session&, std::size_t bytes, std::string_view beginning,
                          std::string_view end) noexcept = 0;
  virtual void on_binary(relay_session&) noexcept = 0;

 protected:
  ~message_listener() = default;
};

class session_listener {
 public:
  /// relay_session::status() has changed.
  virtual void on_session_state(relay_session&) noexcept = 0;
  /// The session wants to dial; call dial() when it is its turn.
  virtual void on_session_wants_dial(relay_session&) noexcept = 0;
  /// A dial has become a connection, has failed, or is no longer wanted.
  virtual void on_session_dial_over(relay_session&) noexcept = 0;
  /// request::settled() became true.
  virtual void on_request_settled(relay_session&, request&) noexcept = 0;
  /// The relay ended the request.
  virtual void on_request_refused(relay_session&, request&, const refusal&) noexcept = 0;
  /// Everything that this connection can give of the past has come or is a gap. `first`: for the first time for this
  /// request. May destroy the request.
  virtual void on_request_caught_up(relay_session&, request&, bool first) noexcept = 0;
  /// limitation().max_message_length has changed.
  virtual void on_message_limit(relay_session&) noexcept = 0;
  /// An answer came, or is no longer waited for, and none of the calls above says so.
  virtual void on_request_progress(relay_session&, request&) noexcept = 0;
  /// Whether its next page may be asked for. If not, other relays have to catch up first.
  virtual bool may_ask_page(const request&) noexcept = 0;
  /// Whether anything that it sent still waits for us, so that its silence means nothing.
  virtual bool is_behind(const request&) noexcept = 0;
  /// Whether every event that it got is remembered.
  virtual bool remembers_all(const request&) noexcept = 0;
  /// How many events to ask for in one answer.
  virtual std::uint32_t page_size(const request&) noexcept = 0;
  /// What happened to NIP-42 AUTH. The texts are valid until the call returns.
  virtual void on_auth(relay_session&, auth_step, const std::optional<pubkey>& user, std::string_view challenge,
                       std::string_view words) noexcept = 0;
  /// Asks a signer that has no key; not before this call returns.
  virtual void ask_signer(const signer&, draft, signer::answer) noexcept = 0;
  /// The delivery has its outcome, and no longer belongs to the session.
  virtual void on_delivery_done(relay_session&, delivery&, outcome, std::string_view, std::error_code) noexcept = 0;

 protected:
  ~session_listener() = default;
};

}  // namespace uvnostr::session
