// SPDX-License-Identifier: MIT
// The phases of a connection, their properties, and the allowed transitions, all in one table.
//
//               addresses             an attempt is open          close()               the queue is empty
//   resolving ------------> trying ---------------------> open ---------> closing_later ------------------> closing
//       |                     |                            |                   |                               |
//       +---------------------+----- fails, ends, abort() -+-------------------+-------------------------------+--> over
//       |                     |
//       +------ close() ------+--> quitting --> over
#pragma once

#include <array>
#include <cstddef>

namespace uvnostr::net {

enum class connection_phase : unsigned char {
  resolving,      // the resolver has our question
  trying,         // attempts are under way, or the next one waits for its time or for the target of a redirect
  open,           // one attempt has become the socket
  closing_later,  // close() was called; queued messages go out first
  closing,        // the close frame is on its way, and the peer's is awaited
  quitting,       // close() was called before there was a socket; the listener hears of it in the next turn
  over,           // the listener gets no further calls; only the timer's handle is still open
};

struct connection_rule {
  connection_phase at;
  bool has_socket;
  bool delivers;       // the peer's messages are passed on
  bool takes;          // our messages are queued; otherwise it is too late to send them
  unsigned char next;  // the phases that may follow, one bit each
};

template <class... Phases>
constexpr unsigned char connection_phases(Phases... phases) noexcept {
  return static_cast<unsigned char>(((1U << static_cast<unsigned>(phases)) | ...));
}

inline constexpr std::array<connection_rule, 7> connection_rules{{
    // at                             socket delivers takes next
    {connection_phase::resolving, false, false, true,
     connection_phases(connection_phase::trying, connection_phase::quitting, connection_phase::over)},
    {connection_phase::trying, false, false, true,
     connection_phases(connection_phase::open, connection_phase::quitting, connection_phase::over)},
    {connection_phase::open, true, true, true,
     connection_phases(connection_phase::closing_later, connection_phase::over)},
    {connection_phase::closing_later, true, false, false,
     connection_phases(connection_phase::closing, connection_phase::over)},
    {connection_phase::closing, true, false, false, connection_phases(connection_phase::over)},
    {connection_phase::quitting, false, false, false, connection_phases(connection_phase::over)},
    {connection_phase::over, false, false, false, 0},
}};

constexpr const connection_rule& rule_of(connection_phase p) noexcept {
  return connection_rules[static_cast<std::size_t>(p)];
}

constexpr bool may_follow(connection_phase from, connection_phase to) noexcept {
  return (rule_of(from).next & connection_phases(to)) != 0;
}

}  // namespace uvnostr::net
