// SPDX-License-Identifier: MIT
#include "base/ipv6.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace uvnostr::base {
namespace {

using address = std::array<std::uint16_t, 8>;

std::optional<std::uint32_t> read_ipv4(std::string_view text) noexcept {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = text.find('.');
    if ((dot == std::string_view::npos) != (part == 3)) return std::nullopt;
    const std::string_view digits = text.substr(0, dot);
    if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || number > 255) return std::nullopt;
    value = value << 8 | number;
    if (part < 3) text.remove_prefix(dot + 1);
  }
  return value;
}

/// Reads groups separated by single colons; if `ipv4_allowed`, the last may be an IPv4 address. Returns the number of
/// groups, or nothing on an error. An empty text has no groups.
std::optional<std::size_t> read_groups(std::string_view text, bool ipv4_allowed, address& groups) noexcept {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t colon = text.find(':');
    const std::string_view group = text.substr(0, colon);
    const bool last = colon == std::string_view::npos;
    if (last && ipv4_allowed && group.find('.') != std::string_view::npos) {
      const auto ipv4 = read_ipv4(group);
      if (!ipv4 || count + 2 > groups.size()) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*ipv4 >> 16);
      groups[count++] = static_cast<std::uint16_t>(*ipv4 & 0xffff);
      return count;
    }
    if (group.empty() || group.size() > 4 || count == groups.size()) return std::nullopt;
    const auto [end, error] = std::from_chars(group.data(), group.data() + group.size(), groups[count], 16);
    if (error != std::errc() || end != group.data() + group.size()) return std::nullopt;
    ++count;
    if (last) return count;
    text.remove_prefix(colon + 1);
    if (text.empty()) return std::nullopt;
  }
  return count;
}

std::optional<address> read_ipv6(std::string_view text) noexcept {
  address head{};
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) {
    const auto count = read_groups(text, true, head);
    return count == head.size() ? std::optional(head) : std::nullopt;
  }
  address tail{};
  const auto head_count = read_groups(text.substr(0, gap), false, head);
  const auto tail_count = read_groups(text.substr(gap + 2), true, tail);
  // "::" stands for at least one group.
  if (!head_count || !tail_count || *head_count + *tail_count >= head.size()) return std::nullopt;
  for (std::size_t i = 0; i < *tail_count; ++i) head[head.size() - *tail_count + i] = tail[i];
  return head;
}

struct zero_run {
  std::size_t begin = 0;
  std::size_t length = 0;
};

/// The longest run of zero groups, or the first of several, which RFC 5952, 4.2 shortens. A single group is not
/// shortened.
zero_run longest_zero_run(const address& groups) noexcept {
  zero_run longest;
  for (std::size_t i = 0; i < groups.size();) {
    std::size_t end = i;
    while (end < groups.size() && groups[end] == 0) ++end;
    if (end - i > longest.length) longest = {i, end - i};
    i = end == i ? i + 1 : end;
  }
  return longest.length < 2 ? zero_run() : longest;
}

}  // namespace

bool is_ipv4(std::string_view text) noexcept { return read_ipv4(text).has_value(); }

std::optional<std::string> normal_ipv6(std::string_view text) {
  const auto groups = read_ipv6(text);
  if (!groups) return std::nullopt;
  const zero_run run = longest_zero_run(*groups);
  std::string normal;
  for (std::size_t i = 0; i < groups->size();) {
    if (run.length != 0 && i == run.begin) {
      normal += "::";
      i += run.length;
      continue;
    }
    if (!normal.empty() && normal.back() != ':') normal += ':';
    char digits[4];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, (*groups)[i], 16);
    static_cast<void>(error);
    normal.append(digits, end);
    ++i;
  }
  return normal;
}

}  // namespace uvnostr::base
