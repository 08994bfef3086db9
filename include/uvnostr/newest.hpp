// SPDX-License-Identifier: MIT
// Which of several events is the newer one, and collections that go by it.
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

/// Whether `a` comes first when the newest comes first: the later created_at, then the lower id. Source: NIP-01.
UVNOSTR_API bool is_newer(const event_view& a, const event_view& b) noexcept;

/// Of these kinds only the newest event of an author counts: 0, 3, and 10000 to 19999. Source: NIP-01.
UVNOSTR_API bool is_replaceable(event_kind) noexcept;
/// Of these kinds only the newest event of an author and `d` tag counts: 30000 to 39999. Source: NIP-01.
UVNOSTR_API bool is_addressable(event_kind) noexcept;

/// The newest events of all that were added, newest first, each once: what several relays gave, merged.
class UVNOSTR_API newest_events {
 public:
  /// At most so many are kept; 0: all.
  explicit newest_events(std::size_t limit = 0) noexcept : limit_(limit) {}

  /// False if it is there already, or older than as many as are kept.
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

/// The events that count of replaceable and addressable kinds: the newest of each author, kind and `d` tag, whichever
/// relay gave it. Requests to delete (kind 5) are not looked at.
class UVNOSTR_API latest_events {
 public:
  /// True if it counts now. False for an older one, for the same again, and for other kinds.
  bool add(const event_view&);

  /// Null if there is none. Lifetime of the pointer: until a newer one is added. `d` is for addressable kinds.
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
