// SPDX-License-Identifier: MIT
// The part of request_table that knows which messages a relay refuses, and which events it may still send.
#include <charconv>
#include <limits>

#include "session/relay_session.hpp"
#include "session/request_table.hpp"

namespace uvnostr::session {

namespace {
// What was sent before the CLOSE came may fill the buffers of a slow line.
constexpr std::chrono::seconds on_the_way{60};
}  // namespace

bool request_table::may_still_come(std::string_view wire_id) noexcept {
  const char* const end = wire_id.data() + wire_id.size();
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  const auto first = std::from_chars(wire_id.data(), end, number, 16);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-' || number >= slots_.size()) return false;
  const auto second = std::from_chars(first.ptr + 1, end, generation, 16);
  if (second.ec != std::errc() || second.ptr != end) return false;
  const slot& its = slots_[number];
  return generation < its.generation && session_.now() - its.ended_at < on_the_way;
}

/// The relay would refuse this REQ, or worse. Only the application can ask in another way.
void request_table::refuse_too_long(request& r) {
  r.timer_.cancel();
  r.step_ = request::step::refused;
  r.fatal_ = std::numeric_limits<unsigned>::max();
  session_.listener().on_request_refused(session_, r,
                                         {.words = {},
                                          .hung_up = false,
                                          .asked_again = asked_again::never,
                                          .pause = {},
                                          .missing = missing_of(r),
                                          .too_long = true});
  settle(r, request::ending::refused);
}

}  // namespace uvnostr::session
