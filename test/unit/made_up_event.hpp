// SPDX-License-Identifier: MIT
// Events with a valid form but no valid signature, for tests that verify nothing.
#pragma once

#include <cstdint>
#include <string>

#include <uvnostr/event.hpp>

namespace uvnostr {

struct made_up {
  std::uint32_t number = 0;  // two events with the same number have the same id
  std::int64_t at = 0;
  event_kind kind = 1;
  std::uint8_t author = 1;
};

inline event make_up(const made_up& of) {
  const auto hex = [](std::uint64_t value, int digits) {
    std::string text(static_cast<std::size_t>(digits), '0');
    for (; digits > 0 && value != 0; value /= 16)
      text[static_cast<std::size_t>(--digits)] = "0123456789abcdef"[value % 16];
    return text;
  };
  // The number is in the first and last bytes, so that ids are well spread, and comparing only a part would be noticed.
  const std::string id = hex(of.number * 2'654'435'761U, 8) + std::string(48, 'a') + hex(of.number, 8);
  return event::parse(R"({"id":")" + id + R"(","pubkey":")" + hex(of.author, 64) + R"(","created_at":)" +
                      std::to_string(of.at) + R"(,"kind":)" + std::to_string(of.kind) +
                      R"(,"tags":[],"content":"","sig":")" + id + id + R"("})")
      .value();
}

}  // namespace uvnostr
