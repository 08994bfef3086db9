// SPDX-License-Identifier: MIT
#include "pool/relay_set.hpp"

#include <algorithm>
#include <utility>

namespace uvnostr {

using session::relay_session;

std::uint32_t relay_set::free_slot() const noexcept {
  return static_cast<std::uint32_t>(std::find(slots_.begin(), slots_.end(), nullptr) - slots_.begin());
}

void relay_set::add(session_ref added) {
  const std::uint32_t slot = added->slot();
  if (slot == slots_.size()) slots_.emplace_back();
  slots_[slot] = added.get();
  sessions_.emplace(added->id(), std::move(added));
}

relay_set::session_ref relay_set::remove(relay_id id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return nullptr;
  session_ref removed = std::move(found->second);
  sessions_.erase(found);
  leaving_.push_back(removed);
  return removed;
}

relay_set::session_ref relay_set::take_leaving(relay_session& session) {
  const auto found =
      std::find_if(leaving_.begin(), leaving_.end(), [&](const auto& each) { return each.get() == &session; });
  if (found == leaving_.end()) return nullptr;
  session_ref left = std::move(*found);
  leaving_.erase(found);
  const relay_stats counted = session.stats();
  message_counts counts = counted.messages;
  // Events that are still being verified will find no subscription.
  counts.unknown_subscription += std::exchange(counts.unverified, 0);
  gone_counts_ += counts;
  gone_messages_ += counted.messages_in;
  gone_bytes_ += counted.bytes_in;
  slots_[session.slot()] = nullptr;
  return left;
}

relay_session* relay_set::find(relay_id id) const noexcept {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.get();
}

relay_session* relay_set::find_url(std::string_view normalized) const noexcept {
  for (const auto& [id, each] : sessions_) {
    if (each->url().text == normalized) return each.get();
  }
  return nullptr;
}

bool relay_set::all_stopped() const noexcept {
  return leaving_.empty() &&
         std::all_of(sessions_.begin(), sessions_.end(), [](const auto& each) { return each.second->stopped(); });
}

void relay_set::abort_all() noexcept {
  for (const auto& [id, each] : sessions_) each->abort();
  for (const session_ref& each : leaving_) each->abort();
}

void relay_set::add_to(pool_stats& all) const {
  all.messages += gone_counts_;
  all.messages_in += gone_messages_;
  all.bytes_in += gone_bytes_;
  for (const auto& [id, each] : sessions_) {
    relay_stats one = each->stats();
    all.messages += one.messages;
    all.messages_in += one.messages_in;
    all.bytes_in += one.bytes_in;
    all.relays.push_back(std::move(one));
  }
}

}  // namespace uvnostr
