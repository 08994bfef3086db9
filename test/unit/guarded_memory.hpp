// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>

#if defined(_WIN32)
#include <windows.h>
#else
#include <sys/mman.h>
#include <unistd.h>
#endif

namespace uvnostr::test {

/// Memory that is followed by an unreadable page, so that reading past the end of a text crashes the test.
class guarded_memory {
 public:
#if defined(_WIN32)
  guarded_memory() : page_(4096), size_(16 * page_) {
    void* const memory = VirtualAlloc(nullptr, size_ + page_, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    DWORD before = 0;
    if (memory == nullptr || VirtualProtect(static_cast<char*>(memory) + size_, page_, PAGE_NOACCESS, &before) == 0)
      std::abort();
    end_ = static_cast<char*>(memory) + size_;
  }
  ~guarded_memory() { VirtualFree(end_ - size_, 0, MEM_RELEASE); }
#else
  guarded_memory() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), size_(16 * page_) {
    void* const memory = mmap(nullptr, size_ + page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(static_cast<char*>(memory) + size_, page_, PROT_NONE) != 0) std::abort();
    end_ = static_cast<char*>(memory) + size_;
  }
  ~guarded_memory() { munmap(end_ - size_, size_ + page_); }
#endif
  guarded_memory(const guarded_memory&) = delete;
  guarded_memory& operator=(const guarded_memory&) = delete;

  std::string_view place(std::string_view text) {
    if (text.size() > size_) std::abort();
    char* const begin = end_ - text.size();
    std::memcpy(begin, text.data(), text.size());
    return {begin, text.size()};
  }

 private:
  std::size_t page_;
  std::size_t size_;
  char* end_ = nullptr;
};

}  // namespace uvnostr::test
