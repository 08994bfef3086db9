// SPDX-License-Identifier: MIT
// Any answer to the upgrade request ("$" being the right key, "|" a cut): the connection opens only if the answer says
// 101 and has the key, and ends once.
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
