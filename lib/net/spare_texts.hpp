// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace uvnostr::net {

/// Buffers for messages that arrive in pieces, shared by the connections of a pool. An idle relay holds none, and a
/// busy one does not allocate.
class spare_texts {
 public:
  /// An empty buffer with room for one read. Its unused pages cost no memory.
  std::string take() noexcept {
    if (spares_.empty()) {
      std::string text;
      text.reserve(usual_bytes);
      return text;
    }
    std::string text = std::move(spares_.back());
    spares_.pop_back();
    return text;
  }

  void give_back(std::string&& text) noexcept {
    if (text.capacity() > max_bytes || spares_.size() == max_spares) return;
    text.clear();
    spares_.push_back(std::move(text));
  }

 private:
  static constexpr std::size_t max_spares = 16;
  static constexpr std::size_t usual_bytes = std::size_t{64} * 1024;
  static constexpr std::size_t max_bytes = 2 * usual_bytes;

  std::vector<std::string> spares_;
};

}  // namespace uvnostr::net
