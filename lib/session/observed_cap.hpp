// SPDX-License-Identifier: MIT
// The number of events at which a relay cuts off its answers, as far as these show it: an answer was cut off if the next
// one brings news from before its end. One such case may be an event that was stored in between, so it takes two answers
// of the same size. A larger page shows that there is no such cap, or no longer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

namespace uvnostr::session {

class observed_cap {
 public:
  /// 0: none has shown.
  std::uint32_t value() const noexcept { return cap_; }
  void on_connected() noexcept { largest_page_ = 0; }
  void note_cut(std::uint32_t at) noexcept {
    if (at != 0 && std::exchange(last_cut_, at) == at && at >= largest_page_) cap_ = at;
  }
  void note_page(std::uint32_t size) noexcept {
    largest_page_ = std::max(largest_page_, size);
    if (size > cap_) cap_ = 0;
  }

 private:
  std::uint32_t cap_ = 0;
  std::uint32_t last_cut_ = 0;
  std::uint32_t largest_page_ = 0;  // on this connection
};

}  // namespace uvnostr::session
