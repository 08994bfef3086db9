// SPDX-License-Identifier: MIT
#include "pool/subscription_record.hpp"

#include <algorithm>

#include "route/filter_match.hpp"

namespace uvnostr {

leg::leg(subscription_record& subscription, base::ref<session::relay_session> session)
    : request(subscription.filters, subscription.options), subscription_(&subscription), session_(std::move(session)) {}

void leg::cut_off() noexcept {
  subscription_ = nullptr;
  session_->requests().remove(*this);
}

bool subscription_record::matches(const event_view& event) const noexcept {
  return std::any_of(filters.begin(), filters.end(), [&](const filter& f) { return route::matches(f, event); });
}

bool subscription_record::all_settled() const noexcept {
  return was_asked && std::all_of(legs_.begin(), legs_.end(), [](const auto& each) { return each->settled(); });
}

void subscription_record::add_leg(base::ref<session::relay_session> session) {
  was_asked = true;
  session::relay_session& at = *session;
  legs_.push_back(base::make_ref<leg>(*this, std::move(session)));
  at.requests().add(*legs_.back());
}

void subscription_record::remove_leg(const session::relay_session& session) noexcept {
  const auto found = std::find_if(legs_.begin(), legs_.end(), [&](const auto& each) { return &each->session() == &session; });
  if (found == legs_.end()) return;
  const base::ref<leg> removed = std::move(*found);
  legs_.erase(found);
  removed->cut_off();
}

void subscription_record::remove_all_legs() noexcept {
  for (const base::ref<leg>& each : std::exchange(legs_, {})) each->cut_off();
}

void subscription_record::note_forgotten() noexcept {
  for (const base::ref<leg>& each : legs_) each->note_forgotten();
}

}  // namespace uvnostr
