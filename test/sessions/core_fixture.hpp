// SPDX-License-Identifier: MIT
// A pool's core in a fake world, and what it called back, as readable lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <uvnostr/uvnostr.hpp>

#include "fake/fake_world.hpp"
#include "pool/pool_core.hpp"

namespace uvnostr {

using namespace std::chrono_literals;

class CoreTest : public ::testing::Test {
 protected:
  /// Delays without jitter, no pings, events unverified: each test switches on what it is about.
  static relay_options plain_relay() {
    relay_options options;
    options.reconnect.jitter = 0;
    options.ping_interval = 0ms;
    return options;
  }

  void make(verification mode = verification::off, std::size_t seen_entries = 1000) {
    pool_options options;
    options.relay_defaults = plain_relay();
    options.verification = mode;
    options.seen_entries = seen_entries;
    make(std::move(options));
  }
  void make(pool_options options) {
    pool_callbacks callbacks;
    callbacks.on_notice = [this](relay_id, std::string_view words) { say("notice " + std::string(words)); };
    callbacks.on_relay_state = [this](const relay_status& status) {
      states.push_back(status);
      state_texts.emplace_back(status.text);
      state_words.emplace_back(status.words);
    };
    callbacks.on_close = [this] { say("pool closed"); };
    core = *pool_core::make(world, std::move(options), std::move(callbacks));
  }

  relay_id add(std::string_view url, relay_options options = plain_relay()) {
    const relay_id id = *core->add_relay(url, std::move(options));
    world.settle();
    return id;
  }
  relay_id add(relay_options options = plain_relay()) { return add("ws://relay.test", std::move(options)); }
  /// Adds a relay and lets it be reached.
  relay_id add_open(std::string_view url, relay_options options = plain_relay()) {
    const relay_id id = add(url, std::move(options));
    world.last().open();
    world.settle();
    return id;
  }

  relay_id add_open(relay_options options = plain_relay()) { return add_open("ws://relay.test", std::move(options)); }

  subscription_callbacks noting(std::string name = "") {
    const std::string prefix = name.empty() ? "" : name + " ";
    subscription_callbacks all;
    all.on_event = [this, prefix](relay_id from, const event_view& e) {
      say(prefix + "event " + std::string(e.content()) + " from " + number(from));
    };
    all.on_eose = [this, prefix](relay_id from, eose_hint) { say(prefix + "eose from " + number(from)); };
    all.on_all_eose = [this, prefix] { say(prefix + "all eose"); };
    all.on_relay_closed = [this, prefix](relay_id from, std::string_view words) {
      say(prefix + "closed by " + number(from) + ": " + std::string(words));
    };
    all.on_close = [this, prefix](close_reason why) {
      say(prefix + (why == close_reason::requested ? "over: requested" : why == close_reason::all_eose ? "over: all eose" : "over: pool closed"));
    };
    return all;
  }
  subscription subscribe(filter f = {.kinds = {1}}, subscribe_options options = {}, std::string name = "",
                         std::vector<relay_id> relays = {}) {
    subscription made = *core->subscribe(std::span(&f, 1), noting(name), options, relays);
    world.settle();
    return made;
  }
  publish_callbacks receipts() {
    publish_callbacks all;
    all.on_receipt = [this](const receipt& r) {
      const char* const names[] = {"accepted", "rejected", "timed out", "not sent"};
      std::string line = std::string(names[static_cast<int>(r.outcome)]) + " by " + number(r.relay);
      if (!r.message.empty()) line += ": " + std::string(r.message);
      if (r.cause) line += " (" + std::to_string(r.cause.value()) + ")";
      say(line);
    };
    all.on_done = [this](std::size_t accepted, std::size_t asked) { say("done " + std::to_string(accepted) + "/" + std::to_string(asked)); };
    return all;
  }

  event note(std::string content, std::chrono::seconds at = 1'699'999'000s, event_kind kind = 1) {
    return *key.sign({.kind = kind, .content = std::move(content), .tags = {}, .created_at = unix_seconds(at)});
  }
  /// The id on the wire of the REQ in this message.
  static std::string wire_id(std::string_view req) {
    EXPECT_TRUE(req.starts_with(R"(["REQ",")")) << req;
    return std::string(req.substr(8, req.find('"', 8) - 8));
  }
  /// The ids of the REQs that were sent since the last call.
  std::vector<std::string> asked(fake::fake_connection& at) {
    std::vector<std::string> ids;
    for (const std::string& each : at.take_sent()) {
      if (each.starts_with(R"(["REQ")")) ids.push_back(wire_id(each));
    }
    return ids;
  }
  static std::string event_frame(std::string_view id, const event& e) {
    return R"(["EVENT",")" + std::string(id) + "\"," + std::string(e.json()) + "]";
  }
  static std::string eose(std::string_view id) { return R"(["EOSE",")" + std::string(id) + "\"]"; }
  static std::string ok(const event& e, bool accepted, std::string_view words = "") {
    return R"(["OK",")" + e.id().to_hex() + "\"," + (accepted ? "true" : "false") + ",\"" + std::string(words) + "\"]";
  }

  void say(std::string line) { said.push_back(std::move(line)); }
  std::vector<std::string> take_said() { return std::exchange(said, {}); }
  static std::string number(relay_id id) { return std::to_string(static_cast<unsigned>(id)); }
  message_counts counts(relay_id id) const {
    for (const relay_stats& each : core->stats().relays) {
      if (each.relay == id) return each.messages;
    }
    return {};
  }

  void TearDown() override {
    if (core) core->destroy();
    EXPECT_TRUE(world.released);
  }

  fake::fake_world world;
  base::ref<pool_core> core;
  secret_key key = *secret_key::parse("0000000000000000000000000000000000000000000000000000000000000003");
  std::vector<std::string> said;
  std::vector<relay_status> states;  // their text is in state_texts, their words are in state_words
  std::vector<std::string> state_texts;
  std::vector<std::string> state_words;
};

using lines = std::vector<std::string>;

}  // namespace uvnostr
