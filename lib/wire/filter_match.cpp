// SPDX-License-Identifier: MIT
#include "wire/filter_match.hpp"

#include <algorithm>
#include <span>
#include <vector>

namespace uvnostr::wire {
namespace {

template <class T, class U>
bool has(const std::vector<T>& wanted, const U& value) noexcept {
  return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

template <class T>
bool unset_or_has(const std::vector<T>& wanted, const T& value) noexcept {
  return wanted.empty() || has(wanted, value);
}

bool satisfies(const tag_condition& condition, std::span<const tag_view> tags) noexcept {
  return std::any_of(tags.begin(), tags.end(), [&](const tag_view& tag) {
    // A tag without a value matches nothing, not even an empty value.
    return tag.size() >= 2 && tag.name().size() == 1 && tag.name()[0] == condition.name &&
           has(condition.values, tag.value());
  });
}

}  // namespace

bool matches(const filter& filter, const event_view& event) noexcept {
  const unix_seconds created_at = event.created_at();
  if (filter.since && created_at < *filter.since) return false;
  if (filter.until && created_at > *filter.until) return false;
  if (!unset_or_has(filter.kinds, event.kind())) return false;
  if (!unset_or_has(filter.ids, event.id())) return false;
  if (!unset_or_has(filter.authors, event.pubkey())) return false;
  if (filter.tags.empty()) return true;
  const std::span<const tag_view> tags = event.tags();
  return std::all_of(filter.tags.begin(), filter.tags.end(),
                     [&](const tag_condition& condition) { return satisfies(condition, tags); });
}

}  // namespace uvnostr::wire
