// SPDX-License-Identifier: MIT
#include "dedup/huge_pages.hpp"

#include <cstddef>
#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace uvnostr::dedup {

void prefer_huge_pages(void* at, std::size_t bytes) noexcept {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr std::uintptr_t page = std::uintptr_t{2} * 1024 * 1024;
  constexpr std::size_t least_pages = 8;
  if (bytes < least_pages * page) return;
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  const auto begin = (address + page - 1) / page * page;
  const auto end = (address + bytes) / page * page;
  // If the system refuses, the table is only slower.
  static_cast<void>(madvise(static_cast<std::byte*>(at) + (begin - address), end - begin, MADV_HUGEPAGE));
#else
  static_cast<void>(at);
  static_cast<void>(bytes);
#endif
}

}  // namespace uvnostr::dedup
