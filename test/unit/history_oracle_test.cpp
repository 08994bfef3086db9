// SPDX-License-Identifier: MIT
// Random relays, connections that are lost anywhere, events that come meanwhile: what the relay has was received, or is
// told as a gap; and a gap is only told where a second has at least as many events as an answer holds.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "unit/history_player.hpp"

namespace uvnostr::session {
namespace {

using capping = relay_model::capping;

constexpr std::int64_t overlap = 600;

std::int64_t count_of(unix_seconds at) { return at.time_since_epoch().count(); }

/// One relay and one subscription through a few connections.
class story {
 public:
  story(std::uint64_t seed, bool has_full_seconds)
      : random_(seed), has_full_seconds_(has_full_seconds), player_(make_filters(), std::chrono::seconds(overlap)) {
    player_.says_finish = below(3) == 0;
    player_.relay.cap =
        below(4) == 0 && !has_full_seconds_ ? relay_model::unlimited : 3 + below(below(2) == 0 ? 5 : 40);
    // A relay shows its cap only to those who ask for more.
    player_.page =
        3 + below(below(2) == 0 ? 10 : 200) + (has_full_seconds_ ? static_cast<std::uint32_t>(player_.relay.cap) : 0);
    player_.relay.how = static_cast<capping>(below(3));
    player_.relay.sends_for_each_filter = below(2) == 0;
  }

  void run() {
    fill_store();
    for (unsigned connections = 2 + below(5); connections > 0; --connections) {
      be_away();
      if (!connect(connections == 1)) player_.lose();
    }
  }

  /// What is wrong; empty if nothing is.
  std::string fault() {
    if (!player_.under_test.is_caught_up()) return "not caught up";
    if (player_.under_test.next_until()) return "something is still to be asked for";
    for (const known_event& each : all_) {
      if (each.is_promised && !player_.got.contains(each.e.id()) && !is_told(each.e.created_at()))
        return "missed: " + std::string(each.e.json());
      // A date after the first REQ, or after that of a live event, is one of an event that may have come since. So is any
      // date of a gift wrap (NIP-59), which hides when it was made.
      const bool may_be_new = each.e.created_at() >= std::min(*first_req_, oldest_live_) || each.e.kind() == 1059;
      if (!each.is_wanted && !may_be_new && player_.got.contains(each.e.id()))
        return "not wanted: " + std::string(each.e.json());
    }
    for (const gap& each : told_) {
      if (each.reason == gap_reason::relay_cap && !has_full_second(each))
        return "a gap where nothing was missing: " + std::to_string(count_of(each.from));
      if (each.reason != gap_reason::relay_cap && each.reason != gap_reason::ephemeral) return "a gap without a reason";
    }
    return {};
  }
  std::size_t received() const { return player_.got.size(); }
  std::size_t gaps() const {
    return static_cast<std::size_t>(
        std::count_if(told_.begin(), told_.end(), [](const gap& g) { return g.reason == gap_reason::relay_cap; }));
  }

 private:
  struct known_event {
    event e;
    bool is_promised;  // must come, or be told
    bool is_wanted;    // may come
  };

  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }

  std::vector<filter> make_filters() {
    const auto author = make_up({.author = 2}).pubkey();
    const std::vector<filter> choice{{.kinds = {1}},
                                     {.kinds = {1}},
                                     {.kinds = {7}},
                                     {.kinds = {1, 7}},
                                     {.kinds = {1059}},
                                     {.kinds = {1, 1059}},
                                     {},
                                     {.authors = {author}},
                                     {.authors = {author}, .kinds = {1}},
                                     {.kinds = {9}}};
    std::vector<filter> made;
    for (unsigned count = has_full_seconds_ || below(2) == 0 ? 1 : 1 + below(3); count > 0; --count) {
      made.push_back(choice[below(static_cast<unsigned>(choice.size()))]);
      if (!has_full_seconds_ && below(4) == 0) made.back().limit = below(3) == 0 ? 0 : below(60);
    }
    return made;
  }
  bool is_limited(const filter& f) const { return f.limit.has_value(); }

