// SPDX-License-Identifier: MIT
// pool_callbacks::on_log: what it gets at which level, and what it costs when it gets nothing.
#include <uvnostr/log.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class Log : public CoreTest {
 protected:
  void make(log_level most, verification mode = verification::off) {
    pool_options options;
    options.relay_defaults = plain_relay();
    options.verification = mode;
    options.log_level = most;
    pool_callbacks callbacks;
    callbacks.on_log = [this](const log_entry& entry) { take(entry); };
    core = *pool_core::make(world.share(), std::move(options), std::move(callbacks));
  }
  virtual void take(const log_entry& entry) {
    entries.push_back(entry.line());
    levels.push_back(entry.level);
  }
  lines take_entries() { return std::exchange(entries, {}); }
  bool has(std::string_view line) const { return std::ranges::find(entries, line) != entries.end(); }

  lines entries;
  std::vector<log_level> levels;
};

TEST_F(Log, TellsHowAConnectionGoes) {
  make(log_level::info);
  add();
  world.last().drop(errc::connection_refused);
  world.settle();
  EXPECT_EQ(take_entries(), lines{"warning: cannot connect url=ws://relay.test cause=connection_refused text=\"" +
                                  make_error_code(errc::connection_refused).message() +
                                  "\" failures=1 next_attempt_milliseconds=1000"});
  world.advance(1s);
  world.advance(20ms);
  world.last().open();
  world.settle();
  EXPECT_EQ(take_entries(), lines{"info: connected url=ws://relay.test milliseconds=20"});
  world.last().drop();
  world.settle();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_TRUE(entries[0].starts_with("warning: the connection is lost url=ws://relay.test cause=connection_lost"));
}

TEST_F(Log, GivesARelayUpWithAnError) {
  make(log_level::error);
  relay_options once = plain_relay();
  once.reconnect.enabled = false;
  add(once);
  world.last().end({.cause = errc::tls_certificate, .detail = "the certificate has expired", .retry_after = {}});
  world.settle();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_TRUE(entries[0].starts_with("error: the relay is given up url=ws://relay.test cause=tls_certificate"));
  EXPECT_NE(entries[0].find("the certificate has expired"), std::string::npos);
}

TEST_F(Log, TellsOfRefusals) {
  make(log_level::warning);
  add_open();
  const subscription notes = subscribe();
  world.last().text(R"(["CLOSED",")" + asked(world.last()).at(0) + R"(","blocked: not you"])");
  const event mine = note("mine");
  ASSERT_FALSE(core->publish(mine, {}));
  world.settle();
  world.last().text(ok(mine, false, "pow: more"));
  world.settle();
  EXPECT_TRUE(
      has("warning: the relay refuses a request url=ws://relay.test subscription=1 words=\"blocked: not you\" "
          "asked_again=\"on the next connection\" missing_from=\"the beginning\" pause_milliseconds=0"))
      << ::testing::PrintToString(entries);
  EXPECT_TRUE(has("warning: an event is not published url=ws://relay.test event=" + mine.id().to_hex() +
                  " outcome=rejected words=\"pow: more\" cause=\"" + make_error_code(errc::refused).message() + '"'))
      << ::testing::PrintToString(entries);
}

TEST_F(Log, TellsOfGaps) {
  make(log_level::warning);
  add_open();
  const subscription notes = subscribe({.kinds = {20001}});
  world.last().text(eose(asked(world.last()).at(0)));
  world.last().drop();
  world.settle();
  entries.clear();
  world.advance(1s);
  world.last().open();
  world.settle();
  world.last().text(eose(asked(world.last()).at(0)));
  world.settle();
  ASSERT_EQ(entries.size(), 1U) << ::testing::PrintToString(entries);
  EXPECT_TRUE(entries[0].starts_with("warning: events may be missing url=ws://relay.test subscription=1 from="));
  EXPECT_TRUE(entries[0].ends_with("reason=ephemeral"));
}

