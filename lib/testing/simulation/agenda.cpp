// SPDX-License-Identifier: MIT
#include "testing/simulation/agenda.hpp"

#include <algorithm>
#include <utility>

namespace uvnostr::testing::detail {

agenda::ticket agenda::after(duration delay, callback<void()> call) noexcept {
  const ticket made{now_ + std::max(delay, duration::zero()), ++asked_};
  items_.emplace(made, std::move(call));
  return made;
}

void agenda::do_next() noexcept {
  auto item = items_.extract(items_.begin());
  now_ = item.key().due;
  item.mapped()();
}

// Destroying a call may add another one.
void agenda::clear() noexcept {
  while (!items_.empty()) std::exchange(items_, {}).clear();
}

}  // namespace uvnostr::testing::detail
