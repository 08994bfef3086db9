// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include <uv.h>

namespace uvnostr::net {

/// The handles that join a loop from now on. libuv appends to its list, and removes handles only in a turn of the loop,
/// so the answer is right until the loop turns.
class newer_handles {
 public:
  explicit newer_handles(uv_loop_t* loop) noexcept : loop_(loop) {
    uv_walk(
        loop, [](uv_handle_t*, void* count) { ++*static_cast<std::size_t*>(count); }, &known_);
  }

  template <class Visitor>
  void visit(Visitor&& visitor) const noexcept {
    struct walk {
      std::size_t skip;
      Visitor& visitor;
    } step{known_, visitor};
    uv_walk(
        loop_,
        [](uv_handle_t* handle, void* data) {
          auto* w = static_cast<walk*>(data);
          if (w->skip > 0) {
            --w->skip;
          } else {
            w->visitor(handle);
          }
        },
        &step);
  }

 private:
  uv_loop_t* loop_;
  std::size_t known_ = 0;
};

/// Other code's handles, whose end we can notice only by looking for them on the loop.
class watched_handles {
 public:
  void add(uv_handle_t* handle) noexcept { handles_.push_back({handle, false}); }
  /// Whether one of them is still on the loop. To be called once per turn of the loop.
  bool any_left_on(uv_loop_t*) noexcept;

 private:
  struct entry {
    uv_handle_t* handle;
    bool seen_closing;
  };
  std::vector<entry> handles_;
};

}  // namespace uvnostr::net
