// SPDX-License-Identifier: MIT
// Names used by most tests.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <uvnostr/testing/relay.hpp>

namespace uvnostr {

using namespace std::chrono_literals;

using lines = std::vector<std::string>;

using testing::auth_demand;
using testing::delivery;
using testing::drop_rule;
using testing::ending;
using testing::eose_hints;
using testing::forgery;
using testing::handshake;
using testing::make_event;
using testing::refusal;
using testing::test_key;
using testing::test_relay;
using testing::test_relay_options;
using testing::test_time;

}  // namespace uvnostr
