// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace uvnostr::testing::detail {

/// One element of a client's message.
struct json_element {
  enum class type { string, object, other };
  type kind = type::other;
  std::string text{};      // a string, decoded
  std::string_view raw{};  // an object's own bytes, because stored events must be returned unchanged
};

/// The elements of an array; nothing if the text is not valid JSON and UTF-8, or not an array. Any depth, without
/// recursion.
std::optional<std::vector<json_element>> split_array(std::string_view json);

/// A JSON string, quotes included.
std::string quoted(std::string_view text);

}  // namespace uvnostr::testing::detail
