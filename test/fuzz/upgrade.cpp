// SPDX-License-Identifier: MIT
// Sends any answer to the upgrade request ("$" is the right key, "|" a cut). The connection opens only if the answer is
// 101 with the key, and ends once.
#include "fuzz/line.hpp"
#include "fuzz/targets.hpp"

namespace uvnostr::fuzz {

std::string upgrade(std::string_view input) {
  static line loopback;
  broadcast sent{.chunks = {""}, .max_message_bytes = 1000};
  for (const char c : input) {
    if (c == '|' && sent.chunks.size() < 100) {
      sent.chunks.emplace_back();
    } else {
      sent.chunks.back() += c;
    }
  }
  const reception got = loopback.play(sent);
  if (got.ends != 1) return std::to_string(got.ends) + " ends";
  if (!got.opened) return got.told.empty() ? "" : "something is told before it is open";
  const std::string_view status = input.substr(0, input.find('\n'));
  if (status.find("101") == std::string_view::npos || input.find('$') == std::string_view::npos) return "it has opened";
  return {};
}

}  // namespace uvnostr::fuzz
