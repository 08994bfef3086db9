// SPDX-License-Identifier: MIT
#include "base/hex.hpp"

#include <array>
#include <cstring>

#include <uvnostr/error.hpp>

namespace uvnostr::base {
namespace {

constexpr std::string_view digits_of_nibbles = "0123456789abcdef";
constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::size_t i = 0; i < digits_of_nibbles.size(); ++i) {
    values[static_cast<unsigned char>(digits_of_nibbles[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr std::array<std::array<char, 2>, 256> make_pairs() {
  std::array<std::array<char, 2>, 256> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {digits_of_nibbles[i >> 4], digits_of_nibbles[i & 15]};
  return pairs;
}

constexpr auto values = make_values();
constexpr auto pairs = make_pairs();

}  // namespace

std::error_code decode_hex(std::string_view digits, std::span<std::uint8_t> out) noexcept {
  if (digits.size() != out.size() * 2) return errc::hex_length;
  // One test at the end replaces one for each digit: only a wrong digit sets a bit above the nibble.
  unsigned seen = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const unsigned high = values[static_cast<unsigned char>(digits[2 * i])];
    const unsigned low = values[static_cast<unsigned char>(digits[2 * i + 1])];
    seen |= high | low;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  if (seen > 15) return errc::hex_digit;
  return {};
}

void encode_hex(std::span<const std::uint8_t> bytes, char* out) noexcept {
  for (const std::uint8_t byte : bytes) {
    std::memcpy(out, pairs[byte].data(), 2);
    out += 2;
  }
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  std::string text(bytes.size() * 2, '\0');
  encode_hex(bytes, text.data());
  return text;
}

}  // namespace uvnostr::base
