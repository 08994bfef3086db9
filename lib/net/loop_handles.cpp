// SPDX-License-Identifier: MIT
#include "net/loop_handles.hpp"

#include <utility>

namespace uvnostr::net {

bool watched_handles::any_left_on(uv_loop_t* loop) noexcept {
  struct walk {
    const std::vector<entry>& wanted;
    std::vector<entry> found;
  } step{handles_, {}};
  uv_walk(
      loop,
      [](uv_handle_t* handle, void* data) {
        auto* w = static_cast<walk*>(data);
        for (const entry& old : w->wanted) {
          if (old.handle != handle) continue;
          const bool closing = uv_is_closing(handle) != 0;
          // A handle that was closing and no longer is must be a new one at the same address.
          if (closing || !old.seen_closing) w->found.push_back({handle, closing});
        }
      },
      &step);
  handles_ = std::move(step.found);
  return !handles_.empty();
}

}  // namespace uvnostr::net
