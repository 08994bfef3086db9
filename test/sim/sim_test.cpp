// SPDX-License-Identifier: MIT
// Seeded worlds. Environment variables choose what is run and printed:
//   UVNOSTR_SIM_SEEDS     the number of worlds
//   UVNOSTR_SIM_FIRST     the seed of the first one
//   UVNOSTR_SIM_FAILURES  the number of failures after which to stop
//   UVNOSTR_SIM_TALLY     if set, how often each situation occurred
//   UVNOSTR_SIM_SEED      only this seed, with its whole log
#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "sim/run.hpp"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

namespace uvnostr::sim {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::uint64_t ordinary_seeds = 190;  // AddressSanitizer takes several times as long
#else
constexpr std::uint64_t ordinary_seeds = 1000;
#endif
std::uint64_t number_in(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

volatile std::uint64_t running_seed = 0;

/// Names the seed even if the world crashes.
void name_seed() {
  char text[80];
  const int size = std::snprintf(text, sizeof text, "\nthe simulation was in seed %llu\n",
                                 static_cast<unsigned long long>(running_seed));
  if (write(STDERR_FILENO, text, static_cast<std::size_t>(size)) < 0) return;
}
void on_abort(int signal) {
  name_seed();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

class Simulation : public ::testing::Test {
 protected:
  Simulation() {
    std::signal(SIGABRT, on_abort);
#if defined(__SANITIZE_ADDRESS__)
    __sanitizer_set_death_callback(name_seed);
#else
    std::signal(SIGSEGV, on_abort);
#endif
  }
  ~Simulation() override { std::signal(SIGABRT, SIG_DFL); }
};

std::string last_lines(const std::vector<std::string>& log, std::size_t most) {
  std::string text;
  for (std::size_t i = log.size() > most ? log.size() - most : 0; i < log.size(); ++i) text += log[i] + "\n";
  return text;
}

TEST_F(Simulation, KeepsEveryPromiseInEveryWorld) {
  if (const std::uint64_t seed = number_in("UVNOSTR_SIM_SEED", 0); seed != 0) {
    running_seed = seed;
    const verdict v = run(seed, true);
    std::cout << last_lines(v.log, v.log.size()) << "seed " << seed << ": " << v.steps << " steps\n";
    EXPECT_EQ(v.failure, "");
    return;
  }
  const std::uint64_t first = number_in("UVNOSTR_SIM_FIRST", 1);
  const std::uint64_t seeds = number_in("UVNOSTR_SIM_SEEDS", ordinary_seeds);
  const std::uint64_t most_failures = number_in("UVNOSTR_SIM_FAILURES", 10);
  situation_counts all{};
  std::uint64_t steps = 0;
  duration lived{};
  std::uint64_t failures = 0;
  for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
    running_seed = seed;
    const verdict v = run(seed, false);
    if (!v.failure.empty()) {
      ADD_FAILURE() << "seed " << seed << ": " << v.failure
                    << (failures == 0 ? "\nIts log ends so (UVNOSTR_SIM_SEED=" + std::to_string(seed) +
                                            " prints all of it):\n" + last_lines(run(seed, true).log, 100)
                                      : "");
      if (++failures == most_failures) return;
    }
    for (std::size_t i = 0; i < all.size(); ++i) all[i] += v.situations[i];
    steps += v.steps;
    lived += v.lasted;
  }
  std::cout << seeds << " worlds, " << steps << " steps, "
            << std::chrono::duration_cast<std::chrono::hours>(lived).count() / 24 << " days\n";
  if (seeds < 200) return;
  for (std::size_t i = 0; i < all.size(); ++i)
    EXPECT_NE(all[i], 0U) << "this situation occurred in no world: " << situation_names[i];
  if (std::getenv("UVNOSTR_SIM_TALLY") != nullptr) {
    for (std::size_t i = 0; i < all.size(); ++i) std::cout << situation_names[i] << ": " << all[i] << "\n";
  }
}

// Each showed a fault that the ordinary seeds do not.
TEST_F(Simulation, KeepsEveryPromiseInWorldsThatOnceFailed) {
  for (const std::uint64_t seed : {14'348, 23'782, 24'563, 25'921, 26'128, 30'639, 33'823, 39'723, 41'336, 51'630,
                                   53'081, 63'274, 69'240, 71'848, 76'431}) {
    running_seed = seed;
    EXPECT_EQ(run(seed, false).failure, "") << "seed " << seed;
  }
}

TEST_F(Simulation, WritesTheSameLogForTheSameSeed) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const verdict once = run(seed, true);
    const verdict again = run(seed, true);
    EXPECT_EQ(once.log, again.log) << "seed " << seed;
    EXPECT_FALSE(once.log.empty());
  }
}

}  // namespace
}  // namespace uvnostr::sim
