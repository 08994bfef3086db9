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
  std::string text{};      // of a string, decoded
  std::string_view raw{};  // of an object: its own bytes, because what is stored must be given back as it came
};

/// The elements of an array; nothing if it is not valid JSON and UTF-8, or no array. Any depth; no recursion.
std::optional<std::vector<json_element>> split_array(std::string_view json);

/// A JSON string, quotes included.
std::string quoted(std::string_view text);

}  // namespace uvnostr::testing::detail
