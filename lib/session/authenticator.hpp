// SPDX-License-Identifier: MIT
// NIP-42 on one connection: proves to the relay who we are, if the relay or the policy wants it.
//
// Happy path: a challenge comes, with the connection or with the first refusal; a refusal asks for AUTH, or the policy is
// eager; the proof is sent, and OK true ends it.
// What can go wrong:
//   a challenge comes again     the newest counts. It is answered when something is refused again, as an AUTH may expire
//   no challenge comes          refused messages wait for it for `answer_timeout` at most. After a reconnect everything
//                               waits for it for a moment, until that was in vain once
//   the relay refuses our AUTH  refused messages fail; the same challenge is answered again after growing pauses
//   it challenges very often    it gets at most `most_answers` answers at a time, and one more per minute
// A relay cannot make us sign what it likes: without a key nothing is signed, and we sign only this relay's URL and the
// challenge.
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
  /// Called if a refusal demands AUTH. True if AUTH is under way, or will be when a challenge comes: its end is then
  /// reported to the session.
  bool want();
  /// Returns true if this OK was for our AUTH.
  bool on_ok(const event_id&, bool accepted, std::string_view text);
  /// Sends what is waiting. Returns false if the socket is full.
  bool pump();

  /// Whether the relay has accepted our AUTH on this connection, and sent no challenge since.
  bool done() const noexcept { return done_; }
  /// Whether a challenge has not been answered.
  bool is_challenged() const noexcept { return !challenge_.empty() && !answered_; }
  /// True while a relay that begins with a challenge, and demanded AUTH before, has not got our answer on this
  /// connection. Nothing else is sent meanwhile.
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
  base::timer timer_ = base::timer::calling<&authenticator::on_timer>(*this);        // waiting for a challenge or OK
  base::timer retry_timer_ = base::timer::calling<&authenticator::on_retry>(*this);  // after a refusal
  std::string challenge_;                                                            // the newest one
  std::string to_send_;                                                              // the AUTH message
  std::optional<event_id> sent_;  // the AUTH event that waits for its OK
  std::chrono::microseconds answered_at_{};
  double answers_ = 0;     // given, minus one per minute
  unsigned refusals_ = 0;  // of our AUTH in a row
  bool answered_ = false;  // whether the newest challenge was
  bool wanted_ = false;
  bool done_ = false;
  bool gate_closed_ = false;
  bool asked_ = false;          // something was refused for want of AUTH, on this connection
  bool demanded_ = false;       // the same, on any connection
  bool begins_with_it_ = true;  // as far as we know, its challenge precedes any refusal
};

}  // namespace uvnostr::session
