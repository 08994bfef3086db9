// SPDX-License-Identifier: MIT
#include "bench/allocations.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UVNOSTR_COUNT_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define UVNOSTR_COUNT_ALLOCATIONS 0
#endif
#endif
#ifndef UVNOSTR_COUNT_ALLOCATIONS
#ifdef __GLIBC__
#define UVNOSTR_COUNT_ALLOCATIONS 1
#else
#define UVNOSTR_COUNT_ALLOCATIONS 0
#endif
#endif

namespace {

// Relaxed, because it is read when the counting threads are idle or do not matter.
std::atomic<std::uint64_t> counted{0};
thread_local std::uint64_t counted_here = 0;

[[maybe_unused]] void count_one() noexcept {
  counted.fetch_add(1, std::memory_order_relaxed);
  ++counted_here;
}

}  // namespace

#if UVNOSTR_COUNT_ALLOCATIONS

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);

__attribute__((visibility("default"))) void* malloc(std::size_t size) {
  count_one();
  return __libc_malloc(size);
}
__attribute__((visibility("default"))) void* calloc(std::size_t count, std::size_t size) {
  count_one();
  return __libc_calloc(count, size);
}
__attribute__((visibility("default"))) void* realloc(void* at, std::size_t size) {
  count_one();
  return __libc_realloc(at, size);
}

}  // extern "C"

#endif

namespace uvnostr::bench {

std::uint64_t allocations() noexcept { return counted.load(std::memory_order_relaxed); }
std::uint64_t allocations_of_this_thread() noexcept { return counted_here; }
bool allocations_are_counted() noexcept { return UVNOSTR_COUNT_ALLOCATIONS != 0; }

}  // namespace uvnostr::bench