  made_up random_event(std::int64_t at) {
    const event_kind kinds[] = {1, 1, 7, 9, 1059};
    made_up e{
        .number = ++numbers_, .at = at, .kind = kinds[below(5)], .author = static_cast<std::uint8_t>(1 + below(2))};
    // A second may be full only where that is what the story is about.
    const std::size_t most =
        has_full_seconds_ ? player_.relay.cap + 3 : std::min<std::size_t>(player_.relay.cap - 1, 50);
    while (in_second_[e.at] >= most) --e.at;
    ++in_second_[e.at];
    return e;
  }

  void fill_store() {
    std::int64_t at = count_of(player_.now);
    const unsigned sparse = 1 + below(200);
    if (has_full_seconds_) {
      // So many that the relay shows its cap before a second is full.
      for (std::size_t i = 0; i < 8 * player_.relay.cap; ++i) put(random_event(at -= 1 + below(3)), false);
    }
    for (unsigned left = below(120); left > 0; --left) {
      const std::int64_t at_once =
          below(8) == 0 ? 1 + below(2 + static_cast<unsigned>(std::min<std::size_t>(player_.relay.cap, 50))) : 1;
      for (std::int64_t i = 0; i < at_once; ++i) put(random_event(at), false);
      at -= below(sparse);
    }
    if (below(5) == 0) put(random_event(count_of(player_.now) + 10'000), false);
  }

  /// It is stored before the first REQ, or later.
  const event& put(const made_up& of, bool later) {
    const event e = make_up(of);
    known_event known{.e = e, .is_promised = false, .is_wanted = false};
    for (const filter& f : player_.filters) {
      if (!f.matches(e)) continue;
      // With a limit what has an older date than the first answer is not promised.
      const bool promised = !is_limited(f) || (later && answered_at_ && e.created_at() > *answered_at_);
      known.is_promised = known.is_promised || promised;
      known.is_wanted = known.is_wanted || f.limit != 0U || later;
    }
    player_.relay.add(e);
    all_.push_back(known);
    return all_.back().e;
  }
  const event& publish() {
    const std::int64_t now = count_of(player_.now);
    std::int64_t at = now;
    made_up e = random_event(at);
    switch (below(4)) {
      case 0: at = now - below(overlap - 100); break;
      case 1: at = now + below(2'000); break;
      default: break;
    }
    if (e.kind == 1059) at = now - below(48 * 3'600);
    --in_second_[e.at];
    e.at = at;
    while (in_second_[e.at] >= std::min<std::size_t>(player_.relay.cap - 1, 50)) --e.at;
    ++in_second_[e.at];
    return put(e, first_req_.has_value());
  }

  void be_away() {
    for (unsigned left = below(3) == 0 ? below(60) : below(4); left > 0; --left) {
      player_.now += std::chrono::seconds(below(30));
      publish();
    }
  }

  /// False if the connection is lost before everything has come.
  bool connect(bool lasts) {
    std::vector<event> waiting;  // published before EOSE
    if (!first_req_) first_req_ = player_.now;
    const unix_seconds asked_at = player_.now;
    player_.send_req();
    const std::set<event_id> newest = newest_of_limits();
    if (!receive(lasts, &waiting)) return false;
    if (!answered_at_) {
      answered_at_ = asked_at;
      for (known_event& each : all_) each.is_promised = each.is_promised || newest.contains(each.e.id());
    }
    for (const event& e : waiting) receive_live(e);
    while (true) {
      if (player_.under_test.is_caught_up()) tell();
      if (!lasts && below(12) == 0) return false;
      if (below(6) == 0) receive_live(publish());
      if (!player_.send_page()) break;
      if (!receive(lasts, nullptr)) return false;
    }
    for (unsigned left = below(4); left > 0; --left) {
      player_.now += std::chrono::seconds(below(100));
      receive_live(publish());
    }
    return lasts;
  }
  bool receive(bool lasts, std::vector<event>* waiting) {
    while (player_.unread() != 0) {
      if (!lasts && below(150) == 0) return false;
      player_.receive_one();
      if (below(40) != 0) continue;
      const event& e = publish();
      if (waiting == nullptr) {
        receive_live(e);
      } else if (matches(e)) {
        waiting->push_back(e);
      }
    }
    if (!lasts && below(20) == 0) return false;
    player_.receive_eose();
    return true;
  }
  bool matches(const event& e) const {
    return std::any_of(player_.filters.begin(), player_.filters.end(), [&](const filter& f) { return f.matches(e); });
  }
  void receive_live(const event& e) {
    if (!matches(e)) return;
    ++player_.got[e.id()];
    player_.under_test.note_live(e.id(), e.created_at(), player_.now);
    oldest_live_ = std::min(oldest_live_, e.created_at());
  }
  /// Of filters with a limit. Not those that events published meanwhile may take the place of.
  std::set<event_id> newest_of_limits() {
    std::set<event_id> all;
    for (filter f : player_.filters) {
      if (!is_limited(f)) continue;
      f.limit = *f.limit / 2;
      relay_model uncapped;
      uncapped.stored = player_.relay.stored;
      for (const event& e : uncapped.to({&f, 1}).events) all.insert(e.id());
    }
    return all;
  }
  void tell() {
    const auto gaps = player_.under_test.gaps();
    told_.insert(told_.end(), gaps.begin(), gaps.end());
    player_.under_test.told();
  }
  bool is_told(unix_seconds at) const {
    return std::any_of(told_.begin(), told_.end(),
                       [at](const gap& g) { return g.reason == gap_reason::relay_cap && at >= g.from && at <= g.to; });
  }
  bool has_full_second(const gap& g) const {
    const auto from = in_second_.lower_bound(count_of(g.from));
    const auto to = in_second_.upper_bound(count_of(g.to));
    return std::any_of(from, to, [&](const auto& second) { return second.second >= player_.relay.cap; });
  }

  std::mt19937_64 random_;
  const bool has_full_seconds_;
  history_player player_;
  std::vector<known_event> all_;
  std::map<std::int64_t, std::size_t> in_second_;
  std::optional<unix_seconds> first_req_;
  std::optional<unix_seconds> answered_at_;  // when the first REQ that was answered was sent
  unix_seconds oldest_live_ = unix_seconds::max();
  std::vector<gap> told_;
  std::uint32_t numbers_ = 0;
};

struct totals {
  std::size_t received = 0;
  std::size_t gaps = 0;
};

totals tell_stories(bool have_full_seconds) {
  const char* const wanted = std::getenv("UVNOSTR_HISTORY_SEED");
  const std::uint64_t first = wanted != nullptr ? std::strtoull(wanted, nullptr, 10)
                                                : 1;  // the same stories each time, and others by the variable
  totals all;
  const char* const count = std::getenv("UVNOSTR_HISTORY_STORIES");
  const std::uint64_t stories = count != nullptr ? std::strtoull(count, nullptr, 10) : wanted != nullptr ? 1 : 300;
  for (std::uint64_t seed = first; seed < first + stories; ++seed) {
    story s(seed, have_full_seconds);
    s.run();
    const std::string fault = s.fault();
    EXPECT_EQ(fault, "") << "UVNOSTR_HISTORY_SEED=" << seed;
    if (!fault.empty()) break;
    all.received += s.received();
    all.gaps += s.gaps();
  }
  return all;
}

TEST(HistoryAgainstOracle, MissesNothing) {
  const totals all = tell_stories(false);
  EXPECT_GT(all.received, 0U);
  EXPECT_EQ(all.gaps, 0U);
}

TEST(HistoryAgainstOracle, TellsOfFullSeconds) { EXPECT_GT(tell_stories(true).gaps, 0U); }

}  // namespace
}  // namespace uvnostr::session
