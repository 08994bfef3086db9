// SPDX-License-Identifier: MIT
// Tests on several bytes of text at once: the few primitives of the hot path.
//
// All block types have the same functions, and a test compares them. The choice depends on what the compiler may assume
// of every processor of the target, so nothing is decided at run time. A mask has `bits_per_byte` bits for each byte,
// the first byte in the lowest bits. If a byte has the property, the same ones of its bits are set in every mask of the
// type; otherwise none is. The constructor reads exactly `bytes` bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)
#include <arm_neon.h>
#endif

namespace uvnostr::wire {

/// A 64-bit word, for any processor.
class portable_block {
 public:
  static constexpr std::size_t bytes = 8;
  static constexpr unsigned bits_per_byte = 8;
  static constexpr std::size_t digits_at_once = 8;

  explicit portable_block(const char* at) noexcept : word_(load(at)) {}

  std::uint64_t equal_to(char c) const noexcept {
    const std::uint64_t difference = word_ ^ every(static_cast<std::uint8_t>(c));
    return ~(((difference & ~high_bits) + ~high_bits) | difference) & high_bits;
  }
  std::uint64_t equal_to(char a, char b) const noexcept { return equal_to(a) | equal_to(b); }

  /// Hex digits of either case.
  std::uint64_t hex_digits() const noexcept {
    const std::uint64_t lower_case = word_ | every(0x20);
    return (between('0', '9', word_ & ~high_bits) | between('a', 'f', lower_case & ~high_bits)) & ~word_;
  }

  /// Quotes, backslashes, control characters below 0x20, and bytes that are not ASCII.
  std::uint64_t not_plain() const noexcept {
    const std::uint64_t below_space = ~((word_ | high_bits) - every(0x20));
    return equal_to('"', '\\') | ((below_space | word_) & high_bits);
  }

  /// Whether these are lower-case hex digits; if so, writes their bytes to `out`.
  static bool decode_hex(const char* digits, std::uint8_t* out) noexcept {
    const std::uint64_t word = load(digits);
    if ((word & high_bits) != 0) return false;
    const std::uint64_t is_letter = between('a', 'f', word);
    if ((between('0', '9', word) | is_letter) != high_bits) return false;
    std::uint64_t pairs = (word & every(0x0f)) + (is_letter >> 7) * 9;
    pairs = ((pairs << 4) | (pairs >> 8)) & 0x00ff00ff00ff00ff;
    for (unsigned i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(pairs >> (16 * i));
    return true;
  }

 private:
  static constexpr std::uint64_t every(std::uint8_t byte) noexcept { return 0x0101010101010101 * byte; }
  static constexpr std::uint64_t high_bits = 0x8080808080808080;

  static std::uint64_t load(const char* at) noexcept {
    if constexpr (std::endian::native == std::endian::little) {
      std::uint64_t word = 0;
      std::memcpy(&word, at, sizeof word);
      return word;
    } else {
      std::uint64_t word = 0;
      for (unsigned i = 0; i < 8; ++i) word |= std::uint64_t{static_cast<unsigned char>(at[i])} << (8 * i);
      return word;
    }
  }

  /// The high bits of the bytes from `first` to `last`. No byte of the word may have its high bit set: then adding
  /// 0x80 - n sets the high bit of the bytes that are n or more.
  static std::uint64_t between(std::uint8_t first, std::uint8_t last, std::uint64_t word) noexcept {
    const auto at_least = [word](unsigned n) { return word + every(static_cast<std::uint8_t>(0x80 - n)); };
    return at_least(first) & ~at_least(last + 1U) & high_bits;
  }

  std::uint64_t word_;
};

#if defined(__SSE2__)

class sse2_block {
 public:
  static constexpr std::size_t bytes = 16;
  static constexpr unsigned bits_per_byte = 1;
  static constexpr std::size_t digits_at_once = 16;

  explicit sse2_block(const char* at) noexcept : block_(load(at)) {}

  std::uint64_t equal_to(char c) const noexcept { return mask_of(_mm_cmpeq_epi8(block_, _mm_set1_epi8(c))); }
  std::uint64_t equal_to(char a, char b) const noexcept { return mask_of(either(a, b)); }

  std::uint64_t hex_digits() const noexcept {
    const __m128i lower_case = _mm_or_si128(block_, _mm_set1_epi8(0x20));
    return mask_of(_mm_or_si128(is_up_to(9, _mm_sub_epi8(block_, _mm_set1_epi8('0'))),
                                is_up_to(5, _mm_sub_epi8(lower_case, _mm_set1_epi8('a')))));
  }

  std::uint64_t not_plain() const noexcept {
    // Seen as signed numbers, bytes that are not ASCII are below a space as well.
    return mask_of(_mm_or_si128(either('"', '\\'), _mm_cmplt_epi8(block_, _mm_set1_epi8(0x20))));
  }

