// SPDX-License-Identifier: MIT
// A loop, a world on it, and a listener that records its calls.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>

#include "loopback/net_server.hpp"
#include "net/open_world.hpp"
#include "port/world.hpp"

namespace uvnostr::test {

struct recorder final : port::connection_listener {
  std::function<void()> when_open = [] {};
  std::function<void(std::string_view)> when_text = [](std::string_view) {};
  std::function<void()> when_pong = [] {};
  std::function<void()> when_writable = [] {};
  std::function<void()> when_disconnected = [] {};

  void on_open() noexcept override {
    ++opens;
    when_open();
  }
  void on_text(std::string_view text) noexcept override {
    texts.emplace_back(text);
    when_text(text);
  }
  void on_binary(std::size_t bytes) noexcept override { binaries.push_back(bytes); }
  void on_pong() noexcept override {
    ++pongs;
    when_pong();
  }
  void on_writable() noexcept override {
    ++writables;
    when_writable();
  }
  void on_disconnect(const port::disconnect& why) noexcept override {
    ++disconnects;
    last = why;
    when_disconnected();
  }

  unsigned calls() const {
    return opens + pongs + writables + disconnects + static_cast<unsigned>(texts.size() + binaries.size());
  }

  unsigned opens = 0;
  unsigned pongs = 0;
  unsigned writables = 0;
  unsigned disconnects = 0;
  std::vector<std::string> texts;
  std::vector<std::size_t> binaries;
  port::disconnect last;
};

struct net_test : ::testing::Test {
  void SetUp() override;
  void TearDown() override;

  port::connection* dial(const std::string& url, recorder&);
  port::connection* dial(recorder& r) { return dial(server->url(), r); }
  /// Runs the loop until the condition holds. The limit only keeps a broken test from hanging.
  void run_until(const std::function<bool()>& holds);
  /// Runs this many turns, in which nothing needs to happen.
  void run_turns(unsigned count);
  void release();

  uv_loop_t loop{};
  std::unique_ptr<script_server> server;
  port::world* world = nullptr;
  relay_options options;
};

}  // namespace uvnostr::test
