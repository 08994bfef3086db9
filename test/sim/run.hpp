// SPDX-License-Identifier: MIT
// One seed, one world, from its first dial to its end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/scene.hpp"

namespace uvnostr::sim {

struct verdict {
  std::string broken;              // the promise that was broken; empty: none
  std::vector<std::string> story;  // if it was to be told
  tally troubles{};
  std::uint64_t steps = 0;
  duration lasted{};               // in the world's own time
};

/// The same seed gives the same verdict.
verdict run(std::uint64_t seed, bool told);

}  // namespace uvnostr::sim
