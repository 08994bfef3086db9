// SPDX-License-Identifier: MIT
#include "sim/filter_model.hpp"

#include <algorithm>

namespace uvnostr::sim {

namespace {

template <class T>
bool allows(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

bool filter_model::matches(const known_event& e) const {
  const std::int64_t at = e.at.time_since_epoch().count();
  return allows(ids, e.id) && allows(authors, e.author) && allows(kinds, static_cast<int>(e.kind)) &&
         (topics.empty() || (!e.topic.empty() && allows(topics, e.topic))) && (!since || at >= *since) &&
         (!until || at <= *until);
}

filter filter_model::to_filter() const {
  filter f;
  for (const std::string& each : ids) f.ids.push_back(*event_id::parse(each));
  for (const std::string& each : authors) f.authors.push_back(*pubkey::parse(each));
  for (const int each : kinds) f.kinds.push_back(static_cast<event_kind>(each));
  if (!topics.empty()) f.tags.push_back({.name = 't', .values = topics});
  f.tags.push_back({.name = 's', .values = {"any", std::to_string(subscription)}});
  if (since) f.since = unix_seconds(std::chrono::seconds(*since));
  if (until) f.until = unix_seconds(std::chrono::seconds(*until));
  f.limit = limit;
  return f;
}

bool any_matches(const std::vector<filter_model>& filters, const known_event& e) {
  return std::any_of(filters.begin(), filters.end(), [&](const filter_model& w) { return w.matches(e); });
}

}  // namespace uvnostr::sim
