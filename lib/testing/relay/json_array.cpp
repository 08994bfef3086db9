// SPDX-License-Identifier: MIT
#include "testing/relay/json_array.hpp"

#include <cstddef>
#include <utility>

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace uvnostr::testing::detail {
namespace {

// RapidJSON's iterative reader calls StartObject and EndObject before it takes the brace.
class splitter : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, splitter> {
 public:
  splitter(std::string_view json, const rapidjson::MemoryStream& stream) : json_(json), stream_(stream) {}

  bool Default() { return element({}); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return element({}); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return element({json_element::type::string, depth_ == 1 ? std::string(text, size) : std::string(), {}});
  }
  bool Key(const char*, rapidjson::SizeType, bool) { return true; }
  bool StartObject() {
    if (depth_++ == 1) start_ = stream_.Tell();
    return depth_ > 1;  // the message itself must not be an object
  }
  bool EndObject(rapidjson::SizeType) {
    if (--depth_ == 1)
      elements.push_back({json_element::type::object, {}, json_.substr(start_, stream_.Tell() + 1 - start_)});
    return true;
  }
  bool StartArray() {
    ++depth_;
    return true;
  }
  bool EndArray(rapidjson::SizeType) {
    --depth_;
    return element({});
  }

  std::vector<json_element> elements;

 private:
  bool element(json_element e) {
    if (depth_ == 1) elements.push_back(std::move(e));
    return true;
  }

  std::string_view json_;
  const rapidjson::MemoryStream& stream_;
  std::size_t depth_ = 0;
  std::size_t start_ = 0;
};

}  // namespace

std::optional<std::vector<json_element>> split_array(std::string_view json) {
  rapidjson::MemoryStream stream(json.data(), json.size());
  splitter handler(json, stream);
  rapidjson::Reader reader;
  constexpr unsigned flags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  if (reader.Parse<flags>(stream, handler).IsError() || stream.Tell() != json.size()) return std::nullopt;
  if (handler.elements.empty() && json.find('[') == std::string_view::npos) return std::nullopt;
  return std::move(handler.elements);
}

std::string quoted(std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace uvnostr::testing::detail
