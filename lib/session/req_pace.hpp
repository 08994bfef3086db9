// SPDX-License-Identifier: MIT
// How many REQs a relay lets be open, and how fast it takes them, as far as it has shown.
//
// Happy path: few REQs are under way at first, and twice as many once so many are answered, so that a relay which takes
// everything is soon sent everything. A refusal that speaks of a rate makes REQs go out one by one, at a pace that
// gets slower with each such refusal and, carefully, faster while there is none. A refusal that speaks of a number shows
// how many may be open.
// What can go wrong: relays word their refusals as they like. What is not understood counts as a refusal of that one REQ.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace uvnostr::session {

class req_pace {
 public:
  using time = std::chrono::microseconds;

  /// A REQ that has been unanswered for this long no longer counts as under way.
  static constexpr std::chrono::seconds patience{2};

  enum class complaint : unsigned char { none, number, rate };
  /// What a CLOSED or NOTICE complains of.
  static complaint read(std::string_view words);

  void on_connected() noexcept;
  /// Whether one more may be open.
  bool has_place(std::size_t open) const noexcept { return !most_open_ || open < *most_open_; }
  /// Whether one more may be sent now.
  bool may_send(time now, std::size_t under_way) const noexcept { return under_way < window_ && now >= next_; }
  /// When it may be; meaningful if may_send() said no.
  time next(time now) const noexcept { return now < next_ ? next_ : now + patience; }
  void sent(time now) noexcept;
  void answered() noexcept;
  /// A refusal spoke of the rate. Returns false if so few REQs were sent lately that it cannot mean that.
  bool slow_down(time now) noexcept;
  /// The relay allows at most this many open REQs; 0 says nothing.
  void limit_open(std::size_t most) noexcept;
  std::optional<std::size_t> most_open() const noexcept { return most_open_; }
  /// Whether a refusal spoke of the rate.
  bool is_slowed() const noexcept { return interval_.count() != 0; }

 private:
  static constexpr std::size_t first_window = 16;
  static constexpr std::size_t few = 8;

  std::optional<std::size_t> most_open_;
  std::size_t window_ = first_window;
  time interval_{};          // between two REQs; 0: none was refused for its rate
  time refused_interval_{};  // the last one that was too short
  time next_{};
  time burst_begun_{};
  time slowed_down_{};
  std::size_t in_burst_ = 0;
  std::size_t in_a_row_ = 0;  // answered since the pace changed
};

}  // namespace uvnostr::session
