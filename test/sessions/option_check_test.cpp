// SPDX-License-Identifier: MIT
// Options outside their ranges, at every call that takes options: the error names the option, its value and its range.
#include <limits>

#include "sessions/core_fixture.hpp"

namespace uvnostr {
namespace {

class OptionCheck : public CoreTest {
 protected:
  void SetUp() override { make(); }

  /// add_relay()'s error after this change of the default options.
  std::string refusal(void (*change)(relay_options&)) {
    relay_options options;
    change(options);
    const result<relay_id> added = core->add_relay("ws://relay.test", options);
    EXPECT_TRUE(added || added.error() == errc::option_range);
    return added.error().message();
  }
  std::string refusal(void (*change)(pool_options&)) {
    played_world other;
    pool_options options;
    change(options);
    const auto made = pool_core::make(other.share(), options, {});
    EXPECT_TRUE(made || other.released());
    return made.error().message();
  }
  bool takes(void (*change)(relay_options&)) {
    relay_options options;
    change(options);
    return core->add_relay("ws://r" + std::to_string(count_++) + ".test", options).has_value();
  }

 private:
  int count_ = 0;
};

TEST_F(OptionCheck, NamesTheTimeThatIsWrong) {
  EXPECT_EQ(refusal([](relay_options& o) { o.ping_interval = -5ms; }),
            "relay_options::ping_interval is -5 ms; it must be 0 or from 1 ms to 365 days.");
  EXPECT_EQ(refusal([](relay_options& o) { o.connect_timeout = 0ms; }),
            "relay_options::connect_timeout is 0 ms; it must be from 1 ms to 365 days.");
  EXPECT_EQ(refusal([](relay_options& o) { o.pong_timeout = std::chrono::milliseconds::max(); }),
            "relay_options::pong_timeout is 9223372036854775807 ms; it must be from 1 ms to 365 days.");
  EXPECT_EQ(refusal([](relay_options& o) { o.close_timeout = -1ms; }),
            "relay_options::close_timeout is -1 ms; it must be from 1 ms to 365 days.");
  EXPECT_EQ(refusal([](relay_options& o) {
              const signer slow(o.auth_users.emplace_back(*secret_key::generate()).pubkey(), {}, 0ms);
              o.auth_users.push_back(slow);
            }),
            "relay_options::auth_users[1].timeout is 0 ms; it must be from 1 ms to 365 days.");
}

TEST_F(OptionCheck, LetsNoRelayBeDialledInATightLoop) {
  EXPECT_EQ(refusal([](relay_options& o) { o.reconnect.initial_delay = 0ms; }),
            "relay_options::reconnect.initial_delay is 0 ms; it must be from 100 ms to 365 days.");
  EXPECT_EQ(refusal([](relay_options& o) { o.reconnect.max_delay = 0ms; }),
            "relay_options::reconnect.max_delay is 0 ms; it must be from initial_delay to 365 days.");
  EXPECT_EQ(refusal([](relay_options& o) { o.reconnect.multiplier = 0.5; }),
            "relay_options::reconnect.multiplier is 0.5; it must be from 1 to 1000.");
  EXPECT_EQ(refusal([](relay_options& o) { o.reconnect.jitter = std::numeric_limits<double>::quiet_NaN(); }),
            "relay_options::reconnect.jitter is nan; it must be from 0 to 1.");
  EXPECT_EQ(refusal([](relay_options& o) { o.reconnect.stable_after = -1ms; }),
            "relay_options::reconnect.stable_after is -1 ms; it must be 0 or from 1 ms to 365 days.");
}

TEST_F(OptionCheck, NamesTheSizeThatIsWrong) {
  EXPECT_EQ(refusal([](relay_options& o) { o.max_message_bytes = 0; }),
            "relay_options::max_message_bytes is 0; it must be from 1 byte to 1 GiB (1073741824).");
  EXPECT_EQ(refusal([](relay_options& o) { o.max_message_bytes = (std::size_t{1} << 30) + 1; }),
            "relay_options::max_message_bytes is 1073741825; it must be from 1 byte to 1 GiB (1073741824).");
  EXPECT_EQ(refusal([](relay_options& o) { o.max_publish_bytes = 0; }),
            "relay_options::max_publish_bytes is 0; it must be at least 1 byte.");
}

TEST_F(OptionCheck, TakesTheLimitsThemselves) {
  EXPECT_TRUE(takes([](relay_options& o) { o.ping_interval = 0ms; }));
  EXPECT_TRUE(takes([](relay_options& o) { o.ping_interval = 1ms; }));
  EXPECT_TRUE(takes([](relay_options& o) { o.connect_timeout = std::chrono::hours(24 * 365); }));
  EXPECT_TRUE(takes([](relay_options& o) {
    o.reconnect = {.initial_delay = 100ms, .max_delay = 100ms, .multiplier = 1, .jitter = 1, .stable_after = 0ms};
  }));
  EXPECT_TRUE(takes([](relay_options& o) { o.max_message_bytes = 1; }));
  EXPECT_TRUE(takes([](relay_options& o) { o.max_message_bytes = std::size_t{1} << 30; }));
  EXPECT_TRUE(takes([](relay_options& o) { o.max_publish_bytes = std::numeric_limits<std::size_t>::max(); }));
  EXPECT_TRUE(takes([](relay_options& o) { o.max_unverified_bytes = 0; }));
  EXPECT_TRUE(takes([](relay_options& o) { o.user_agent.clear(); }));
}

TEST_F(OptionCheck, NamesTheHeaderThatIsWrong) {
  EXPECT_EQ(refusal([](relay_options& o) {
              o.headers = {{"X-Good", "a\tb"}, {"X-Evil", "a\r\nb: c"}};
            }),
            "relay_options::headers[1].value has a control character.");
  EXPECT_EQ(refusal([](relay_options& o) {
              o.headers = {{"X Evil\r", "a"}};
            }),
            "relay_options::headers[0].name is \"X Evil \"; it must be a token of RFC 9110.");
  EXPECT_EQ(refusal([](relay_options& o) {
              o.headers = {{"", "a"}};
            }),
            "relay_options::headers[0].name is \"\"; it must be a token of RFC 9110.");
  EXPECT_EQ(refusal([](relay_options& o) { o.user_agent = "a\nb"; }),
            "relay_options::user_agent has a control character.");
  EXPECT_EQ(refusal([](relay_options& o) {
              o.headers = {{"X-Long", std::string(20'000, 'a')}};
            }),
            "relay_options::headers has 20017 bytes with user_agent; it must be at most 16 KiB (16384).");
}

TEST_F(OptionCheck, NamesThePoolsOption) {
  EXPECT_EQ(refusal([](pool_options& o) { o.seen_entries = 0; }),
            "pool_options::seen_entries is 0; it must be from 1 to 16777216.");
  EXPECT_EQ(refusal([](pool_options& o) { o.seen_entries = (std::size_t{1} << 24) + 1; }),
            "pool_options::seen_entries is 16777217; it must be from 1 to 16777216.");
  EXPECT_EQ(refusal([](pool_options& o) { o.max_dials = 0; }), "pool_options::max_dials is 0; it must be at least 1.");
}

TEST_F(OptionCheck, LooksAtTheDefaultsBeforeThereIsARelay) {
  EXPECT_EQ(refusal([](pool_options& o) { o.relay_defaults.max_message_bytes = 0; }),
            "pool_options::relay_defaults.max_message_bytes is 0; it must be from 1 byte to 1 GiB (1073741824).");
}

TEST_F(OptionCheck, SaysWhichOfTheUrlsIsWrong) {
  EXPECT_EQ(refusal([](pool_options& o) {
              o.relays = {"ws://a.test", "htp://x", "ws://b.test"};
            }),
            "relays[1] (htp://x): A relay URL begins with ws:// or wss://.");
  EXPECT_EQ(refusal([](pool_options& o) {
              o.relays = {"ws://a.test", "ws://b.test", "ws://A.test/"};
            }),
            "relays[2] (ws://a.test): The pool already has a relay with this URL.");
}

TEST_F(OptionCheck, NamesTheOptionOfASubscription) {
  const filter all;
  const auto refused = [&](const subscribe_options& o) {
    return core->subscribe(std::span(&all, 1), {}, o).error().message();
  };
  EXPECT_EQ(refused({.eose_timeout = 0ms}),
            "subscribe_options::eose_timeout is 0 ms; it must be from 1 ms to 365 days.");
  EXPECT_EQ(refused({.resume_overlap = -1s}),
            "subscribe_options::resume_overlap is -1 s; it must be from 0 s to 365 days.");
  EXPECT_EQ(refused({.resume_overlap = std::chrono::seconds::max()}),
            "subscribe_options::resume_overlap is 9223372036854775807 s; it must be from 0 s to 365 days.");
}

TEST_F(OptionCheck, NamesTheOptionOfAPublish) {
  add();
  const auto refused = [&](const publish_options& o) { return core->publish(note("x"), {}, o).message(); };
  EXPECT_EQ(refused({.send_timeout = -1ms}),
            "publish_options::send_timeout is -1 ms; it must be 0 or from 1 ms to 365 days.");
  EXPECT_EQ(refused({.ok_timeout = 0ms}), "publish_options::ok_timeout is 0 ms; it must be from 1 ms to 365 days.");
}

TEST_F(OptionCheck, NamesTheFilterAndTheRelayThatAreWrong) {
  const relay_id a = add();
  const std::vector<filter> filters{{.kinds = {1}}, {.tags = {{'t', {"x"}}, {'e', {"x"}}}}};
  EXPECT_EQ(core->subscribe(filters, {}).error(), error(errc::filter_tag_value, "filters[1].tags[1].values[0]"));
  EXPECT_EQ(core->subscribe(std::span(filters).first(1), {}, {}, {a, relay_id{9}}).error(),
            error(errc::unknown_relay, "relays[1] (relay_id 9)"));
  EXPECT_EQ(core->publish(note("x"), {}, {}, {relay_id{9}}), error(errc::unknown_relay, "relays[0] (relay_id 9)"));
  EXPECT_EQ(core->reconnect(relay_id{9}), error(errc::unknown_relay, "relay_id 9"));
  EXPECT_EQ(core->remove_relay(relay_id{9}), error(errc::unknown_relay, "relay_id 9"));
  EXPECT_EQ(core->add_relay("http://x").error(), error(errc::url_scheme, "http://x"));
}

}  // namespace
}  // namespace uvnostr
