// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <uv.h>

namespace uvnostr::net {

/// Masking keys for frames, from the system's random bytes. Many are fetched at a time, because a system call for each
/// frame would cost as much as the frame. Source: RFC 6455, 5.3 and 10.3.
class mask_source {
 public:
  /// Returns false if the system has no random bytes.
  bool next(std::uint32_t& key) noexcept {
    if (left_ == 0) {
      if (uv_random(nullptr, nullptr, keys_.data(), sizeof keys_, 0, nullptr) != 0) return false;
      left_ = keys_.size();
    }
    key = keys_[--left_];
    return true;
  }

 private:
  std::array<std::uint32_t, 256> keys_;
  std::size_t left_ = 0;
};

}  // namespace uvnostr::net
