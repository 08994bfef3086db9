// SPDX-License-Identifier: MIT
// NIP-42 on one connection: proves to the relay who we are, when that is wanted.
//
// What can go wrong: challenges come early, late, often, or never; relays refuse, or do not answer. There is one
// slot for the challenge, at most one answer to each, at most `max_answers` a connection, and none without a key: a
// relay cannot make us sign at its will. What is signed names this relay's URL and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <uvnostr/types.hpp>

#include "base/timer_queue.hpp"

namespace uvnostr::session {

class relay_session;

class authenticator {
 public:
  explicit authenticator(relay_session& session) noexcept : session_(session) {}

  void on_connected() noexcept;
  void on_disconnected() noexcept;
  void on_challenge(std::string_view challenge);
  /// A refusal asks for AUTH. True if it is under way or will be once a challenge comes: the session is told of its end.
  bool want();
  /// True if this OK was for our AUTH.
  bool on_ok(const event_id&, bool accepted, std::string_view text);
  /// Sends what could not be sent. False if the socket is full.
  bool pump();

  /// The relay accepted it on this connection.
  bool done() const noexcept { return done_; }
  /// True while a relay that wanted AUTH before has not got it on this connection: nothing else is sent meanwhile.
  bool gate_closed() const noexcept { return gate_closed_; }

 private:
  static constexpr unsigned max_answers = 3;

  void answer();
  void on_timer() noexcept;
  void finish(bool accepted, std::string_view text);

  relay_session& session_;
  base::timer timer_ = base::timer::calling<&authenticator::on_timer>(*this);
  std::string challenge_;        // not answered yet; empty: none
  std::string to_send_;          // the AUTH message
  std::optional<event_id> sent_; // the AUTH event that waits for its OK
  unsigned answers_ = 0;
  bool wanted_ = false;
  bool done_ = false;
  bool demanded_before_ = false; // on an earlier connection
  bool gate_closed_ = false;
};

}  // namespace uvnostr::session