TEST_F(Log, WarnsOfAForgerOnceAndShowsEachOffenceAtDebug) {
  make(log_level::debug, verification::threads);
  add_open();
  const subscription notes = subscribe();
  const std::string id = asked(world.last()).at(0);
  for (const char* const content : {"a", "b"}) {
    std::string forged(note(content).json());
    forged.replace(forged.find("\"content\":\"") + 11, 1, "x");
    world.last().text(R"(["EVENT",")" + id + "\"," + forged + "]");
  }
  world.last().text("nonsense");
  world.settle();
  EXPECT_EQ(std::ranges::count(levels, log_level::warning), 1);
  EXPECT_TRUE(has("warning: the relay sends events that do not verify url=ws://relay.test what=\"a wrong id\""));
  EXPECT_EQ(std::ranges::count(entries, "debug: the relay offends url=ws://relay.test what=\"a wrong id\""), 2);
  EXPECT_TRUE(has("debug: the relay offends url=ws://relay.test what=\"a message that is no JSON array with a verb\""));
}

TEST_F(Log, ShowsStrangersWordsPrintableAndShortened) {
  make(log_level::info);
  add_open();
  entries.clear();
  world.last().text("[\"NOTICE\",\"\\u001b[31mred\\n" + std::string(10'000, 'x') + "\"]");
  world.settle();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_TRUE(entries[0].starts_with("info: the relay sends a notice url=ws://relay.test words=\"\uFFFD[31mred xxx"))
      << entries[0];
  EXPECT_TRUE(entries[0].ends_with("xxx...\""));
  EXPECT_LE(entries[0].size(), 400U);
}

TEST_F(Log, DoesNotCutACharacter) {
  make(log_level::info);
  add_open();
  entries.clear();
  for (int i = 0; i < 4; ++i) {
    std::string words(static_cast<std::size_t>(i), 'x');
    for (int n = 0; n < 200; ++n) words += "\u20AC";
    world.last().text("[\"NOTICE\",\"" + words + "\"]");
  }
  world.settle();
  ASSERT_EQ(entries.size(), 4U);
  for (const std::string& each : entries) {
    EXPECT_TRUE(each.ends_with("\u20AC...") || each.ends_with("\u20AC...\"")) << each;
    EXPECT_EQ(each.find("\uFFFD"), std::string::npos) << each;
  }
}

TEST_F(Log, MakesNoEntryAboveItsLevel) {
  make(log_level::none);
  add_open();
  world.last().text(R"(["NOTICE","words"])");
  world.last().drop();
  world.settle();
  EXPECT_TRUE(entries.empty());
}

TEST_F(Log, LeavesOutWhatAFloodBringsAndSaysHowMuch) {
  make(log_level::info);
  add_open();
  entries.clear();
  for (int i = 0; i < 1'500; ++i) world.last().text(R"(["NOTICE","flood"])");
  world.settle();
  ASSERT_EQ(entries.size(), 1'001U);
  EXPECT_EQ(entries.back(), "warning: log entries were left out count=501") << "that a flood is an offence is one more";
}

TEST_F(Log, IsAlsoJson) {
  const log_field fields[]{{.key = "words", .value = R"(a "quoted" \ word)"},
                           {.key = "count", .value = "3", .is_number = true}};
  const log_entry entry{
      .level = log_level::info, .message = "it happened", .relay = relay_id{7}, .url = "wss://r", .fields = fields};
  EXPECT_EQ(entry.json(), R"({"level":"info","message":"it happened","relay":7,"url":"wss://r",)"
                          R"("words":"a \"quoted\" \\ word","count":3})");
  EXPECT_EQ(entry.line(), R"(info: it happened url=wss://r words="a \"quoted\" \\ word" count=3)");
}

class EndingLog : public Log {
 protected:
  void take(const log_entry& entry) override {
    Log::take(entry);
    if (core && entry.level == log_level::warning) std::exchange(core, nullptr)->destroy();
  }
};

TEST_F(EndingLog, MayDestroyThePool) {
  make(log_level::debug);
  add_open();
  entries.clear();
  world.last().text(R"(["NOTICE","before"])");
  world.last().drop();
  world.settle();
  ASSERT_FALSE(core);
  EXPECT_TRUE(entries.back().starts_with("warning: the connection is lost")) << entries.back();
}

}  // namespace
}  // namespace uvnostr
