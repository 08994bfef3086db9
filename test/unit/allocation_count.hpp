// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace uvnostr::test {

/// Counts this thread's calls of operator new during its life. Replaces the program's operator new.
class allocation_count {
 public:
  allocation_count() noexcept;
  allocation_count(const allocation_count&) = delete;
  allocation_count& operator=(const allocation_count&) = delete;
  ~allocation_count();

  std::size_t count() const noexcept;
  std::size_t bytes() const noexcept;
};

}  // namespace uvnostr::test
