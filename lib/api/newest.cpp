// SPDX-License-Identifier: MIT
#include <uvnostr/newest.hpp>

#include <iterator>
#include <utility>

namespace uvnostr {

bool is_newer(const event_view& a, const event_view& b) noexcept {
  return a.created_at() != b.created_at() ? a.created_at() > b.created_at() : a.id() < b.id();
}

bool is_replaceable(event_kind kind) noexcept { return kind == 0 || kind == 3 || (kind >= 10'000 && kind < 20'000); }
bool is_addressable(event_kind kind) noexcept { return kind >= 30'000 && kind < 40'000; }

bool newest_events::add(const event_view& event) {
  const bool is_full = limit_ != 0 && events_.size() == limit_;
  if (is_full && !is_newer(event, *events_.rbegin())) return false;
  if (events_.contains(event)) return false;
  if (is_full) events_.erase(std::prev(events_.end()));
  return events_.insert(event.copy()).second;
}

bool latest_events::add(const event_view& event) {
  const bool is_of_address = is_addressable(event.kind());
  if (!is_of_address && !is_replaceable(event.kind())) return false;
  place at{event.kind(), event.pubkey(), {}};
  if (is_of_address) {
    if (const auto d = event.tag("d")) at.d = d->value();
  }
  const auto before = events_.find(at);
  if (before == events_.end()) {
    events_.emplace(std::move(at), event.copy());
    return true;
  }
  if (!is_newer(event, before->second)) return false;
  before->second = event.copy();
  return true;
}

const event* latest_events::find(event_kind kind, const pubkey& author, std::string_view d) const noexcept {
  const auto found = events_.find(place{kind, author, is_addressable(kind) ? std::string(d) : std::string()});
  return found == events_.end() ? nullptr : &found->second;
}

}  // namespace uvnostr
