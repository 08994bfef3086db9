// SPDX-License-Identifier: MIT
#include "testing/relay/store.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace uvnostr::testing::detail {
namespace {

// The event's address: the relay keeps only the newest event with the same one. Nothing: it keeps all events of this
// kind.
std::optional<std::string> address_of(const event& e) {
  const event_kind kind = e.kind();
  const bool replaceable = kind == 0 || kind == 3 || (kind >= 10000 && kind < 20000);
  const bool addressable = kind >= 30000 && kind < 40000;
  if (!replaceable && !addressable) return std::nullopt;
  std::string address = std::to_string(kind) + ":" + e.pubkey().to_hex() + ":";
  if (const auto d = e.tag("d"); d && addressable) address += d->value();
  return address;
}

}  // namespace

store::place store::insert(const event& e) {
  place at{-e.created_at().time_since_epoch().count(), e.id(), insertions_++};
  events_.emplace(at, e);
  ids_.insert(e.id());
  return at;
}

store::verdict store::publish(const event& e) {
  if (has(e.id())) return verdict::duplicate;
  const auto address = address_of(e);
  const auto old = address ? newest_.find(*address) : newest_.end();
  if (old != newest_.end()) {
    const auto& [time, id, number] = old->second;
    if (std::tuple(time, id) < std::tuple(std::int64_t{-e.created_at().time_since_epoch().count()}, e.id()))
      return verdict::superseded;
    ids_.erase(ids_.find(id));
    events_.erase(old->second);
  }
  if (events_.size() >= max_events_) return verdict::full;
  const place at = insert(e);
  if (address) newest_.insert_or_assign(*address, at);
  return verdict::stored;
}

void store::clear() noexcept {
  events_.clear();
  ids_.clear();
  newest_.clear();
  oddities_.clear();
}

std::vector<event> store::all() const {
  std::vector<event> found;
  found.reserve(events_.size());
  for (const auto& [at, e] : events_) found.push_back(e);
  return found;
}

store::selection store::select(std::span<const filter> filters, std::size_t max_limit) const {
  selection found{.events = {}, .complete = true};
  std::vector<std::size_t> left;
  for (const filter& f : filters)
    left.push_back(std::min<std::size_t>(f.limit.value_or(std::numeric_limits<std::uint32_t>::max()), max_limit));
  for (const auto& [at, e] : events_) {
    bool matches = false;
    bool wanted = false;
    for (std::size_t i = 0; i < filters.size(); ++i) {
      if (!filters[i].matches(e)) continue;
      matches = true;
      if (left[i] == 0) continue;
      --left[i];
      wanted = true;
    }
    if (wanted) found.events.push_back(e);
    if (matches && !wanted) found.complete = false;
  }
  return found;
}

}  // namespace uvnostr::testing::detail
