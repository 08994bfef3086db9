// SPDX-License-Identifier: MIT
#include "session/authenticator.hpp"

#include <algorithm>
#include <utility>

#include <uvnostr/keys.hpp>

#include "session/relay_session.hpp"
#include "wire/client_message.hpp"

namespace uvnostr::session {

namespace {
constexpr std::chrono::seconds answer_timeout{10};
// How long to wait for the challenge of a relay that begins with one; such a relay sends it at once.
constexpr std::chrono::seconds gate_timeout{3};
constexpr std::chrono::seconds first_retry{15};
constexpr std::chrono::seconds longest_retry{600};
constexpr std::size_t longest_challenge = 1024;
constexpr event_kind auth_kind = 22242;
}  // namespace

void authenticator::on_connected() noexcept {
  gate_closed_ = demanded_ && begins_with_it_ && session_.options().auth_key.has_value();
  if (!gate_closed_) return;
  wanted_ = true;
  session_.timers().schedule(timer_, session_.now() + gate_timeout);
}

void authenticator::on_disconnected() noexcept {
  timer_.cancel();
  retry_timer_.cancel();
  challenge_.clear();
  to_send_.clear();
  sent_.reset();
  answers_ = 0;
  refusals_ = 0;
  answered_ = wanted_ = done_ = gate_closed_ = asked_ = false;
}

void authenticator::on_challenge(std::string_view challenge) {
  if (challenge.empty() || challenge.size() > longest_challenge) return;
  if (asked_ && challenge_.empty()) begins_with_it_ = false;
  challenge_ = challenge;
  session_.listener().on_auth(session_, auth_step::challenged, challenge, {});
  answered_ = done_ = false;
  if (session_.options().auth == auth_policy::eager) wanted_ = true;
  if (wanted_ && !sent_ && may_answer()) answer();
}

bool authenticator::want() {
  if (!session_.options().auth_key) return false;
  asked_ = demanded_ = true;
  if (sent_) return wanted_ = true;
  if (!challenge_.empty() && answered_) return false;  // the relay knows who we are, or has refused us
  if (!challenge_.empty() && !may_answer()) return false;
  wanted_ = true;
  if (challenge_.empty()) {
    session_.timers().schedule(timer_, session_.now() + answer_timeout);
  } else {
    answer();
  }
  return sent_.has_value() || challenge_.empty();
}

bool authenticator::may_answer() noexcept {
  if (!session_.options().auth_key) return false;
  const std::chrono::duration<double, std::ratio<60>> since = session_.now() - answered_at_;
  return answers_ - since.count() <= most_answers - 1;
}

void authenticator::answer() {
  const draft proof{.kind = auth_kind,
                    .content = {},
                    .tags = {{"relay", session_.url().text}, {"challenge", challenge_}},
                    .created_at = session_.relay_time()};
  const result<event> signed_proof = session_.options().auth_key->sign(proof);
  answered_ = true;
  if (!signed_proof) return;
  const std::chrono::duration<double, std::ratio<60>> since = session_.now() - answered_at_;
  answers_ = std::max(0.0, answers_ - since.count()) + 1;
  answered_at_ = session_.now();
  sent_ = signed_proof->id();
  to_send_ = wire::auth_message(signed_proof->json());
  retry_timer_.cancel();
  session_.timers().schedule(timer_, session_.now() + answer_timeout);
  session_.listener().on_auth(session_, auth_step::answered, challenge_, {});
  session_.pump_soon();
}

bool authenticator::pump() {
  if (to_send_.empty()) return true;
  if (!session_.send(to_send_)) return false;
  to_send_.clear();
  return true;
}

bool authenticator::on_ok(const event_id& id, bool accepted, std::string_view text) {
  if (!sent_ || id != *sent_) return false;
  finish(accepted, text);
  return true;
}

void authenticator::on_timer() noexcept {
  if (gate_closed_ && !sent_ && challenge_.empty() && !asked_) return open_gate();
  finish(false, "auth-required: the relay did not complete the AUTH");
}

/// This time the relay did not begin with a challenge, which may come with a refusal.
void authenticator::open_gate() noexcept {
  begins_with_it_ = gate_closed_ = wanted_ = false;
  session_.pump_soon();
}

void authenticator::finish(bool accepted, std::string_view text) {
  timer_.cancel();
  const bool was_sent = sent_.has_value();
  sent_.reset();
  to_send_.clear();
  wanted_ = gate_closed_ = false;
  // A challenge that came meanwhile waits for the next refusal.
  done_ = accepted && answered_;
  if (accepted) {
    refusals_ = 0;
  } else if (was_sent && answered_) {
    const auto pause = std::min(first_retry * (1 << std::min(refusals_++, 6U)), longest_retry);
    session_.timers().schedule(retry_timer_, session_.now() + pause);
  }
  session_.listener().on_auth(session_,
                              accepted   ? auth_step::accepted
                              : was_sent ? auth_step::refused
                                         : auth_step::not_challenged,
                              challenge_, text);
  session_.auth_over(accepted, text);
  if (wanted_ || session_.options().auth != auth_policy::eager || !is_challenged() || !may_answer()) return;
  wanted_ = true;
  answer();
}

/// The refusal may be temporary, for example because a clock was not set.
void authenticator::on_retry() noexcept {
  if (sent_ || challenge_.empty() || !may_answer()) return;
  wanted_ = true;
  answer();
}

}  // namespace uvnostr::session
