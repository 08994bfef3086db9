// SPDX-License-Identifier: MIT
// A query whose callbacks are noted, and relays that are played by hand.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sessions/core_fixture.hpp"

namespace uvnostr {

/// What on_done said, kept.
struct outcome_of_fetch {
  close_reason reason{};
  std::uint64_t events = 0;
  std::string relays;  // "1 complete, 2 refused (words)"
  bool is_complete = false;
  bool is_answered = false;
};

class Fetch : public CoreTest {
 protected:
  fetch_callbacks calls() {
    fetch_callbacks all;
    all.on_event = [this](relay_id from, const event_view& e) {
      say("event " + std::string(e.content()) + " from " + number(from));
    };
    all.on_done = [this](const fetch_result& told) {
      EXPECT_FALSE(done) << "told twice";
      done = outcome_of_fetch{told.reason, told.events, {}, told.is_complete(), told.is_answered()};
      std::size_t counted = told.complete + told.capped + told.refused + told.timed_out + told.unreachable;
      for (const fetched_relay& each : told.relays) {
        if (!done->relays.empty()) done->relays += ", ";
        done->relays += number(each.relay) + " " + std::string(to_string(each.end));
        if (!each.words.empty()) done->relays += " (" + std::string(each.words) + ")";
        for (const gap& g : each.gaps) done->relays += " [" + std::string(to_string(g.reason)) + "]";
        if (each.end == fetch_end::unfinished) ++counted;
      }
      EXPECT_EQ(counted, told.relays.size());
    };
    return all;
  }
  subscription fetch(filter f = {.kinds = {1}}, fetch_options options = {}) {
    subscription made = *core->fetch(std::span(&f, 1), calls(), options);
    world.settle();
    return made;
  }
  static relay_options dialled_again_in_an_hour() {
    relay_options options = plain_relay();
    options.reconnect.initial_delay = options.reconnect.max_delay = 1h;
    return options;
  }
  std::string take_req(played_connection& at) {
    const lines ids = asked(at);
    EXPECT_EQ(ids.size(), 1U);
    return ids.empty() ? "" : ids[0];
  }
  static std::string plain_eose(std::string_view id) { return R"(["EOSE",")" + std::string(id) + "\"]"; }
  static std::string closed_frame(std::string_view id, std::string_view words) {
    return R"(["CLOSED",")" + std::string(id) + "\",\"" + std::string(words) + "\"]";
  }
  /// A relay that answers what it is asked, with at most `cap` of these events, newest first, by `until` alone.
  void answer_all(played_connection& at, const std::vector<event>& stored, std::size_t cap) {
    for (int rounds = 0; rounds < 50; ++rounds) {
      world.settle();
      bool was_asked = false;
      for (const std::string& message : at.take_sent()) {
        if (!message.starts_with(R"(["REQ")")) continue;
        was_asked = true;
        const std::size_t begin = message.find('{');
        const filter wanted = *filter::parse(message.substr(begin, message.rfind('}') - begin + 1));
        std::size_t given = 0;
        for (const event& each : stored) {
          if (given == std::min<std::size_t>(cap, wanted.limit.value_or(1000)) || !wanted.matches(each)) continue;
          at.text(event_frame(wire_id(message), each));
          ++given;
        }
        at.text(plain_eose(wire_id(message)));
      }
      if (!was_asked) return;
    }
    ADD_FAILURE() << "it goes on asking";
  }
  /// The default of idle_timeout is ten seconds.
  void expect_end_after_ten_seconds(std::string_view relays) {
    world.advance(9'999ms);
    EXPECT_FALSE(done);
    world.advance(1ms);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->relays, relays);
  }

  std::optional<outcome_of_fetch> done;
};

}  // namespace uvnostr
