// SPDX-License-Identifier: MIT
// Runs one seed's world from its first dial to its end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/run_state.hpp"

namespace uvnostr::sim {

struct verdict {
  std::string failure;           // the promise that was broken; empty: none
  std::vector<std::string> log;  // empty unless requested
  situation_counts situations{};
  std::uint64_t steps = 0;
  duration lasted{};  // in the world's own time
};

/// The same seed gives the same verdict.
verdict run(std::uint64_t seed, bool logged);

}  // namespace uvnostr::sim
