// SPDX-License-Identifier: MIT
// The table of seen events, filled by hand with events that are made up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "dedup/seen_events.hpp"
#include "support/played_world.hpp"
#include "unit/dates.hpp"
#include "unit/made_up_event.hpp"
#include "verify/verifier.hpp"
#include "wire/frame_scan.hpp"

namespace uvnostr::dedup {

using admission = seen_events::admission;
using origin = seen_events::origin;

/// Nothing is queued here, so nothing is ever returned.
class no_listener final : public verify::verifier_listener {
  void on_verified(verify::source&, const verify::verified_event&, verify::id_form) noexcept override {}
  void on_refused(verify::source&, const wire::event_fields&, verify::verdict) noexcept override {}
  void on_copy(verify::source&, const wire::raw_event&) noexcept override {}
  void on_joined(verify::source&, std::uint32_t) noexcept override {}
  void on_marker(verify::source&, const wire::relay_message&) noexcept override {}
  bool has_time() noexcept override { return true; }
  void begin_work() noexcept override {}
  void end_work() noexcept override {}
};

class SeenEvents : public ::testing::Test {
 protected:
  explicit SeenEvents(std::size_t capacity = 12) : seen(capacity, {1, 2, 3}) {}
  void TearDown() override { world.release(); }

  admission admit(const event& e, std::uint32_t subscription, origin from = origin::recent, bool stored = false,
                  std::uint32_t relay = 0) {
    const std::optional<wire::raw_event> raw = wire::parse_event(e.json());
    verify::id_form form;
    return seen.admit(*verifier.trust(*raw, form), subscription, relay, from, stored);
  }
  /// Events with these numbers, a second apart.
  void admit_all(std::uint32_t first, std::uint32_t count, std::uint32_t subscription, origin from = origin::recent) {
    for (std::uint32_t i = first; i < first + count; ++i) admit(make_up({.number = i, .at = i}), subscription, from);
  }
  bool knows(std::uint32_t number, std::uint32_t subscription) {
    return seen.repeats(make_up({.number = number}).id(), subscription, 0).has_value();
  }
  std::size_t known(std::uint32_t first, std::uint32_t count, std::uint32_t subscription) {
    std::size_t n = 0;
    for (std::uint32_t i = first; i < first + count; ++i) n += knows(i, subscription) ? 1U : 0U;
    return n;
  }
  std::vector<std::uint32_t> seen_on(const event& e) {
    std::set<std::uint32_t> slots;
    seen.seen_on(e.id(), [&](std::uint32_t slot) { slots.insert(slot); });
    return {slots.begin(), slots.end()};
  }

  played_world network;
  port::world& world = network.share();
  no_listener listener;
  duration_histogram times;
  verify::verifier verifier{world.reactor(), listener, verification::off, times};
  seen_events seen;
};

}  // namespace uvnostr::dedup
