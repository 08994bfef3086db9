// SPDX-License-Identifier: MIT
// A pool's core, relays played by hand, and a record of the callbacks.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "pool/pool_core.hpp"
#include "support/played_world.hpp"
#include "support/recorder.hpp"

namespace uvnostr {

class CoreTest : public ::testing::Test, protected recorder {
 protected:
  /// Delays without jitter, no pings, no verification: each test switches on what it needs.
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
  void make(pool_options options) { core = *pool_core::make(world.share(), std::move(options), pool_calls()); }

  relay_id add(std::string_view url, relay_options options = plain_relay()) {
    const relay_id id = *core->add_relay(url, std::move(options));
    world.settle();
    return id;
  }
  relay_id add(relay_options options = plain_relay()) { return add("ws://relay.test", std::move(options)); }
  /// Adds a relay and opens its connection.
  relay_id add_open(std::string_view url, relay_options options = plain_relay()) {
    const relay_id id = add(url, std::move(options));
    world.last().open();
    world.settle();
    return id;
  }

  relay_id add_open(relay_options options = plain_relay()) { return add_open("ws://relay.test", std::move(options)); }
  /// Loses the connection and opens the next one.
  void reconnect() {
    world.last().drop();
    world.advance(1s);
    world.last().open();
    world.settle();
  }

  subscription subscribe(filter f = {.kinds = {1}}, subscribe_options options = {}, std::string name = "",
                         std::vector<relay_id> relays = {}) {
    subscription made = *core->subscribe(std::span(&f, 1), noting(name), options, relays);
    world.settle();
    return made;
  }
  event note(std::string content, std::chrono::seconds at = 1'699'999'000s, event_kind kind = 1) {
    return *key.sign({.kind = kind, .content = std::move(content), .tags = {}, .created_at = unix_seconds(at)});
  }
  /// The id on the wire of the REQ in this message.
  static std::string wire_id(std::string_view req) {
    EXPECT_TRUE(req.starts_with(R"(["REQ",")")) << req;
    return std::string(req.substr(8, req.find('"', 8) - 8));
  }
  /// The ids of the REQs sent since the last call.
  lines asked(played_connection& at) {
    lines ids;
    for (const std::string& each : at.take_sent()) {
      if (each.starts_with(R"(["REQ")")) ids.push_back(wire_id(each));
    }
    return ids;
  }
  static std::string event_frame(std::string_view id, const event& e) {
    return R"(["EVENT",")" + std::string(id) + "\"," + std::string(e.json()) + "]";
  }
  /// EOSE with the hint of NIP-67 that these were all, so that no page is asked for.
  static std::string eose(std::string_view id) { return R"(["EOSE",")" + std::string(id) + "\",\"finish\"]"; }
  static std::string ok(const event& e, bool accepted, std::string_view words = "") {
    return R"(["OK",")" + e.id().to_hex() + "\"," + (accepted ? "true" : "false") + ",\"" + std::string(words) + "\"]";
  }

  message_counts counts(relay_id id) const {
    for (const relay_stats& each : core->stats().relays) {
      if (each.relay == id) return each.messages;
    }
    return {};
  }

  void TearDown() override {
    if (core) core->destroy();
    EXPECT_TRUE(world.released());
  }

  played_world world;
  base::ref<pool_core> core;
  secret_key key = *secret_key::parse("0000000000000000000000000000000000000000000000000000000000000003");
};

}  // namespace uvnostr
