// SPDX-License-Identifier: MIT
#include "sim/client_message.hpp"

#include <cstdlib>

#include <rapidjson/document.h>

namespace uvnostr::sim {

namespace {

std::vector<std::string> strings(const rapidjson::Value& from) {
  std::vector<std::string> all;
  for (const auto& each : from.GetArray()) all.emplace_back(each.GetString(), each.GetStringLength());
  return all;
}

filter_model read_filter(const rapidjson::Value& from) {
  filter_model w;
  for (const auto& member : from.GetObject()) {
    const std::string_view name(member.name.GetString(), member.name.GetStringLength());
    const rapidjson::Value& value = member.value;
    if (name == "ids") w.ids = strings(value);
    if (name == "authors") w.authors = strings(value);
    if (name == "#t") w.topics = strings(value);
    if (name == "kinds") {
      for (const auto& each : value.GetArray()) w.kinds.push_back(each.GetInt());
    }
    if (name == "since") w.since = value.GetInt64();
    if (name == "until") w.until = value.GetInt64();
    if (name == "limit") w.limit = value.GetUint();
    if (name == "#s") w.subscription = static_cast<unsigned>(std::strtoul(strings(value).back().c_str(), nullptr, 10));
  }
  return w;
}

}  // namespace

client_message read_client_message(std::string_view text) {
  client_message read;
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  if (json.HasParseError() || !json.IsArray() || json.Size() < 2 || !json[0].IsString()) return read;
  const std::string_view verb(json[0].GetString(), json[0].GetStringLength());
  using kind = client_message::verb;
  read.what = verb == "REQ"     ? kind::req
              : verb == "CLOSE" ? kind::close
              : verb == "EVENT" ? kind::event
              : verb == "AUTH"  ? kind::auth
                                : kind::other;
  if (read.what == kind::req || read.what == kind::close) {
    read.subscription = json[1].GetString();
    for (rapidjson::SizeType i = 2; i < json.Size(); ++i) read.filters.push_back(read_filter(json[i]));
  } else if (read.what != kind::other) {
    read.event_id = json[1]["id"].GetString();
  }
  return read;
}

}  // namespace uvnostr::sim
