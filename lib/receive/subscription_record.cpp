// SPDX-License-Identifier: MIT
#include "receive/subscription_record.hpp"

#include <algorithm>

#include "wire/filter_match.hpp"

namespace uvnostr {

relay_request::relay_request(subscription_record& subscription, base::ref<session::relay_session> session)
    : request(subscription.filters, subscription.options), subscription_(&subscription), session_(std::move(session)) {}

void relay_request::cut_off() noexcept {
  subscription_ = nullptr;
  session_->requests().remove(*this);
}

bool subscription_record::matches(const event_view& event) const noexcept {
  return std::any_of(filters.begin(), filters.end(), [&](const filter& f) { return wire::matches(f, event); });
}

bool subscription_record::all_settled() const noexcept {
  return was_asked && std::all_of(requests_.begin(), requests_.end(), [](const auto& each) { return each->settled(); });
}

void subscription_record::ask(base::ref<session::relay_session> session) {
  was_asked = true;
  session::relay_session& at = *session;
  requests_.push_back(base::make_ref<relay_request>(*this, std::move(session)));
  at.requests().add(*requests_.back());
}

void subscription_record::remove_relay(const session::relay_session& session) noexcept {
  const auto found = std::find_if(requests_.begin(), requests_.end(), [&](const auto& each) { return &each->session() == &session; });
  if (found == requests_.end()) return;
  const base::ref<relay_request> removed = std::move(*found);
  requests_.erase(found);
  removed->cut_off();
}

void subscription_record::remove_all_relays() noexcept {
  for (const base::ref<relay_request>& each : std::exchange(requests_, {})) each->cut_off();
}

relay_request* subscription_record::at(relay_id id) const noexcept {
  const auto found = std::find_if(requests_.begin(), requests_.end(), [&](const auto& each) { return each->session().id() == id; });
  return found == requests_.end() ? nullptr : found->get();
}

}  // namespace uvnostr
