// SPDX-License-Identifier: MIT
#include "api/event_defect.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/utf8.hpp"
#include "wire/json_escape.hpp"
#include "wire/json_scanner.hpp"

namespace uvnostr::api {
namespace {

constexpr std::uint64_t max_created_at = (std::uint64_t{1} << 53) - 1;
constexpr std::uint64_t max_kind = 65535;
constexpr std::array<std::string_view, 7> members = {"id", "pubkey", "created_at", "kind", "tags", "content", "sig"};

/// Walks over the event like wire/frame_scan, and remembers its position.
class inspection : private wire::json_scanner {
 public:
  explicit inspection(std::string_view json) noexcept : json_scanner(json), begin_(json.data()) {
    const std::size_t valid = base::utf8_prefix(json);
    if (valid != json.size()) bad_utf8_ = valid;
  }

  error find() {
    space();
    if (!take('{')) return json_error();
    do {
      if (error found = member()) return found;
    } while (take(','));
    if (!take('}')) return json_error();
    space();
    if (!at_end()) return json_error();
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (!seen_[i]) return {errc::event_json, std::string(members[i]) + " is missing"};
    }
    return wrong_ ? error(errc::event_field, *wrong_) : error(errc::event_json);
  }

 private:
  /// Reads one member with the white space around it.
  error member() {
    std::string_view name;
    bool escaped = false;
    space();
    const std::size_t key_at = offset();
    if (!string(name, escaped)) return json_error();
    for (const std::string_view each : members) {
      if (wire::spells(name, each)) name_ = each;
    }
    if (!take_next(':')) return json_error();
    space();
    if (!name_.empty()) {
      bool& seen = seen_[index()];
      if (seen) return {errc::event_json, place_of("a second " + std::string(name_), key_at)};
      seen = true;
    }
    // A copy of this scanner judges the value. The value is skipped as JSON in any case, because JSON faults come
    // first.
    const inspection before = *this;
    if (!any_value()) return json_error();
    if (!name_.empty() && !wrong_) {
      inspection judge = before;
      if (!judge.value() || judge.position() != position())
        wrong_ = place_of(std::string(name_), judge.fault_at_.value_or(before.offset()));
    }
    name_ = {};
    space();
    return {};
  }

  bool value() noexcept {
    std::uint64_t number = 0;
    std::array<std::uint8_t, 32> bytes;
    std::array<std::uint8_t, 64> sig;
    std::string_view body;
    bool escaped = false;
    if (name_ == "id" || name_ == "pubkey") return hex(bytes);
    if (name_ == "sig") return hex(sig);
    if (name_ == "created_at") return whole_number(max_created_at, number);
    if (name_ == "kind") return whole_number(max_kind, number);
    if (name_ == "content") return string(body, escaped);
    return list([this] {
      return list([this] {
        std::string_view item;
        bool has_escapes = false;
        return string(item, has_escapes);
      });
    });
  }

  /// Reads an array whose elements are all accepted by `element`; records the first that is not.
  template <class Element>
  bool list(Element element) noexcept {
    if (!take('[')) return false;
    space();
    if (take(']')) return true;
    do {
      space();
      const std::size_t element_at = offset();
      if (!element()) {
        if (!fault_at_) fault_at_ = element_at;
        return false;
      }
      space();
    } while (take(','));
    return take(']');
  }

  std::size_t index() const noexcept {
    std::size_t i = 0;
    while (members[i] != name_) ++i;
    return i;
  }
  std::size_t offset() const noexcept { return wire::bytes_between(begin_, position()); }
  /// Reading ended here: at a byte that is not UTF-8, inside this string or outside any, or at another fault.
  error json_error() const {
    if (bad_utf8_ && *bad_utf8_ >= offset()) {
      bool escaped = false;
      const char* const bad = begin_ + *bad_utf8_;
      if (wire::find_quote(position(), bad, escaped) == nullptr)
        return {errc::event_utf8, place_of(std::string(name_), *bad_utf8_)};
    }
    return {errc::event_json, place_of(std::string(name_), offset())};
  }
  static std::string place_of(std::string what, std::size_t at) {
    if (!what.empty()) what += ' ';
    return what + "at byte " + std::to_string(at);
  }

  const char* begin_;
  std::string_view name_;  // of the current member, if it is one of NIP-01
  std::array<bool, 7> seen_{};
  std::optional<std::size_t> bad_utf8_;
  std::optional<std::size_t> fault_at_;  // inside a list
  std::optional<std::string> wrong_;     // the first member with a wrong value
};

}  // namespace

error event_defect(std::string_view json) noexcept { return inspection(json).find(); }

}  // namespace uvnostr::api
