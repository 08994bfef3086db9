// SPDX-License-Identifier: MIT
// Every call that can fail fails at its n-th use, for every n until the story has no n-th.
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include <gtest/gtest.h>

#include "reentrancy/stage.hpp"
#include "reentrancy/story.hpp"

namespace uvnostr {
namespace {

using testing::system_call;

constexpr const char* names[] = {"random_bytes", "read_ca_file", "connect", "send", "run_on_worker"};

class Faults : public ::testing::TestWithParam<system_call> {};

/// If a call fails inside make(), make() returns the error. At its end, the simulation proves that nothing of the pool
/// is left.
void expect_clear_error(stage& on, const error& found) {
  if (!found) return;
  EXPECT_NE(on.simulation()->failures(), 0U) << found.message();
  EXPECT_TRUE(found == errc::random_unavailable || found == errc::option_certificate) << found.message();
}

TEST_P(Faults, OnceLeaveTheStoryWhole) {
  bool failed = true;
  unsigned n = 0;
  while (failed && !HasFailure()) {
    SCOPED_TRACE(++n);
    pool_stage on(world_kind::simulated);
    on.simulation()->fail(GetParam(), n);
    story s(on);
    expect_clear_error(on, s.play());
    failed = on.simulation()->failures() != 0;
  }
  EXPECT_GT(n, 1U) << "the call was never made";
}

/// A full socket that never has room again is not a failed call but a dead connection.
TEST_P(Faults, ForeverLeaveTheContractWhole) {
  bool failed = GetParam() != system_call::send;
  unsigned n = 0;
  while (failed && !HasFailure()) {
    SCOPED_TRACE(++n);
    pool_stage on(world_kind::simulated);
    on.simulation()->fail(GetParam(), n, testing::always);
    story s(on);
    s.without_connections = GetParam() == system_call::connect;
    expect_clear_error(on, s.play());
    failed = on.simulation()->failures() != 0;
  }
}

INSTANTIATE_TEST_SUITE_P(OfThePorts, Faults,
                         ::testing::Values(system_call::random_bytes, system_call::read_ca_file, system_call::connect,
                                           system_call::send, system_call::run_on_worker),
                         [](const auto& each) { return names[static_cast<int>(each.param)]; });

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer);
#else
constexpr bool sanitized = false;
#endif

/// Opens all files that the process may open, except for this many. The limit itself stays, because libwebsockets sizes
/// its tables by it.
class taken_files {
 public:
  explicit taken_files(std::size_t left) {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit less = before_;
    const int first_free = dup(0);
    ::close(first_free);
    less.rlim_cur = static_cast<rlim_t>(first_free + 100);
    setrlimit(RLIMIT_NOFILE, &less);
    for (int taken = dup(0); taken >= 0; taken = dup(0)) taken_.push_back(taken);
    for (; left != 0; --left) give_back();
  }
  taken_files(const taken_files&) = delete;
  taken_files& operator=(const taken_files&) = delete;
  ~taken_files() {
    give_back_all();
    setrlimit(RLIMIT_NOFILE, &before_);
  }
  void give_back_all() {
    while (!taken_.empty()) give_back();
  }

 private:
  void give_back() {
    ::close(taken_.back());
    taken_.pop_back();
  }
  rlimit before_{};
  std::vector<int> taken_;
};

/// Descriptors are scarce while the pool is made and in its first turns.
class starved_stage final : public pool_stage {
 public:
  explicit starved_stage(std::size_t left) : pool_stage(world_kind::sockets), taken_(left) {}
  bool step() override {
    if (++turns_ == 30) feed();
    return pool_stage::step();
  }
  void feed() { taken_.give_back_all(); }

 private:
  taken_files taken_;
  int turns_ = 0;
};

TEST(FaultsOfTheSystem, WithoutFilesAreAnErrorOrARecovery) {
  // To check an object's type they open a pipe, and report an object without a type if they cannot.
  if (sanitized) GTEST_SKIP() << "sanitizers open files themselves";
  for (std::size_t left = 0; left < 12 && !HasFailure(); ++left) {
    SCOPED_TRACE(left);
    starved_stage on(left);
    story s(on);
    const error found = s.play();
    if (!found) continue;
    EXPECT_EQ(found, errc::loop_unusable);
    on.feed();
    on.leave();
  }
}

}  // namespace
}  // namespace uvnostr
