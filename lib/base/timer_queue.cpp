// SPDX-License-Identifier: MIT
#include "base/timer_queue.hpp"

#include <cassert>
#include <utility>

namespace uvnostr::base {

timer_queue::~timer_queue() {
  for (timer* each : heap_) each->queue_ = nullptr;
  while (timer* each = due_.front()) {
    each->due_.unlink();
    each->queue_ = nullptr;
  }
}

bool timer_queue::before(const timer& a, const timer& b) noexcept {
  return a.deadline_ != b.deadline_ ? a.deadline_ < b.deadline_ : a.sequence_ < b.sequence_;
}

void timer_queue::put(timer& timer, std::size_t place) noexcept {
  heap_[place] = &timer;
  timer.place_ = place;
}

void timer_queue::sift_up(timer& timer, std::size_t place) noexcept {
  while (place != 0) {
    const std::size_t parent = (place - 1) / 2;
    if (!before(timer, *heap_[parent])) break;
    put(*heap_[parent], place);
    place = parent;
  }
  put(timer, place);
}

void timer_queue::sift_down(timer& timer, std::size_t place) noexcept {
  while (true) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(*heap_[child + 1], *heap_[child])) ++child;
    if (!before(*heap_[child], timer)) break;
    put(*heap_[child], place);
    place = child;
  }
  put(timer, place);
}

void timer_queue::take_out(timer& timer) noexcept {
  const std::size_t hole = timer.place_;
  base::timer& last = *heap_.back();
  heap_.pop_back();
  if (&last == &timer) return;
  if (hole != 0 && before(last, *heap_[(hole - 1) / 2])) {
    sift_up(last, hole);
  } else {
    sift_down(last, hole);
  }
}

void timer_queue::schedule(timer& timer, std::chrono::microseconds deadline) {
  timer.cancel();
  timer.queue_ = this;
  timer.deadline_ = deadline;
  timer.sequence_ = next_sequence_++;
  heap_.push_back(&timer);
  sift_up(timer, heap_.size() - 1);
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
  while (!heap_.empty() && heap_.front()->deadline_ <= now) {
    timer& first = *heap_.front();
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
