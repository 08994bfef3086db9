// SPDX-License-Identifier: MIT
#include "receive/cursor.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include <rapidjson/document.h>

#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "wire/canonical.hpp"
#include "wire/filter_codec.hpp"

namespace uvnostr {

namespace {

using session::history_position;
using session::missing_stretch;
using json_value = rapidjson::Value;

constexpr int version = 1;
constexpr std::int64_t latest = (std::int64_t{1} << 53) - 1;

std::string digest_of(std::span<const filter> filters) {
  std::string text;
  for (const filter& each : filters) wire::append_filter(text, each);
  return base::to_hex(crypto::sha256(text)).substr(0, 16);
}

void append(std::string& out, std::optional<unix_seconds> at) {
  out += at ? std::to_string(at->time_since_epoch().count()) : "null";
}

void append(std::string& out, const missing_stretch& each) {
  out += '[' + std::to_string(each.filter) + ',' + std::to_string(static_cast<int>(each.kinds)) + ',';
  append(out, each.since);
  out += ',';
  append(out, each.until);
  out += ',' + (each.left ? std::to_string(*each.left) : "null");
  if (each.proof_since) {
    out += ',';
    append(out, each.proof_since);
  }
  out += ']';
}

void append(std::string& out, const gap& each) {
  out += '[';
  append(out, each.from);
  out += ',';
  append(out, each.to == unix_seconds::max() ? std::nullopt : std::optional(each.to));
  out += ',' + std::to_string(static_cast<int>(each.reason)) + ']';
}

/// Returns false if the value is neither null nor a date.
bool read(const json_value& from, std::optional<unix_seconds>& to) {
  if (from.IsNull()) return true;
  if (!from.IsInt64() || from.GetInt64() < 0 || from.GetInt64() > latest) return false;
  to = unix_seconds(std::chrono::seconds(from.GetInt64()));
  return true;
}

bool read(const json_value& from, std::size_t filters, missing_stretch& to) {
  if (!from.IsArray() || from.Size() < 5 || from.Size() > 6 || !from[0].IsUint() || from[0].GetUint() >= filters ||
      !from[1].IsUint() || from[1].GetUint() > 2) {
    return false;
  }
  to.filter = from[0].GetUint();
  to.kinds = static_cast<missing_stretch::part>(from[1].GetUint());
  if (from[4].IsUint()) {
    to.left = from[4].GetUint();
  } else if (!from[4].IsNull()) {
    return false;
  }
  if (from.Size() == 6 && !read(from[5], to.proof_since)) return false;
  return read(from[2], to.since) && read(from[3], to.until);
}

bool read(const json_value& from, gap& to) {
  if (!from.IsArray() || from.Size() != 3 || !from[2].IsUint() || from[2].GetUint() > 5) return false;
  std::optional<unix_seconds> begin, end;
  if (!read(from[0], begin) || !begin || !read(from[1], end)) return false;
  to = {.from = *begin, .to = end.value_or(unix_seconds::max()), .reason = static_cast<gap_reason>(from[2].GetUint())};
  return to.from <= to.to;
}

bool read(const json_value& from, std::size_t filters, history_position& to) {
  if (!from.IsObject() || !from.HasMember("answered") || !from["answered"].IsBool() || !from.HasMember("reached") ||
      !from.HasMember("floors") || !from.HasMember("missing"))
    return false;
  to.answered = from["answered"].GetBool();
  const json_value& floors = from["floors"];
  const json_value& missing = from["missing"];
  if (!read(from["reached"], to.reached) || !floors.IsArray() || floors.Size() != filters || !missing.IsArray())
    return false;
  for (const json_value& each : floors.GetArray()) {
    if (!read(each, to.floors.emplace_back())) return false;
  }
  for (const json_value& each : missing.GetArray()) {
    if (!read(each, filters, to.missing.emplace_back())) return false;
  }
  if (!from.HasMember("gaps")) return true;
  if (!from["gaps"].IsArray()) return false;
  for (const json_value& each : from["gaps"].GetArray()) {
    if (!read(each, to.untold.emplace_back())) return false;
  }
  return true;
}

}  // namespace

std::string write_cursor(std::span<const filter> filters, const cursor_positions& positions) {
  std::string out =
      "{\"version\":" + std::to_string(version) + ",\"filters\":\"" + digest_of(filters) + "\",\"relays\":{";
  for (const auto& [url, position] : positions) {
    if (out.back() != '{') out += ',';
    wire::append_canonical_string(out, url, wire::control_style::escaped);
    out += ":{\"answered\":";
    out += position.answered ? "true" : "false";
    out += ",\"reached\":";
    append(out, position.reached);
    out += ",\"floors\":[";
    for (const std::optional<unix_seconds>& each : position.floors) {
      if (out.back() != '[') out += ',';
      append(out, each);
    }
    out += "],\"missing\":[";
    for (const missing_stretch& each : position.missing) {
      if (out.back() != '[') out += ',';
      append(out, each);
    }
    out += ']';
    if (!position.untold.empty()) {
      out += ",\"gaps\":[";
      for (const gap& each : position.untold) {
        if (out.back() != '[') out += ',';
        append(out, each);
      }
      out += ']';
    }
    out += '}';
  }
  return out + "}}";
}

result<cursor_positions> read_cursor(std::span<const filter> filters, std::string_view text) {
  rapidjson::Document whole;
  whole.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
  if (whole.HasParseError() || !whole.IsObject() || !whole.HasMember("version") || !whole["version"].IsInt() ||
      whole["version"].GetInt() != version || !whole.HasMember("filters") || !whole["filters"].IsString() ||
      !whole.HasMember("relays") || !whole["relays"].IsObject()) {
    return errc::cursor_format;
  }
  if (digest_of(filters) != whole["filters"].GetString()) return errc::cursor_filters;
  cursor_positions positions;
  for (const auto& each : std::as_const(whole)["relays"].GetObject()) {
    history_position position;
    if (!read(each.value, filters.size(), position)) return errc::cursor_format;
    positions.insert_or_assign(std::string(each.name.GetString(), each.name.GetStringLength()), std::move(position));
  }
  return positions;
}

}  // namespace uvnostr
