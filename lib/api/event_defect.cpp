// SPDX-License-Identifier: MIT
#include "api/event_defect.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/utf8.hpp"
#include "wire/json_escape.hpp"
#include "wire/json_scanner.hpp"

namespace uvnostr::api {
namespace {

/// Whether it is one JSON object, whatever its values, that has each member of NIP-01 once.
bool has_members_once(std::string_view json) noexcept {
  constexpr std::array<std::string_view, 7> members = {"id", "pubkey", "created_at", "kind", "tags", "content", "sig"};
  std::array<int, members.size()> counts{};
  wire::json_scanner scanner(json);
  scanner.space();
  if (!scanner.take('{')) return false;
  do {
    std::string_view name;
    bool escaped = false;
    scanner.space();
    if (!scanner.string(name, escaped) || !scanner.colon() || !scanner.any_value()) return false;
    for (std::size_t i = 0; i < members.size(); ++i) counts[i] += wire::spells(name, members[i]) ? 1 : 0;
    scanner.space();
  } while (scanner.take(','));
  if (!scanner.take('}')) return false;
  scanner.space();
  return scanner.at_end() && std::all_of(counts.begin(), counts.end(), [](int count) { return count == 1; });
}

}  // namespace

errc event_defect(std::string_view json) noexcept {
  if (!base::is_utf8(json)) return errc::event_utf8;
  return has_members_once(json) ? errc::event_field : errc::event_json;
}

}  // namespace uvnostr::api
