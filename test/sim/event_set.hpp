// SPDX-License-Identifier: MIT
// The events of all seeded worlds, signed once in a process, and forgeries of them.
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

struct known_event {
  event real;
  std::string id;      // in hex
  std::string author;  // in hex
  std::string topic;   // of its "t" tag; empty: it has none
  unix_seconds at;
  event_kind kind;

  bool ephemeral() const noexcept { return kind >= 20'000 && kind < 30'000; }
  bool wrapped() const noexcept { return kind == 1059; }
};

/// A span of time (minutes, hours or days) and the events that are dated in it.
struct period {
  unix_seconds begin;
  std::chrono::seconds span;
  std::vector<std::size_t> events;
};

enum class forgery { signature, content, id, date, count_ };

class event_set {
 public:
  static const event_set& get();

  /// npos if there is no such event.
  std::size_t find(std::string_view id) const;
  /// Its number, date and kind, for the log.
  std::string name_of(std::size_t event) const;
  /// The event's JSON with something wrong in it. Only `forgery::id` changes the id.
  std::string forged(std::size_t event, forgery) const;

  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
  std::vector<known_event> events;
  std::array<period, 3> periods;
  std::vector<std::size_t> ancient;
  std::vector<std::size_t> future;  // dated 2100
  std::array<secret_key, 3> keys;

 private:
  event_set();
  std::size_t add(unix_seconds at);
  std::map<std::string, std::size_t, std::less<>> by_id_;
};

}  // namespace uvnostr::sim
