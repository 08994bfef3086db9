// SPDX-License-Identifier: MIT
#include <uvnostr/information.hpp>

#include <charconv>
#include <utility>

#include "base/utf8.hpp"
#include "wire/json_reader.hpp"

namespace uvnostr {

namespace {

struct text_member {
  std::string_view name;
  std::string relay_information::*where;
};
constexpr text_member texts[] = {
    {"name", &relay_information::name},         {"description", &relay_information::description},
    {"pubkey", &relay_information::pubkey},     {"contact", &relay_information::contact},
    {"software", &relay_information::software}, {"version", &relay_information::version},
};

struct number_member {
  std::string_view name;
  std::optional<std::uint64_t> relay_limitation::*where;
};
constexpr number_member numbers[] = {
    {"max_message_length", &relay_limitation::max_message_length},
    {"max_subscriptions", &relay_limitation::max_subscriptions},
    {"max_limit", &relay_limitation::max_limit},
    {"default_limit", &relay_limitation::default_limit},
    {"max_subid_length", &relay_limitation::max_subid_length},
    {"max_event_tags", &relay_limitation::max_event_tags},
    {"max_content_length", &relay_limitation::max_content_length},
    {"min_pow_difficulty", &relay_limitation::min_pow_difficulty},
    {"created_at_lower_limit", &relay_limitation::created_at_lower_limit},
    {"created_at_upper_limit", &relay_limitation::created_at_upper_limit},
};

struct flag_member {
  std::string_view name;
  std::optional<bool> relay_limitation::*where;
};
constexpr flag_member flags[] = {
    {"auth_required", &relay_limitation::auth_required},
    {"payment_required", &relay_limitation::payment_required},
    {"restricted_writes", &relay_limitation::restricted_writes},
};

/// Takes the members that it knows, where they have the right type, and steps over everything else.
class document_handler : public wire::json_handler<document_handler> {
 public:
  explicit document_handler(relay_information& into) noexcept : into_(into) {}
  bool is_object() const noexcept { return is_object_; }

  bool StartObject() {
    if (depth() == 0) is_object_ = true;
    if (depth() == 1) section_ = key_;
    key_.clear();
    return enter();
  }
  bool StartArray() {
    if (depth() == 1) section_ = key_;
    key_.clear();
    return depth() != 0 && enter();
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    key_.assign(text, size);
    return true;
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    if (depth() != 1 || !base::is_utf8({text, size})) return true;
    for (const text_member& each : texts) {
      if (each.name == key_) (into_.*each.where).assign(text, size);
    }
    return true;
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text, text + size, value);
    if (parsed.ec != std::errc() || parsed.ptr != text + size || depth() != 2) return true;
    constexpr std::uint64_t largest_nip = 100'000;
    if (section_ == "supported_nips" && value < largest_nip)
      into_.supported_nips.push_back(static_cast<unsigned>(value));
    if (section_ != "limitation") return true;
    for (const number_member& each : numbers) {
      if (each.name == key_) into_.limitation.*each.where = value;
    }
    return true;
  }
  bool Bool(bool value) {
    if (depth() != 2 || section_ != "limitation") return true;
    for (const flag_member& each : flags) {
      if (each.name == key_) into_.limitation.*each.where = value;
    }
    return true;
  }

 private:
  relay_information& into_;
  std::string key_;
  std::string section_;  // the member of the document that is an object or array
  bool is_object_ = false;
};

}  // namespace

result<relay_information> relay_information::parse(std::string_view json) noexcept {
  relay_information read;
  document_handler handler(read);
  if (wire::read_json(json, handler).IsError() || !handler.is_object()) return errc::no_document;
  read.json = json;
  return read;
}

}  // namespace uvnostr
