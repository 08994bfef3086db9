// SPDX-License-Identifier: MIT
// A program may make and destroy pools for years, so no pool may leave anything open.
#include <filesystem>
#include <iterator>

#include "loopback/loop_fixture.hpp"

namespace uvnostr {
namespace {

constexpr int pool_count = 1000;

std::ptrdiff_t open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator all("/dev/fd", error);
  EXPECT_FALSE(error) << error.message();
  return std::distance(begin(all), end(all));
}

std::size_t handles_on(uv_loop_t* loop) {
  std::size_t count = 0;
  uv_walk(
      loop, [](uv_handle_t*, void* counter) { ++*static_cast<std::size_t*>(counter); }, &count);
  return count;
}

class Descriptors : public LoopTest {
 protected:
  /// Makes and destroys a pool whose connection fails or has not begun: the test is about its end.
  void use_a_pool(uv_loop_t* on, unsigned turns) {
    pool_options options;
    options.relays = {"ws://127.0.0.1:1"};
    {
      const result<pool> made = pool::make(on, options, {});
      ASSERT_TRUE(made) << made.error().message();
      for (unsigned i = 0; i < turns; ++i) uv_run(on, UV_RUN_NOWAIT);
    }
    ASSERT_TRUE(uvnostr::testing::run_until_idle(on));
  }
};

TEST_F(Descriptors, AreAllGivenBackByPoolsOnOneLoop) {
  use_a_pool(&loop, 3);  // opens what the process or libuv opens only once
  const auto descriptors = open_descriptors();
  const std::size_t handles = handles_on(&loop);
  for (int i = 0; i < pool_count && !HasFatalFailure(); ++i) use_a_pool(&loop, static_cast<unsigned>(i % 4));
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(handles_on(&loop), handles);
}

TEST_F(Descriptors, AreAllGivenBackByPoolsOnLoopsOfTheirOwn) {
  use_a_pool(&loop, 3);
  const auto descriptors = open_descriptors();
  for (int i = 0; i < pool_count && !HasFatalFailure(); ++i) {
    uv_loop_t own;
    ASSERT_EQ(uv_loop_init(&own), 0);
    use_a_pool(&own, static_cast<unsigned>(i % 4));
    EXPECT_EQ(handles_on(&own), 0U);
    ASSERT_EQ(uv_loop_close(&own), 0);
  }
  EXPECT_EQ(open_descriptors(), descriptors);
}

}  // namespace
}  // namespace uvnostr