  static bool decode_hex(const char* digits, std::uint8_t* out) noexcept {
    const __m128i block = load(digits);
    const __m128i digit = _mm_sub_epi8(block, _mm_set1_epi8('0'));
    const __m128i letter = _mm_sub_epi8(block, _mm_set1_epi8('a'));
    const __m128i is_digit = is_up_to(9, digit);
    const __m128i is_letter = is_up_to(5, letter);
    if (mask_of(_mm_or_si128(is_digit, is_letter)) != 0xffff) return false;
    const __m128i nibbles =
        _mm_or_si128(_mm_and_si128(is_digit, digit), _mm_and_si128(is_letter, _mm_add_epi8(letter, _mm_set1_epi8(10))));
    const __m128i pairs =
        _mm_and_si128(_mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8)), _mm_set1_epi16(0x00ff));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out), _mm_packus_epi16(pairs, pairs));
    return true;
  }

 private:
  static __m128i load(const char* at) noexcept { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); }
  static std::uint64_t mask_of(__m128i block) noexcept { return static_cast<unsigned>(_mm_movemask_epi8(block)); }
  /// SSE2 has no unsigned comparison.
  static __m128i is_up_to(char most, __m128i bytes_from_0) noexcept {
    return _mm_cmpeq_epi8(_mm_min_epu8(bytes_from_0, _mm_set1_epi8(most)), bytes_from_0);
  }
  __m128i either(char a, char b) const noexcept {
    return _mm_or_si128(_mm_cmpeq_epi8(block_, _mm_set1_epi8(a)), _mm_cmpeq_epi8(block_, _mm_set1_epi8(b)));
  }

  __m128i block_;
};

using native_block = sse2_block;

#elif defined(__ARM_NEON) && !defined(__ARM_BIG_ENDIAN)

class neon_block {
 public:
  static constexpr std::size_t bytes = 16;
  static constexpr unsigned bits_per_byte = 4;
  static constexpr std::size_t digits_at_once = 16;

  explicit neon_block(const char* at) noexcept : block_(vld1q_u8(reinterpret_cast<const std::uint8_t*>(at))) {}

  std::uint64_t equal_to(char c) const noexcept { return mask_of(equal(c)); }
  std::uint64_t equal_to(char a, char b) const noexcept { return mask_of(vorrq_u8(equal(a), equal(b))); }

  std::uint64_t hex_digits() const noexcept {
    const uint8x16_t digit = vsubq_u8(block_, vdupq_n_u8('0'));
    const uint8x16_t letter = vsubq_u8(vorrq_u8(block_, vdupq_n_u8(0x20)), vdupq_n_u8('a'));
    return mask_of(vorrq_u8(vcleq_u8(digit, vdupq_n_u8(9)), vcleq_u8(letter, vdupq_n_u8(5))));
  }

  std::uint64_t not_plain() const noexcept {
    const uint8x16_t other = vorrq_u8(vcltq_u8(block_, vdupq_n_u8(0x20)), vcgeq_u8(block_, vdupq_n_u8(0x80)));
    return mask_of(vorrq_u8(vorrq_u8(equal('"'), equal('\\')), other));
  }

  static bool decode_hex(const char* digits, std::uint8_t* out) noexcept {
    const uint8x8x2_t pairs = vld2_u8(reinterpret_cast<const std::uint8_t*>(digits));
    uint8x8_t valid = vdup_n_u8(0xff);
    const uint8x8_t high = nibbles(pairs.val[0], valid);
    const uint8x8_t low = nibbles(pairs.val[1], valid);
    if (vget_lane_u64(vreinterpret_u64_u8(valid), 0) != ~std::uint64_t{0}) return false;
    vst1_u8(out, vorr_u8(vshl_n_u8(high, 4), low));
    return true;
  }

 private:
  static std::uint64_t mask_of(uint8x16_t bytes_set) noexcept {
    const uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(bytes_set), 4);
    return vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
  }
  static uint8x8_t nibbles(uint8x8_t characters, uint8x8_t& valid) noexcept {
    const uint8x8_t digit = vsub_u8(characters, vdup_n_u8('0'));
    const uint8x8_t letter = vsub_u8(characters, vdup_n_u8('a'));
    const uint8x8_t is_digit = vcle_u8(digit, vdup_n_u8(9));
    valid = vand_u8(valid, vorr_u8(is_digit, vcle_u8(letter, vdup_n_u8(5))));
    return vbsl_u8(is_digit, digit, vadd_u8(letter, vdup_n_u8(10)));
  }
  uint8x16_t equal(char c) const noexcept { return vceqq_u8(block_, vdupq_n_u8(static_cast<std::uint8_t>(c))); }

  uint8x16_t block_;
};

using native_block = neon_block;

#else

using native_block = portable_block;

#endif

}  // namespace uvnostr::wire
