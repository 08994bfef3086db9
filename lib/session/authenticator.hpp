// SPDX-License-Identifier: MIT
// NIP-42 on one connection: proves to the relay who we are, if the relay or the policy wants it.
//
// Happy path: a challenge comes, with the connection or with the first refusal; a refusal asks for AUTH, or the policy is
// eager; each user's proof is signed and sent, and the first OK true ends the wait.
// What can go wrong:
//   a challenge comes again     the newest one counts. It is answered once something is refused again: an AUTH may expire
//   no challenge comes          what was refused waits for it no longer than `answer_timeout`. After a reconnect it has
//                               a moment to come before anything is sent, unless it failed to come once
//   a signer takes its time     what was refused waits; after the signer's timeout it counts as having refused
//   the relay refuses our AUTH  what needed it is told; the same challenge is answered again after pauses that grow
//   it challenges very often    at most `most_answers` are given at a time, one more a minute
// A relay cannot make us sign what it likes: without users nothing is signed, and what is signed names nothing but this
// relay's URL and the challenge.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/error.hpp>
#include <uvnostr/event.hpp>
#include <uvnostr/relay_status.hpp>

#include "base/timer_queue.hpp"

namespace uvnostr::session {

class relay_session;

class authenticator {
 public:
  explicit authenticator(relay_session& session) noexcept : session_(session) {}
  authenticator(const authenticator&) = delete;
  authenticator& operator=(const authenticator&) = delete;
  ~authenticator() { forget_proofs(); }

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

  /// What a signer holds while it signs for one user. Without an owner, its answer is no longer wanted.
  struct ticket {
    authenticator* owner;
  };
  struct proof {
    pubkey user;
    std::shared_ptr<ticket> asked;  // until it is signed
    std::string message;            // until it is sent
    std::optional<event_id> id{};
  };

  bool may_answer() noexcept;
  bool is_under_way() const noexcept { return !proofs_.empty(); }
  void answer();
  void on_signed(const ticket&, result<event>);
  void forget_proofs() noexcept;
  void drop(std::size_t number, auth_step, std::string_view text);
  void on_timer() noexcept;
  void on_retry() noexcept;
  void finish(bool accepted, auth_step, std::string_view text);
  void open_gate() noexcept;

  relay_session& session_;
  base::timer timer_ = base::timer::calling<&authenticator::on_timer>(*this);        // waiting for a challenge or OK
  base::timer retry_timer_ = base::timer::calling<&authenticator::on_retry>(*this);  // after a refusal
  std::string challenge_;                                                            // the newest
  std::vector<proof> proofs_;                                                        // that are not decided
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
