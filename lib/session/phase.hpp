// SPDX-License-Identifier: MIT
// The phases of a relay's session, their properties, and the allowed transitions, all in one table.
//
//            dial_now()            its turn             upgrade done
//   idle ------------> queued -----------> connecting ------------> connected
//                      ^    ^                  |                        |
//           delay over |    | dial_now()       | failed,                | lost, closed by the relay,
//                      |    |                  | connect_timeout        | ping_timeout
//                   waiting <------------------+------------------------+
//                      |
//                      +--> stopped: no attempt is left, or stop(); from connected through closing
//
// dial_now() revives a stopped session, unless stop() was called.
#pragma once

#include <array>
#include <cstddef>

#include <uvnostr/relay_status.hpp>

namespace uvnostr::session {

enum class phase : unsigned char { idle, waiting, queued, connecting, connected, closing, stopped };

struct phase_rule {
  phase at;
  relay_state shown_as;  // what the application sees
  bool has_connection;
  bool has_timer;      // the delay, connect_timeout or close_timeout
  unsigned char next;  // the phases that may follow, one bit each
};

template <class... Phases>
constexpr unsigned char one_of(Phases... phases) noexcept {
  return static_cast<unsigned char>(((1U << static_cast<unsigned>(phases)) | ...));
}

inline constexpr std::array<phase_rule, 7> phase_rules{{
    // at               shown as                 connection timer  next
    {phase::idle, relay_state::waiting, false, false, one_of(phase::queued, phase::stopped)},
    {phase::waiting, relay_state::waiting, false, true, one_of(phase::queued, phase::stopped)},
    {phase::queued, relay_state::waiting, false, false, one_of(phase::connecting, phase::stopped)},
    {phase::connecting, relay_state::connecting, true, true, one_of(phase::connected, phase::waiting, phase::stopped)},
    {phase::connected, relay_state::connected, true, false, one_of(phase::waiting, phase::closing, phase::stopped)},
    {phase::closing, relay_state::closing, true, true, one_of(phase::stopped)},
    {phase::stopped, relay_state::stopped, false, false, one_of(phase::queued)},
}};

constexpr const phase_rule& rule_of(phase p) noexcept { return phase_rules[static_cast<std::size_t>(p)]; }

constexpr bool may_follow(phase from, phase to) noexcept { return (rule_of(from).next & one_of(to)) != 0; }

}  // namespace uvnostr::session
