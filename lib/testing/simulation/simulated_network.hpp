// SPDX-License-Identifier: MIT
// What the relays and the pools of one simulation share: the clock, chance, and which name stands for which relay.
#pragma once

#include <cstddef>
#include <map>
#include <random>
#include <set>
#include <string>

#include <uvnostr/types.hpp>

#include "testing/simulation/agenda.hpp"

namespace uvnostr::testing::detail {

class simulated_host;

struct simulated_network {
  detail::agenda agenda{};
  agenda::duration latency{};  // of one way
  unix_seconds start{};        // the wall clock at the beginning
  std::mt19937_64 chance{};
  std::map<std::string, simulated_host*> relays{};  // by URL in normal form
  std::set<std::string> machines{};  // host names that a relay has, or had: another URL there is refused, not unknown
  std::size_t worlds = 0;            // that were not given back
  std::size_t works = 0;             // that are not done

  unix_seconds wall_clock() const noexcept { return start + std::chrono::floor<std::chrono::seconds>(agenda.now()); }
};

}  // namespace uvnostr::testing::detail
