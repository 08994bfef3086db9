// SPDX-License-Identifier: MIT
// One relay object on the loop, dialled once as a rule, and what it was ended by.
#pragma once

#include "loopback/loop_fixture.hpp"

namespace uvnostr {

class Relay : public LoopTest {
 protected:
  relay make_relay(std::string_view url, relay_options options = once()) {
    relay_callbacks callbacks;
    callbacks.on_event = [this](const event_view& e) { say("relay: " + std::string(e.content())); };
    callbacks.on_relay_state = [this](const relay_status& status) {
      states.push_back(status);
      state_texts.emplace_back(status.text);
    };
    callbacks.on_close = [this](std::error_code why) {
      closed = true;
      close_cause = why;
      ++closes;
    };
    result<relay> made = relay::make(&loop, url, std::move(options), std::move(callbacks));
    EXPECT_TRUE(made) << made.error().message();
    return std::move(made).value();
  }
  static relay_options once() {
    relay_options options;
    options.reconnect.enabled = false;
    return options;
  }
  /// What a dial ends with that is made once.
  std::error_code cause_of(std::string_view url, relay_options options = once()) {
    states.clear();
    state_texts.clear();
    closed = false;
    const relay r = make_relay(url, std::move(options));
    EXPECT_TRUE(until([this] { return closed; }));
    return close_cause;
  }

  std::error_code close_cause;
  int closes = 0;
};

}  // namespace uvnostr
