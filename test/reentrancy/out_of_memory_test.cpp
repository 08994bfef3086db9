// SPDX-License-Identifier: MIT
// R12: running out of memory terminates the program, and does nothing worse.
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>

#include <gtest/gtest.h>

#include "reentrancy/stage.hpp"
#include "reentrancy/story.hpp"

namespace {

struct allocations {
  bool counts = false;  // while code of the library runs
  std::size_t made = 0;
  std::size_t failing = 0;  // which allocation fails, counting from 1
};
thread_local allocations here;

void* allocate(std::size_t size) {
  if (here.counts && ++here.made == here.failing) {
    here.counts = false;  // reporting the end may allocate
#ifdef __cpp_exceptions
    throw std::bad_alloc();
#else
    std::terminate();
#endif
  }
  if (void* const at = std::malloc(size == 0 ? 1 : size)) return at;
  std::abort();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
// Not counted, because it may fail without ending the program: the standard library uses it for optional buffers.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size == 0 ? 1 : size); }
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, const std::nothrow_t&) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t) noexcept { std::free(at); }

namespace uvnostr {
namespace {

/// Returns the number of allocations that the library made, unless the n-th failed.
std::size_t play(std::size_t failing) noexcept {
  pool_stage on(world_kind::simulated);
  story s(on);
  s.on_library = [](bool runs) { here.counts = runs; };
  here = {.counts = false, .made = 0, .failing = failing};
  EXPECT_FALSE(s.play());
  here.counts = false;
  return here.made;
}

TEST(OutOfMemoryDeathTest, TerminatesAtEveryAllocationTried) {
  play(0);  // makes the objects that are made only once
  const std::size_t all = play(0);
  ASSERT_GT(all, 100U);
  // Each takes a process, so only the first allocations are tried, and then every fifteenth part.
  for (std::size_t n = 1; n < all && !HasFailure(); n += n < 10 ? 1 : all / 15) {
    SCOPED_TRACE(n);
    EXPECT_EXIT(play(n), ::testing::KilledBySignal(SIGABRT), "terminate|bad_alloc");
  }
}

}  // namespace
}  // namespace uvnostr
