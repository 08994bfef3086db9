// SPDX-License-Identifier: MIT
#include "session/authenticator.hpp"

#include <algorithm>
#include <utility>

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
constexpr std::string_view no_answer = "auth-required: the relay did not complete the AUTH";
constexpr std::string_view no_signature = "auth-required: nobody has signed the AUTH";
}  // namespace

void authenticator::on_connected() noexcept {
  gate_closed_ = demanded_ && begins_with_it_ && !session_.options().auth_users.empty();
  if (!gate_closed_) return;
  wanted_ = true;
  session_.timers().schedule(timer_, session_.now() + gate_timeout);
}

void authenticator::on_disconnected() noexcept {
  timer_.cancel();
  retry_timer_.cancel();
  challenge_.clear();
  forget_proofs();
  answers_ = 0;
  refusals_ = 0;
  answered_ = wanted_ = done_ = gate_closed_ = asked_ = false;
}

void authenticator::forget_proofs() noexcept {
  for (const proof& each : proofs_) {
    if (each.asked) each.asked->owner = nullptr;
  }
  proofs_.clear();
}

void authenticator::on_challenge(std::string_view challenge) {
  if (challenge.empty() || challenge.size() > longest_challenge) return;
  if (asked_ && challenge_.empty()) begins_with_it_ = false;
  challenge_ = challenge;
  session_.listener().on_auth(session_, auth_step::challenged, {}, challenge, {});
  answered_ = done_ = false;
  if (session_.options().auth == auth_policy::eager || session_.limitation().auth_required.value_or(false))
    wanted_ = true;
  if (wanted_ && !is_under_way() && may_answer()) answer();
}

bool authenticator::want() {
  if (session_.options().auth_users.empty()) return false;
  asked_ = demanded_ = true;
  if (is_under_way()) return wanted_ = true;
  if (!challenge_.empty() && answered_) return false;  // the relay knows who we are, or has refused that
  if (!challenge_.empty() && !may_answer()) return false;
  wanted_ = true;
  if (challenge_.empty()) {
    session_.timers().schedule(timer_, session_.now() + answer_timeout);
  } else {
    answer();
  }
  return is_under_way() || challenge_.empty();
}

bool authenticator::may_answer() noexcept {
  if (session_.options().auth_users.empty()) return false;
  const std::chrono::duration<double, std::ratio<60>> since = session_.now() - answered_at_;
  return answers_ - since.count() <= most_answers - 1;
}

void authenticator::answer() {
  const std::chrono::duration<double, std::ratio<60>> since = session_.now() - answered_at_;
  answers_ = std::max(0.0, answers_ - since.count()) + 1;
  answered_at_ = session_.now();
  answered_ = true;
  retry_timer_.cancel();
  const draft unsigned_proof{.kind = auth_kind,
                             .content = {},
                             .tags = {{"relay", session_.url().text}, {"challenge", challenge_}},
                             .created_at = session_.relay_time()};
  std::chrono::milliseconds patience = answer_timeout;
  const std::vector<signer>& users = session_.options().auth_users;
  std::vector<std::shared_ptr<ticket>> tickets;
  for (const signer& user : users) {
    tickets.push_back(std::make_shared<ticket>(ticket{this}));
    proofs_.push_back({.user = user.pubkey(), .asked = tickets.back(), .message = {}});
    if (!user.has_key()) patience = std::max(patience, user.timeout());
  }
  session_.timers().schedule(timer_, session_.now() + patience);
  for (std::size_t i = 0; i < users.size(); ++i) {
    auto take = [asked = std::move(tickets[i])](result<event> made) {
      if (asked->owner != nullptr) asked->owner->on_signed(*asked, std::move(made));
    };
    if (users[i].has_key()) {
      users[i].sign(unsigned_proof, std::move(take));
    } else {
      session_.listener().ask_signer(users[i], unsigned_proof, std::move(take));
    }
  }
}

