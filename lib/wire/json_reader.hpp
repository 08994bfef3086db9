// SPDX-License-Identifier: MIT
// A strict RapidJSON, for everything outside the hot path.
//
// What can go wrong: RapidJSON's defaults recurse, let bad UTF-8 through, compute with overflowing exponents, and stop
// silently at a NUL byte. It also accepts a lone low surrogate, so the handlers check the strings that they keep with
// base::is_utf8().
#pragma once

#include <cstddef>
#include <string_view>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace uvnostr::wire {

/// Accepts everything and refuses deep nesting. `Derived` hides the functions that it needs.
template <class Derived>
class json_handler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Derived> {
 public:
  bool StartObject() { return enter(); }
  bool StartArray() { return enter(); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }
  bool Key(const char*, rapidjson::SizeType, bool) { return true; }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return true; }

 protected:
  /// How many objects and arrays are open.
  unsigned depth() const noexcept { return depth_; }
  bool enter() noexcept { return ++depth_ <= max_depth; }
  bool leave() noexcept {
    --depth_;
    return true;
  }

 private:
  static constexpr unsigned max_depth = 65;
  unsigned depth_ = 0;
};

/// Reads the whole text as one value. The result is no error if the text is valid and the handler accepted all of it;
/// otherwise its offset is where reading ended.
template <class Handler>
rapidjson::ParseResult read_json(std::string_view text, Handler& handler) {
  constexpr unsigned flags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<flags>(stream, handler);
  // A NUL byte after the value would stop the reader silently.
  if (!result.IsError() && stream.Tell() != text.size())
    return {rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell()};
  return result;
}

}  // namespace uvnostr::wire
