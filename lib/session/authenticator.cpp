// SPDX-License-Identifier: MIT
#include "session/authenticator.hpp"

#include <chrono>
#include <utility>

#include <uvnostr/keys.hpp>

#include "session/relay_session.hpp"
#include "wire/client_message.hpp"

namespace uvnostr::session {

namespace {
constexpr std::chrono::seconds answer_timeout{10};
constexpr std::size_t longest_challenge = 1024;
constexpr event_kind auth_kind = 22242;
}  // namespace

void authenticator::on_timer() noexcept { finish(false, "auth-required: the relay did not complete the AUTH"); }

void authenticator::on_connected() noexcept {
  gate_closed_ = demanded_before_ && session_.options().auth_key.has_value();
  if (gate_closed_) {
    wanted_ = true;
    session_.timers().schedule(timer_, session_.now() + answer_timeout);
  }
}

void authenticator::on_disconnected() noexcept {
  timer_.cancel();
  challenge_.clear();
  to_send_.clear();
  sent_.reset();
  answers_ = 0;
  wanted_ = done_ = gate_closed_ = false;
}

void authenticator::on_challenge(std::string_view challenge) {
  if (challenge.empty() || challenge.size() > longest_challenge) return;
  challenge_ = challenge;
  if (session_.options().auth == auth_policy::eager) wanted_ = true;
  if (wanted_ && !sent_) answer();
}

bool authenticator::want() {
  if (!session_.options().auth_key || done_ || (answers_ >= max_answers && !sent_)) return false;
  demanded_before_ = true;
  wanted_ = true;
  if (sent_) return true;
  if (challenge_.empty()) {
    session_.timers().schedule(timer_, session_.now() + answer_timeout);
  } else {
    answer();
  }
  return sent_.has_value() || challenge_.empty();
}

void authenticator::answer() {
  if (!session_.options().auth_key || answers_ >= max_answers) return;
  const draft proof{.kind = auth_kind,
                    .content = {},
                    .tags = {{"relay", session_.url().text}, {"challenge", std::exchange(challenge_, {})}},
                    .created_at = session_.wall_clock()};
  const result<event> signed_proof = session_.options().auth_key->sign(proof);
  if (!signed_proof) return;
  ++answers_;
  done_ = false;
  sent_ = signed_proof->id();
  to_send_ = wire::auth_message(signed_proof->json());
  session_.timers().schedule(timer_, session_.now() + answer_timeout);
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

void authenticator::finish(bool accepted, std::string_view text) {
  timer_.cancel();
  sent_.reset();
  to_send_.clear();
  done_ = accepted;
  wanted_ = false;
  gate_closed_ = false;
  session_.auth_over(accepted, text);
}

}  // namespace uvnostr::session
