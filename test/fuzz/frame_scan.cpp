// SPDX-License-Identifier: MIT
// The scanner accepts what the oracle of the unit tests accepts, with the same results, and all block types agree on
// what is a string and what are hex digits.
#include <array>
#include <cstdint>

#include "fuzz/targets.hpp"
#include "unit/frame_scan_oracle.hpp"
#include "wire/json_text.hpp"

namespace uvnostr::fuzz {
namespace {

struct reading {
  const char* plain = nullptr;
  const char* quote = nullptr;
  const char* after_scalar = nullptr;
  const char* checked = nullptr;
  const char* behind_hex = nullptr;
  bool quote_escaped = false;
  bool checked_escaped = false;
  std::array<std::uint8_t, 32> bytes{};

  friend bool operator==(const reading&, const reading&) = default;
};

template <class Block>
reading read(const char* at, const char* end) {
  reading found;
  found.plain = wire::skip_plain<Block>(at, end);
  found.quote = wire::find_quote<Block>(at, end, found.quote_escaped);
  found.after_scalar = wire::pass_scalar<Block>(at, end);
  found.checked = wire::check_string<Block>(at, end, found.checked_escaped);
  found.behind_hex = wire::read_hex<Block>(at, end, found.bytes);
  // After a refusal, the outputs may differ.
  if (found.quote == nullptr) found.quote_escaped = false;
  if (found.checked == nullptr) found.checked_escaped = false;
  if (found.behind_hex == nullptr) found.bytes.fill(0);
  return found;
}

}  // namespace

std::string frame_scan(std::string_view input) {
  static wire::event_record record;
  std::size_t accepted = 0;
  std::string wrong = test::disagreement(input, record, accepted);
  if (!wrong.empty()) return wrong;

  const char* const end = input.data() + input.size();
  for (std::size_t at = input.find('"'); at != std::string_view::npos; at = input.find('"', at + 1)) {
    const char* const behind = input.data() + at + 1;
    const reading found = read<wire::native_block>(behind, end);
    if (read<wire::portable_block>(behind, end) != found) {
      return "the block types differ after byte " + std::to_string(at);
    }
    if (wire::pass_string(behind, end) != (found.quote == nullptr ? nullptr : found.quote + 1)) {
      return "a string has two ends after byte " + std::to_string(at);
    }
  }
  return {};
}

}  // namespace uvnostr::fuzz
