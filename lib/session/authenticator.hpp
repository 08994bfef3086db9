// SPDX-License-Identifier: MIT
// NIP-42 on one connection: proves to the relay who we are, when that is wanted.
//
// Happy path: a challenge comes, with the connection or with the first refusal; a refusal asks for AUTH, or the policy is
// eager; the proof is sent, and OK true ends it.
// What can go wrong:
//   a challenge comes again     the newest one counts. It is answered once something is refused again: an AUTH may expire
//   no challenge comes          what was refused waits for it no longer than `answer_timeout`. After a reconnect it is
//                               waited for a moment before anything else, until that was in vain once
//   the relay refuses our AUTH  what needed it is told; the same challenge is answered again after pauses that grow
//   it challenges very often    at most `most_answers` are given at a time, one more a minute
// A relay cannot make us sign at its will: without a key nothing is signed, and what is signed names this relay's URL and
// the challenge, and nothing else.
#pragma once

#include <chrono>
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

  /// The relay accepted it on this connection, and has sent no challenge since.
  bool done() const noexcept { return done_; }
  /// A challenge came that has not been answered.
  bool is_challenged() const noexcept { return !challenge_.empty() && !answered_; }
  /// True while a relay that begins with a challenge, and wanted it answered before, has not got the answer on this
  /// connection: nothing else is sent meanwhile.
  bool gate_closed() const noexcept { return gate_closed_; }

 private:
  static constexpr double most_answers = 3;

  bool may_answer() noexcept;
  void answer();
  void on_timer() noexcept;
  void on_retry() noexcept;
  void finish(bool accepted, std::string_view text);
  void open_gate() noexcept;

  relay_session& session_;
  base::timer timer_ = base::timer::calling<&authenticator::on_timer>(*this);        // for a challenge or an OK
  base::timer retry_timer_ = base::timer::calling<&authenticator::on_retry>(*this);  // after a refusal
  std::string challenge_;                                                            // the newest
  std::string to_send_;                                                              // the AUTH message
  std::optional<event_id> sent_;  // the AUTH event that waits for its OK
  std::chrono::microseconds answered_at_{};
  double answers_ = 0;     // given, less one a minute
  unsigned refusals_ = 0;  // of our AUTH, in a row
  bool answered_ = false;  // the newest challenge
  bool wanted_ = false;
  bool done_ = false;
  bool gate_closed_ = false;
  bool asked_ = false;          // something was refused for want of AUTH, on this connection
  bool demanded_ = false;       // the same, on any
  bool begins_with_it_ = true;  // its challenge comes before any refusal, as far as we know
};

}  // namespace uvnostr::session
