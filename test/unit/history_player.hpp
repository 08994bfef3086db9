// SPDX-License-Identifier: MIT
// A history and the relay that it asks: what a session does between them, without a connection.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "session/history.hpp"
#include "unit/dates.hpp"
#include "unit/made_up_event.hpp"

namespace uvnostr::session {

using namespace std::chrono_literals;

constexpr std::int64_t t = 1'700'000'000;  // the date of the newest event of most tests
inline const std::vector<gap> none;

/// A relay with a cap. Source of the order: NIP-01.
struct relay_model {
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();
  enum class capping { each_filter, whole_by_filter, whole_by_date };

  void add(const event& e) { stored.emplace(std::pair(-e.created_at().time_since_epoch().count(), e.id()), e); }

  struct answer {
    std::vector<event> events;
    bool is_complete;
  };
  answer to(std::span<const filter> filters) const {
    answer all{.events = {}, .is_complete = true};
    std::set<event_id> sent;
    for (const filter& f : filters) {
      const std::size_t most =
          std::min<std::size_t>(f.limit.value_or(default_limit), how == capping::each_filter ? cap : unlimited);
      std::size_t found = 0;
      for (const auto& [place, e] : stored) {
        if (!f.matches(e)) continue;
        all.is_complete = all.is_complete && found < most;
        if (found++ >= most) break;
        if (sends_for_each_filter || sent.insert(e.id()).second) all.events.push_back(e);
      }
    }
    if (how == capping::whole_by_date) {
      std::stable_sort(all.events.begin(), all.events.end(),
                       [](const event& a, const event& b) { return a.created_at() > b.created_at(); });
    }
    if (how != capping::each_filter && all.events.size() > cap) {
      all.events.resize(cap, all.events.front());
      all.is_complete = false;
    }
    return all;
  }

  std::map<std::pair<std::int64_t, event_id>, event> stored{};  // the newest first
  std::size_t cap = unlimited;
  std::uint32_t default_limit = std::numeric_limits<std::uint32_t>::max();  // of a filter without one
  capping how = capping::each_filter;
  bool sends_for_each_filter = false;  // an event that two filters want comes twice
};

class history_player {
 public:
  explicit history_player(std::vector<filter> wanted, std::chrono::seconds overlap = std::chrono::seconds(600))
      : filters(std::move(wanted)), under_test(filters, overlap) {}
  history_player(const history_player&) = delete;
  history_player& operator=(const history_player&) = delete;

  /// Begins, and lets the relay answer everything that is asked.
  void connect() {
    send_req();
    receive_all();
    while (send_page()) receive_all();
    told.assign(under_test.gaps().begin(), under_test.gaps().end());
    under_test.told();
    live = true;
  }
  history_position position() const { return under_test.position().value_or(history_position{}); }
  void lose() {
    under_test.interrupted(now);
    live = false;
  }
  void reconnect() {
    lose();
    connect();
  }

  // The same in steps.
  void send_req() {
    relay.default_limit = page;
    take_answer(under_test.begin(now, page));
  }
  bool send_page() {
    std::vector<filter> asked = under_test.next_page(page);
    if (asked.empty()) return false;
    take_answer(std::move(asked));
    return true;
  }
  std::size_t unread() const { return answer_.size() - read_; }
  void receive_one() { receive(answer_[read_++]); }
  /// The relay sends it, but it is lost on our side.
  void lose_one() { under_test.ask_for_second(answer_[read_++].created_at(), true); }
  const event& last_received() const { return answer_[read_ - 1]; }
  void receive(const event& e) {
    ++got[e.id()];
    if (under_test.needs_event()) {
      under_test.note_stored(e.id(), e);
    } else {
      under_test.note_stored(e.id(), e.created_at());
    }
  }
  void receive_eose() { under_test.answered(hint_, now); }
  void receive_all() {
    while (unread() != 0) receive_one();
    receive_eose();
  }

  /// The relay gets an event, and sends it on if the REQ is open.
  event publish(const made_up& of) {
    const event e = make_up(of);
    relay.add(e);
    if (live) {
      ++got[e.id()];
      under_test.note_live(e.id(), e.created_at(), now);
    }
    return e;
  }
  /// So many events a second apart, the newest at that time.
  void store(std::uint32_t count, std::int64_t newest, event_kind kind = 1, std::uint8_t author = 1,
             std::int64_t apart = 1) {
    for (std::uint32_t i = 0; i < count; ++i) {
      relay.add(make_up({.number = ++numbers, .at = newest - i * apart, .kind = kind, .author = author}));
    }
  }

  std::size_t missed() const {
    return static_cast<std::size_t>(std::count_if(relay.stored.begin(), relay.stored.end(), [&](const auto& placed) {
      const event& e = placed.second;
      return !got.contains(e.id()) &&
             std::any_of(filters.begin(), filters.end(), [&](const filter& f) { return f.matches(e); });
    }));
  }
  /// Of the last REQ that asked for stored events.
  const filter& last(std::size_t number = 0) const { return reqs.back().at(number); }

  const std::vector<filter> filters;
  history under_test;
  relay_model relay;
  bool says_finish = false;  // NIP-67, honestly
  unix_seconds now{std::chrono::seconds(1'700'000'000)};
  std::uint32_t page = 500;
  bool live = false;
  std::vector<std::vector<filter>> reqs;
  std::map<event_id, int> got;
  std::vector<gap> told;
  std::uint32_t numbers = 0;

 private:
  void take_answer(std::vector<filter> asked) {
    relay_model::answer answer = relay.to(asked);
    answer_ = std::move(answer.events);
    hint_ = says_finish && answer.is_complete ? eose_hint::finish : eose_hint::none;
    read_ = 0;
    reqs.push_back(std::move(asked));
  }

  std::vector<event> answer_;
  eose_hint hint_ = eose_hint::none;
  std::size_t read_ = 0;
};

}  // namespace uvnostr::session
