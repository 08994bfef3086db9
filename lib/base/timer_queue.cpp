// SPDX-License-Identifier: MIT
#include "base/timer_queue.hpp"

#include <cassert>
#include <utility>

namespace uvnostr::base {

timer_queue::~timer_queue() {
  for (const entry& each : heap_) each.timer->queue_ = nullptr;
  while (timer* each = due_.front()) {
    each->due_.unlink();
    each->queue_ = nullptr;
  }
}

bool timer_queue::before(const entry& a, const entry& b) noexcept {
  return a.deadline != b.deadline ? a.deadline < b.deadline : a.sequence < b.sequence;
}

void timer_queue::put(const entry& moved, std::size_t place) noexcept {
  heap_[place] = moved;
  moved.timer->place_ = place;
}

/// Puts the entry where it belongs. The given place is free.
void timer_queue::sift(const entry& moved, std::size_t place) noexcept {
  if (place != 0 && before(moved, heap_[(place - 1) / 2])) {
    sift_up(moved, place);
  } else {
    sift_down(moved, place);
  }
}

void timer_queue::sift_up(const entry& moved, std::size_t place) noexcept {
  while (place != 0) {
    const std::size_t parent = (place - 1) / 2;
    if (!before(moved, heap_[parent])) break;
    put(heap_[parent], place);
    place = parent;
  }
  put(moved, place);
}

void timer_queue::sift_down(const entry& moved, std::size_t place) noexcept {
  while (true) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], moved)) break;
    put(heap_[child], place);
    place = child;
  }
  put(moved, place);
}

void timer_queue::take_out(const timer& timer) noexcept {
  const entry last = heap_.back();
  heap_.pop_back();
  if (last.timer != &timer) sift(last, timer.place_);
}

void timer_queue::schedule(timer& timer, std::chrono::microseconds deadline) {
  const entry scheduled{deadline, next_sequence_++, &timer};
  timer.deadline_ = deadline;
  if (timer.queue_ == this && !timer.due_.is_linked()) return sift(scheduled, timer.place_);
  timer.cancel();
  timer.queue_ = this;
  heap_.push_back(scheduled);
  sift_up(scheduled, heap_.size() - 1);
}

void timer_queue::cancel(timer& timer) noexcept {
  if (timer.queue_ == nullptr) return;
  assert(timer.queue_ == this);
  timer.queue_ = nullptr;
  if (timer.due_.is_linked()) {
    timer.due_.unlink();
  } else {
    take_out(timer);
  }
}

void timer_queue::run_due(std::chrono::microseconds now) noexcept {
  assert(due_.empty());
  while (!heap_.empty() && heap_.front().deadline <= now) {
    timer& first = *heap_.front().timer;
    take_out(first);
    due_.push_back(first.due_);
  }
  while (timer* first = due_.front()) {
    first->due_.unlink();
    first->queue_ = nullptr;
    first->fire_(first->owner_);
  }
}

}  // namespace uvnostr::base
