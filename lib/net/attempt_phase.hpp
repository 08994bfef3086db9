// SPDX-License-Identifier: MIT
// The phases of one attempt, their properties, and the allowed transitions, all in one table.
//
//                TCP is up             TLS is up               101
//   connecting -------------> greeting -----------> upgrading -----> open ---> closing
//        |   \___ ws:// ______________________________^               |           |
//        |             |                  |                           |           |
//        +-------------+------- fails ----+--------- closes ----------+-----------+--> ended
//
// From every phase that may have an owner, abandon() leads to abandoned, and libwebsockets from there to ended.
#pragma once

#include <array>
#include <cstddef>

namespace uvnostr::net {

enum class attempt_phase : unsigned char {
  connecting,  // TCP
  greeting,    // TLS
  upgrading,   // the request is being sent, or its answer is awaited
  open,        // messages go both ways
  closing,     // our close frame and its answer are due; the owner may have left already
  abandoned,   // the owner has left; libwebsockets closes the socket at the next event
  ended,       // libwebsockets has closed the socket; its WSI_DESTROY is still due
};

struct attempt_rule {
  attempt_phase at;
  bool has_owner;      // the owner gets reports
  bool keeps_socket;   // otherwise we answer each event by asking libwebsockets to close
  unsigned char next;  // the phases that may follow, one bit each
};

template <class... Phases>
constexpr unsigned char attempt_phases(Phases... phases) noexcept {
  return static_cast<unsigned char>(((1U << static_cast<unsigned>(phases)) | ...));
}

inline constexpr std::array<attempt_rule, 7> attempt_rules{{
    // at                       owner  socket next
    {attempt_phase::connecting, true, true,
     attempt_phases(attempt_phase::greeting, attempt_phase::upgrading, attempt_phase::abandoned, attempt_phase::ended)},
    {attempt_phase::greeting, true, true,
     attempt_phases(attempt_phase::upgrading, attempt_phase::abandoned, attempt_phase::ended)},
    {attempt_phase::upgrading, true, true,
     attempt_phases(attempt_phase::open, attempt_phase::abandoned, attempt_phase::ended)},
    {attempt_phase::open, true, true,
     attempt_phases(attempt_phase::closing, attempt_phase::abandoned, attempt_phase::ended)},
    {attempt_phase::closing, true, true, attempt_phases(attempt_phase::abandoned, attempt_phase::ended)},
    {attempt_phase::abandoned, false, false, attempt_phases(attempt_phase::ended)},
    {attempt_phase::ended, false, false, 0},
}};

constexpr const attempt_rule& rule_of(attempt_phase p) noexcept { return attempt_rules[static_cast<std::size_t>(p)]; }

constexpr bool may_follow(attempt_phase from, attempt_phase to) noexcept {
  return (rule_of(from).next & attempt_phases(to)) != 0;
}

}  // namespace uvnostr::net
