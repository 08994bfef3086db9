// SPDX-License-Identifier: MIT
#include "testing/simulation/lane.hpp"

#include <algorithm>
#include <utility>

namespace uvnostr::testing::detail {

void lane::put(frame what, agenda::duration delay) {
  last_due_ = std::max(last_due_, network_.agenda.now() + delay + network_.latency);
  bytes_ += what.text.size();
  items_.push_back({last_due_, std::move(what)});
  schedule();
}

void lane::deliver_now(frame what) {
  if (receiver_) receiver_(std::move(what));
}

void lane::flush() {
  while (!items_.empty()) take_first();
}

void lane::make_room() noexcept {
  full_ = false;
  if (taken_) taken_();
}

void lane::cut() noexcept {
  const agenda::duration latest = network_.agenda.now() + network_.latency;
  while (!items_.empty() && items_.back().due > latest) {
    bytes_ -= items_.back().what.text.size();
    items_.pop_back();
  }
  last_due_ = std::min(last_due_, latest);
}

void lane::resume() noexcept {
  paused_ = false;
  schedule();
}

bool lane::holds(frame::type kind) const noexcept {
  return std::ranges::any_of(items_, [=](const item& each) { return each.what.kind == kind; });
}

void lane::schedule() noexcept {
  if (scheduled_ || paused_ || items_.empty()) return;
  scheduled_ = true;
  network_.agenda.after(items_.front().due - network_.agenda.now(), [self = shared_from_this()] { self->arrive(); });
}

void lane::arrive() noexcept {
  scheduled_ = false;
  if (paused_ || items_.empty()) return;
  // The frame that was due now may have been discarded.
  if (items_.front().due > network_.agenda.now()) return schedule();
  take_first();
}

void lane::take_first() noexcept {
  frame what = std::move(items_.front().what);
  items_.pop_front();
  bytes_ -= what.text.size();
  schedule();
  if (taken_) taken_();
  if (receiver_) receiver_(std::move(what));
}

}  // namespace uvnostr::testing::detail