/// Called by the signer, at any time.
void authenticator::on_signed(const ticket& asked, result<event> made) {
  const auto at = std::find_if(proofs_.begin(), proofs_.end(), [&](const proof& p) { return p.asked.get() == &asked; });
  if (at == proofs_.end()) return;
  at->asked->owner = nullptr;
  if (!made || made->pubkey() != at->user || made->kind() != auth_kind) {
    drop(static_cast<std::size_t>(at - proofs_.begin()), auth_step::not_signed, no_signature);
  } else {
    at->asked.reset();
    at->id = made->id();
    at->message = wire::auth_message(made->json());
    const bool all_signed =
        std::none_of(proofs_.begin(), proofs_.end(), [](const proof& p) { return p.asked != nullptr; });
    if (all_signed) session_.timers().schedule(timer_, session_.now() + answer_timeout);
    session_.listener().on_auth(session_, auth_step::answered, at->user, challenge_, {});
  }
  session_.pump_soon();
}

bool authenticator::pump() {
  for (proof& each : proofs_) {
    if (each.message.empty()) continue;
    if (!session_.send(each.message)) return false;
    each.message.clear();
  }
  return true;
}

bool authenticator::on_ok(const event_id& id, bool accepted, std::string_view text) {
  const auto at = std::find_if(proofs_.begin(), proofs_.end(), [&](const proof& p) { return p.id == id; });
  if (at == proofs_.end()) return false;
  drop(static_cast<std::size_t>(at - proofs_.begin()), accepted ? auth_step::accepted : auth_step::refused, text);
  return true;
}

/// One user's AUTH is decided. The first accepted one is enough; they are refused once all are.
void authenticator::drop(std::size_t number, auth_step how, std::string_view text) {
  const pubkey user = proofs_[number].user;
  proofs_.erase(proofs_.begin() + static_cast<std::ptrdiff_t>(number));
  session_.listener().on_auth(session_, how, user, challenge_, text);
  const bool accepted = how == auth_step::accepted;
  if (accepted || (!is_under_way() && !done_)) {
    finish(accepted, how, text);
  } else if (!is_under_way()) {
    timer_.cancel();
  }
}

void authenticator::on_timer() noexcept {
  if (gate_closed_ && !is_under_way() && challenge_.empty() && !asked_) return open_gate();
  if (!is_under_way()) {
    session_.listener().on_auth(session_, auth_step::not_challenged, {}, challenge_, no_answer);
    return finish(false, auth_step::not_challenged, no_answer);
  }
  while (is_under_way()) {
    const bool is_signed = proofs_.front().asked == nullptr;
    if (!is_signed) proofs_.front().asked->owner = nullptr;
    drop(0, is_signed ? auth_step::refused : auth_step::not_signed, is_signed ? no_answer : no_signature);
  }
}

/// This time the relay did not begin with a challenge. One may come with a refusal.
void authenticator::open_gate() noexcept {
  begins_with_it_ = gate_closed_ = wanted_ = false;
  session_.pump_soon();
}

void authenticator::finish(bool accepted, auth_step how, std::string_view text) {
  if (!is_under_way()) timer_.cancel();
  wanted_ = gate_closed_ = false;
  // A challenge that came meanwhile waits for the next refusal.
  done_ = accepted && answered_;
  if (accepted) {
    refusals_ = 0;
    retry_timer_.cancel();
  } else if (how != auth_step::not_challenged && answered_) {
    const auto pause = std::min(first_retry * (1 << std::min(refusals_++, 6U)), longest_retry);
    session_.timers().schedule(retry_timer_, session_.now() + pause);
  }
  session_.auth_over(accepted, text);
  const bool is_eager = session_.options().auth == auth_policy::eager;
  if (wanted_ || is_under_way() || !is_eager || !is_challenged() || !may_answer()) return;
  wanted_ = true;
  answer();
}

/// The refusal may be temporary, for example because a clock was not set.
void authenticator::on_retry() noexcept {
  if (is_under_way() || challenge_.empty() || !may_answer()) return;
  wanted_ = true;
  answer();
}

}  // namespace uvnostr::session
