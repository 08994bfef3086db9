// SPDX-License-Identifier: MIT
// One relay object on the loop, which usually dials once, and the cause of its end.
#pragma once

#include "loopback/loop_fixture.hpp"

namespace uvnostr {

class Relay : public LoopTest {
 protected:
  relay make_relay(std::string_view url, relay_options options = once()) {
    result<relay> made = relay::make(&loop, url, std::move(options), relay_calls());
    EXPECT_TRUE(made) << made.error().message();
    return std::move(made).value();
  }
  static relay_options once() {
    relay_options options;
    options.reconnect.enabled = false;
    return options;
  }
  /// Dials once, and returns the cause of the end.
  std::error_code cause_of(std::string_view url, relay_options options = once()) {
    forget_states();
    closed = false;
    const relay r = make_relay(url, std::move(options));
    EXPECT_TRUE(until([this] { return closed; }));
    return close_cause;
  }
};

}  // namespace uvnostr
