// SPDX-License-Identifier: MIT
// Every call that can fail fails at its n-th use, for every n until the story has no n-th.
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include <gtest/gtest.h>

#include "reentrancy/real_stage.hpp"
#include "reentrancy/simulated_stage.hpp"
#include "reentrancy/story.hpp"

namespace uvnostr {
namespace {

using fake::fallible;

constexpr const char* names[] = {"random_bytes", "check", "dial", "send_text", "run_on_worker"};

class Faults : public ::testing::TestWithParam<fallible> {};

/// Those that fail inside of make() are its answer; nothing is left then.
void expect_clear_error(simulated_stage& on, const error& found) {
  if (!found) return;
  EXPECT_TRUE(on.faults().has_failed()) << found.message();
  EXPECT_TRUE(found == errc::random_unavailable || found == errc::option_ca_file) << found.message();
  EXPECT_TRUE(on.world().released);
}

TEST_P(Faults, OnceLeaveTheStoryWhole) {
  bool failed = true;
  unsigned n = 0;
  while (failed && !HasFailure()) {
    SCOPED_TRACE(++n);
    simulated_stage on;
    on.faults().fail_at(GetParam(), n);
    story s(on);
    expect_clear_error(on, s.play());
    failed = on.faults().has_failed();
  }
  // Options are looked at once, when the pool is made; all else is used more often.
  EXPECT_GT(n, GetParam() == fallible::check ? 1U : 2U);
}

/// A full socket that never has room again is no fault of one call, but a dead connection.
TEST_P(Faults, ForeverLeaveTheContractWhole) {
  bool failed = GetParam() != fallible::send_text;
  unsigned n = 0;
  while (failed && !HasFailure()) {
    SCOPED_TRACE(++n);
    simulated_stage on;
    on.faults().fail_at(GetParam(), n, true);
    story s(on);
    s.without_connections = GetParam() == fallible::dial;
    expect_clear_error(on, s.play());
    failed = on.faults().has_failed();
  }
}

INSTANTIATE_TEST_SUITE_P(OfThePorts, Faults,
                         ::testing::Values(fallible::random_bytes, fallible::check, fallible::dial, fallible::send_text,
                                           fallible::run_on_worker),
                         [](const auto& each) { return names[static_cast<int>(each.param)]; });

#if defined(__SANITIZE_ADDRESS__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(undefined_behavior_sanitizer);
#else
constexpr bool sanitized = false;
#endif

/// Takes all files that the process may open but so many. The limit itself stays: libwebsockets sizes its tables by it.
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

/// Files are short when the pool is made and for its first turns.
class starved_stage final : public pool_stage {
 public:
  explicit starved_stage(std::size_t left) : taken_(left) {}
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
  // Their look at the type of an object opens a pipe, and reports an object of no type if it cannot.
  if (sanitized) GTEST_SKIP() << "sanitizers need files themselves";
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
