// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/event_source.hpp"
#include "base/ref.hpp"

namespace uvnostr::session {

class request;

/// One REQ on the wire with its id: the REQ of a request that stays open, or a page of the past. Events that are being
/// verified keep it alive, so they are not attributed to a later REQ.
class sent_req final : public base::event_source {
 public:
  enum class kind : unsigned char { stays_open, page };
  enum class state : unsigned char {
    asked,  // EOSE has not come yet
    live,   // EOSE has come
    over,   // CLOSE was sent, CLOSED came, or its connection is lost
  };

  /// The id on the wire is never used twice on one connection.
  sent_req(kind of, request& owner, std::uint32_t number, std::uint32_t generation) noexcept
      : what(of), slot(number), owner_(base::ref<request>::retain(owner)) {
    char* const end = id_.data() + id_.size();
    char* at = std::to_chars(id_.data(), end, number, 16).ptr;
    *at++ = '-';
    at = std::to_chars(at, end, generation, 16).ptr;
    id_size_ = static_cast<std::size_t>(at - id_.data());
  }

  request& owner() const noexcept { return *owner_; }
  std::string_view id() const noexcept { return {id_.data(), id_size_}; }
  bool distrusted() const noexcept override;

  const kind what;
  const std::uint32_t slot;
  sent_req::state state = sent_req::state::asked;
  bool has_event = false;          // a stored event came
  bool answer_ended = false;       // its EOSE or CLOSED came, and may still wait for events before it
  unsigned char new_in_a_row = 0;  // events that were new, up to as many as matter
  std::uint64_t place = 0;         // in the order of sending
  std::chrono::microseconds sent_at{};
  std::uint64_t closed_before = 0;  // how many REQs had been closed by then

 private:
  base::ref<request> owner_;
  std::array<char, 24> id_{};
  std::size_t id_size_ = 0;
};

}  // namespace uvnostr::session
