// SPDX-License-Identifier: MIT
#include <uvnostr/gap.hpp>

namespace uvnostr {

std::string_view to_string(gap_reason reason) noexcept {
  switch (reason) {
    case gap_reason::relay_cap: return "relay_cap";
    case gap_reason::refused: return "refused";
    case gap_reason::no_answer: return "no_answer";
    case gap_reason::ephemeral: return "ephemeral";
    case gap_reason::too_big: return "too_big";
    case gap_reason::memory: return "memory";
  }
  return "unknown";
}

}  // namespace uvnostr
