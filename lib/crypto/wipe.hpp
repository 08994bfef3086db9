// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace uvnostr::crypto {

/// Overwrites a secret in a way that compilers do not optimise away.
void wipe(void* at, std::size_t size) noexcept;

/// Wipes a local variable whenever its scope ends.
template <class T>
class wipe_at_exit {
 public:
  explicit wipe_at_exit(T& secret) noexcept : secret_(secret) {}
  wipe_at_exit(const wipe_at_exit&) = delete;
  wipe_at_exit& operator=(const wipe_at_exit&) = delete;
  ~wipe_at_exit() { wipe(&secret_, sizeof secret_); }

 private:
  T& secret_;
};

}  // namespace uvnostr::crypto
