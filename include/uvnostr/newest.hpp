// SPDX-License-Identifier: MIT
// The order of events by date, and collections that use it.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <uvnostr/event.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

/// Whether `a` precedes `b`, newest first: by the later created_at, then by the lower id. Source: NIP-01.
UVNOSTR_API bool is_newer(const event_view& a, const event_view& b) noexcept;

/// Whether only an author's newest event of this kind counts: kinds 0, 3, and 10000 to 19999. Source: NIP-01.
UVNOSTR_API bool is_replaceable(event_kind) noexcept;
/// Whether only the newest event of this kind for an author and `d` tag counts: kinds 30000 to 39999. Source: NIP-01.
UVNOSTR_API bool is_addressable(event_kind) noexcept;

/// Merges the events of several relays: keeps the newest of all added events, newest first, each once.
class UVNOSTR_API newest_events {
 public:
  /// Keeps at most this many; 0: all.
  explicit newest_events(std::size_t limit = 0) noexcept : limit_(limit) {}

  /// Returns false if the event is already there, or too old to be kept.
  bool add(const event_view&);

  auto begin() const noexcept { return events_.begin(); }
  auto end() const noexcept { return events_.end(); }
  std::size_t size() const noexcept { return events_.size(); }
  bool empty() const noexcept { return events_.empty(); }

 private:
  struct newest_first {
    using is_transparent = void;
    bool operator()(const event_view& a, const event_view& b) const noexcept { return is_newer(a, b); }
  };
  std::size_t limit_;
  std::set<event, newest_first> events_;
};

/// Keeps the current events of replaceable and addressable kinds: the newest of each author, kind and `d` tag,
/// whichever relay sent it. Ignores deletion requests (kind 5).
class UVNOSTR_API latest_events {
 public:
  /// Returns true if the event is now current; false for an older one, the same one, or another kind.
  bool add(const event_view&);

  /// The current event; null if there is none. The pointer is valid until a newer event is added. `d` is for
  /// addressable kinds.
  const event* find(event_kind, const pubkey& author, std::string_view d = {}) const noexcept;
  std::size_t size() const noexcept { return events_.size(); }
  bool empty() const noexcept { return events_.empty(); }
  /// Calls function(const event&) for each.
  template <class Function>
  void for_each(Function&& function) const {
    for (const auto& [at, each] : events_) function(each);
  }

 private:
  struct place {
    event_kind kind;
    pubkey author;
    std::string d;
    friend auto operator<=>(const place&, const place&) = default;
  };
  std::map<place, event> events_;
};

}  // namespace uvnostr
