// SPDX-License-Identifier: MIT
#include "sim/wish.hpp"

#include <algorithm>

#include <rapidjson/document.h>

namespace uvnostr::sim {

namespace {

template <class T>
bool allows(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

std::vector<std::string> strings(const rapidjson::Value& from) {
  std::vector<std::string> all;
  for (const auto& each : from.GetArray()) all.emplace_back(each.GetString(), each.GetStringLength());
  return all;
}

wish read_wish(const rapidjson::Value& from) {
  wish w;
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
    if (name == "search") w.search = value.GetString();
  }
  return w;
}

}  // namespace

bool wish::matches(const stock_event& e) const {
  const std::int64_t at = e.at.time_since_epoch().count();
  return allows(ids, e.id) && allows(authors, e.author) && allows(kinds, static_cast<int>(e.kind)) &&
         (topics.empty() || (!e.topic.empty() && allows(topics, e.topic))) && (!since || at >= *since) && (!until || at <= *until);
}

filter wish::to_filter() const {
  filter f;
  for (const std::string& each : ids) f.ids.push_back(*event_id::parse(each));
  for (const std::string& each : authors) f.authors.push_back(*pubkey::parse(each));
  for (const int each : kinds) f.kinds.push_back(static_cast<event_kind>(each));
  if (!topics.empty()) f.tags.push_back({.name = 't', .values = topics});
  if (since) f.since = unix_seconds(std::chrono::seconds(*since));
  if (until) f.until = unix_seconds(std::chrono::seconds(*until));
  f.limit = limit;
  f.search = search;
  return f;
}

bool any_matches(const std::vector<wish>& wishes, const stock_event& e) {
  return std::any_of(wishes.begin(), wishes.end(), [&](const wish& w) { return w.matches(e); });
}

client_message read_client_message(std::string_view text) {
  client_message read;
  rapidjson::Document json;
  json.Parse(text.data(), text.size());
  if (json.HasParseError() || !json.IsArray() || json.Size() < 2 || !json[0].IsString()) return read;
  const std::string_view verb(json[0].GetString(), json[0].GetStringLength());
  using kind = client_message::verb;
  read.what = verb == "REQ" ? kind::req : verb == "CLOSE" ? kind::close : verb == "EVENT" ? kind::event : verb == "AUTH" ? kind::auth : kind::other;
  if (read.what == kind::req || read.what == kind::close) {
    read.subscription = json[1].GetString();
    for (rapidjson::SizeType i = 2; i < json.Size(); ++i) read.wishes.push_back(read_wish(json[i]));
  } else if (read.what != kind::other) {
    read.event_id = json[1]["id"].GetString();
  }
  return read;
}

}  // namespace uvnostr::sim
