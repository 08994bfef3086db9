// SPDX-License-Identifier: MIT
#include "sim/event_set.hpp"

#include "sim/random_source.hpp"

namespace uvnostr::sim {

using namespace std::chrono_literals;

namespace {

secret_key key_number(int n) {
  return *secret_key::parse("000000000000000000000000000000000000000000000000000000000000000" + std::to_string(n));
}

constexpr unix_seconds in_2100{4'102'444'800s};

void change_digit(char& c) noexcept { c = c == '1' ? '2' : '1'; }

}  // namespace

const event_set& event_set::get() {
  static const event_set all;
  return all;
}

event_set::event_set() : keys{key_number(3), key_number(4), key_number(5)} {
  random_source random(20'240'229);  // the same events in every process
  unix_seconds begin{1'700'000'000s};
  const std::array<std::chrono::seconds, 3> spans{600s, 6h, 96h};
  for (std::size_t i = 0; i < periods.size(); ++i) {
    period& e = periods[i];
    e = {.begin = begin, .span = spans[i], .events = {}};
    for (int n = 0; n < 120;) {
      const unix_seconds at = begin + std::chrono::duration_cast<std::chrono::seconds>(random.between(0s, e.span));
      const std::uint64_t same = random.one_in(20) ? 8 + random.below(5) : random.one_in(4) ? 2 + random.below(4) : 1;
      for (std::uint64_t each = 0; each < same; ++each, ++n) e.events.push_back(add(at));
    }
    begin += 30 * 24h;
  }
  for (int i = 0; i < 6; ++i) ancient.push_back(add(unix_seconds(i * 199'999'999s)));
  for (int i = 0; i < 8; ++i) future.push_back(add(in_2100 + i * 1s));
}

std::size_t event_set::add(unix_seconds at) {
  const std::size_t n = events.size();
  constexpr event_kind kinds[] = {1, 1, 1059, 7, 30'023, 20'001, 1};
  constexpr const char* topics[] = {"", "a", "b", "a"};
  const event_kind kind = kinds[n * 7 % 11 % 7];
  const std::string topic = topics[n % 4];
  const secret_key& key = keys[n * 5 % 7 % 3];
  draft d{.kind = kind, .content = "event " + std::to_string(n), .tags = {{"s", "any"}}, .created_at = at};
  if (n % 5 == 0) d.content += " \"\\/\n\t\u00e9\U0001f600";
  if (!topic.empty()) d.tags.push_back({"t", topic});
  event made = *key.sign(d);
  std::string id = made.id().to_hex();
  by_id_.emplace(id, n);
  events.push_back({std::move(made), std::move(id), key.pubkey().to_hex(), topic, at, kind});
  return n;
}

std::size_t event_set::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? npos : found->second;
}

std::string event_set::name_of(std::size_t number) const {
  const known_event& e = events[number];
  return std::to_string(number) + " of " + std::to_string(e.at.time_since_epoch().count()) + ", kind " +
         std::to_string(e.kind);
}

std::string event_set::forged(std::size_t number, forgery how) const {
  std::string json(events[number].real.json());
  const auto behind = [&json](std::string_view name) { return json.find(name) + name.size(); };
  switch (how) {
    case forgery::signature: change_digit(json[behind("\"sig\":\"")]); break;
    case forgery::content: json.insert(behind("\"content\":\""), "not "); break;
    case forgery::id: change_digit(json[behind("\"id\":\"") + 5]); break;
    default: {
      const std::size_t at = behind("\"created_at\":");
      json.replace(at, json.find(',', at) - at, "4102444900");
    }
  }
  return json;
}

}  // namespace uvnostr::sim
