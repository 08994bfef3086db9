// SPDX-License-Identifier: MIT
#include "unit/allocation_count.hpp"

#include <cstdlib>
#include <new>

namespace {

struct counters {
  bool on = false;
  std::size_t count = 0;
  std::size_t bytes = 0;
};
thread_local counters counted;

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  if (counted.on) {
    ++counted.count;
    counted.bytes += size;
  }
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* const at = operator new(size, std::nothrow)) return at;
  std::abort();
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, const std::nothrow_t&) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

namespace uvnostr::test {

allocation_count::allocation_count() noexcept { counted = {true}; }
allocation_count::~allocation_count() { counted.on = false; }
std::size_t allocation_count::count() const noexcept { return counted.count; }
std::size_t allocation_count::bytes() const noexcept { return counted.bytes; }

}  // namespace uvnostr::test
