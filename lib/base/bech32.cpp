// SPDX-License-Identifier: MIT
#include "base/bech32.hpp"

#include <array>
#include <cstddef>

#include <uvnostr/error.hpp>

namespace uvnostr::base {
namespace {

constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t checksum_length = 6;
constexpr std::size_t data_length = 52;  // 32 bytes in groups of five bits, four bits of padding
// NIP-19 has forms longer than BIP-173 allows (nevent, nprofile). They are reported as another kind, not as garbage.
constexpr std::size_t longest_text = 5000;
constexpr std::uint8_t no_character = 0xff;

constexpr std::array<std::uint8_t, 128> make_values() {
  std::array<std::uint8_t, 128> values{};
  values.fill(no_character);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    const char c = alphabet[i];
    values[static_cast<unsigned char>(c)] = static_cast<std::uint8_t>(i);
    if (c >= 'a') values[static_cast<unsigned char>(c - 'a' + 'A')] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto values = make_values();

/// The BCH code of BIP-173, fed five bits at a time.
class checksum {
 public:
  void add(std::uint32_t five_bits) noexcept {
    constexpr std::uint32_t generator[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = state_ >> 25;
    state_ = (state_ & 0x1ffffff) << 5 ^ five_bits;
    for (unsigned i = 0; i < 5; ++i) state_ ^= (top >> i & 1U) != 0 ? generator[i] : 0U;
  }
  void add_prefix(std::string_view prefix) noexcept {
    for (const char c : prefix) add(static_cast<std::uint32_t>(to_lower(c)) >> 5);
    add(0);
    for (const char c : prefix) add(static_cast<std::uint32_t>(to_lower(c)) & 31U);
  }
  bool is_right() const noexcept { return state_ == 1; }
  std::uint32_t state() const noexcept { return state_; }

  static char to_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

 private:
  std::uint32_t state_ = 1;
};

bool has_form(std::string_view text, std::size_t separator) noexcept {
  if (separator == 0 || separator == std::string_view::npos || text.size() > longest_text) return false;
  if (text.size() - separator - 1 < checksum_length) return false;
  bool lower = false;
  bool upper = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c < 33 || c > 126) return false;
    lower |= c >= 'a' && c <= 'z';
    upper |= c >= 'A' && c <= 'Z';
    if (i > separator && values[static_cast<unsigned char>(c)] == no_character) return false;
  }
  return !(lower && upper);
}

bool same_prefix(std::string_view received, std::string_view wanted) noexcept {
  if (received.size() != wanted.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (checksum::to_lower(received[i]) != wanted[i]) return false;
  }
  return true;
}

}  // namespace

std::error_code decode_bech32(std::string_view text, std::string_view prefix,
                              std::span<std::uint8_t, 32> out) noexcept {
  const std::size_t separator = text.rfind('1');
  if (!has_form(text, separator)) return errc::bech32_format;
  const std::string_view data = text.substr(separator + 1);

  checksum sum;
  sum.add_prefix(text.substr(0, separator));
  for (const char c : data) sum.add(values[static_cast<unsigned char>(c)]);
  if (!sum.is_right()) return errc::bech32_checksum;
  if (!same_prefix(text.substr(0, separator), prefix)) return errc::bech32_prefix;
  if (data.size() != data_length + checksum_length) return errc::bech32_format;

  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  std::size_t written = 0;
  for (const char c : data.substr(0, data_length)) {
    pending = (pending << 5 | values[static_cast<unsigned char>(c)]) & 0xfff;
    pending_bits += 5;
    if (pending_bits < 8) continue;
    pending_bits -= 8;
    out[written++] = static_cast<std::uint8_t>(pending >> pending_bits);
  }
  // Nonzero padding would give one value two spellings.
  const bool padding_is_zero = (pending & ((1U << pending_bits) - 1)) == 0;
  return padding_is_zero ? std::error_code() : make_error_code(errc::bech32_format);
}

std::string encode_bech32(std::string_view prefix, std::span<const std::uint8_t, 32> bytes) {
  std::string text;
  text.reserve(prefix.size() + 1 + data_length + checksum_length);
  text += prefix;
  text += '1';

  checksum sum;
  sum.add_prefix(prefix);
  const auto append = [&](std::uint32_t five_bits) {
    sum.add(five_bits);
    text += alphabet[five_bits];
  };
  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8 | byte) & 0xfff;
    pending_bits += 8;
    while (pending_bits >= 5) {
      pending_bits -= 5;
      append(pending >> pending_bits & 31U);
    }
  }
  if (pending_bits != 0) append(pending << (5 - pending_bits) & 31U);

  for (std::size_t i = 0; i < checksum_length; ++i) sum.add(0);
  const std::uint32_t value = sum.state() ^ 1U;
  for (unsigned i = 0; i < checksum_length; ++i) text += alphabet[value >> 5 * (5 - i) & 31U];
  return text;
}

}  // namespace uvnostr::base
