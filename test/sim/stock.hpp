// SPDX-License-Identifier: MIT
// Events that are signed once in a process and used in every world, and what a liar makes of them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/event.hpp>
#include <uvnostr/keys.hpp>

namespace uvnostr::sim {

struct stock_event {
  event real;
  std::string id;      // in hex
  std::string author;  // in hex
  std::string topic;   // of its "t" tag; empty: it has none
  unix_seconds at;
  event_kind kind;

  bool ephemeral() const noexcept { return kind >= 20'000 && kind < 30'000; }
};

/// A stretch of time with its events: bursts, hours or days.
struct era {
  unix_seconds begin;
  std::chrono::seconds span;
  std::vector<std::size_t> events;
};

enum class lie { signature, content, id, date, count_ };

class stock {
 public:
  static const stock& get();

  /// npos if there is no such event.
  std::size_t find(std::string_view id) const;
  /// The event's JSON with something wrong in it. Every one but `id` keeps the real id.
  std::string forged(std::size_t event, lie) const;

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  std::vector<stock_event> events;
  std::array<era, 3> eras;
  std::vector<std::size_t> ancient;
  std::vector<std::size_t> future;  // dated 2100
  std::array<secret_key, 3> keys;

 private:
  stock();
  std::size_t add(unix_seconds at);
  std::map<std::string, std::size_t, std::less<>> by_id_;
};

}  // namespace uvnostr::sim
