// SPDX-License-Identifier: MIT
// Chooses a sample's relays: those named as arguments. Without any, or with --demo, it starts relays in this process,
// so that every sample runs without a network. You need not read this file to understand the samples.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <uv.h>
#include <uvnostr/testing/relay.hpp>

namespace samples {

/// Lifetime: relays in this process stop when this object is destroyed.
class relays {
 public:
  relays(uv_loop_t* loop, int argc, char** argv, std::size_t local_count = 1) {
    for (int i = 1; i < argc; ++i) {
      const std::string argument = argv[i];
      if (argument == "--demo") continue;
      const std::string usage = "usage: " + std::string(argv[0]) + " [--demo | ws://... | wss://...]...";
      if (argument == "--help" || argument == "-h") {
        std::cout << usage << '\n';
        std::exit(0);
      }
      if (argument.starts_with("-")) give_up(2, argument + ": there is no such option\n" + usage);
      urls.push_back(argument);
    }
    if (urls.empty()) start_local(loop, local_count);
  }

  bool are_local() const noexcept { return !local.empty(); }

  std::vector<std::string> urls;
  std::vector<uvnostr::testing::test_relay> local;  // empty if URLs were given

 private:
  void start_local(uv_loop_t* loop, std::size_t count) {
    using uvnostr::testing::make_event;
    using uvnostr::testing::test_time;
    for (std::size_t i = 0; i < count; ++i) {
      auto started = uvnostr::testing::test_relay::start(loop, {.keep_loop_alive = false});
      if (!started) give_up(1, "no relay could be started here: " + started.error().message());
      started->add(make_event("This note is on every relay."));
      started->add(make_event("This one too.", test_time + std::chrono::seconds(60)));
      started->add(make_event("Only relay " + std::to_string(i + 1) + " has this one.",
                              test_time + std::chrono::seconds(120 + i)));
      urls.push_back(started->url());
      local.push_back(std::move(*started));
    }
  }

  [[noreturn]] static void give_up(int status, const std::string& why) {
    std::cerr << why << '\n';
    std::exit(status);
  }
};

}  // namespace samples
