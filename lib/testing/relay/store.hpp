// SPDX-License-Identifier: MIT
// The events of a test_relay, in memory, newest first; within a second, the lowest id first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include <uvnostr/event.hpp>
#include <uvnostr/filter.hpp>

namespace uvnostr::testing::detail {

class store {
 public:
  enum class verdict { stored, duplicate, superseded, full };

  explicit store(std::size_t max_events) noexcept : max_events_(max_events) {}

  /// Stores a published event; of replaceable and addressable kinds only the newest stays. Source: NIP-01.
  verdict publish(const event&);
  /// Stores the test's event unconditionally.
  void force(const event& e) { insert(e); }
  void force(std::string not_an_event) { oddities_.push_back(std::move(not_an_event)); }
  void clear() noexcept;

  bool has(const event_id& id) const noexcept { return ids_.contains(id); }
  std::vector<event> all() const;
  struct selection {
    std::vector<event> events;
    bool complete;  // no limit left out a matching event
  };
  /// The events that match any of the filters, each once. Every filter is limited by its own `limit` and by `max_limit`.
  selection select(std::span<const filter>, std::size_t max_limit) const;
  const std::vector<std::string>& oddities() const noexcept { return oddities_; }

 private:
  using place = std::tuple<std::int64_t, event_id, std::uint64_t>;  // time (negated), id, number of insertion

  place insert(const event&);

  std::size_t max_events_;
  std::map<place, event> events_;
  std::multiset<event_id> ids_;
  std::map<std::string, place> newest_;  // the newest replaceable events, by kind, author and d tag
  std::vector<std::string> oddities_;
  std::uint64_t insertions_ = 0;
};

/// Whether events of that kind are passed on and never stored. Source: NIP-01.
constexpr bool is_ephemeral(event_kind kind) noexcept { return kind >= 20000 && kind < 30000; }

}  // namespace uvnostr::testing::detail
