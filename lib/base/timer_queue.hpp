// SPDX-License-Identifier: MIT
// Many timers on one alarm: a binary heap whose timers know their position. It holds their deadlines, too, because
// comparing two timers must not read memory that is far apart.
//
// The happy path: the owner of a queue arms its alarm for next_deadline(), calls run_due() when it rings, and arms it
// again. What can go wrong: fire() may cancel, schedule or destroy any timer, itself included, and a timer may schedule
// itself for a time that has passed. So due timers are first moved to a separate list, which any timer can leave, and
// each timer fires at most once in one run_due().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/intrusive_list.hpp"

namespace uvnostr::base {

class timer_queue;

/// Something to do at a given time. Its destructor cancels it. Cancel it before its queue is destroyed.
class timer {
 public:
  using fire_function = void (*)(void* owner) noexcept;

  timer(fire_function fire, void* owner) noexcept : fire_(fire), owner_(owner) {}
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
  ~timer() { cancel(); }

  /// A timer that calls a noexcept member function:
  /// `base::timer ping_ = base::timer::calling<&session::on_ping_timer>(*this);`
  template <auto Method, class T>
  static timer calling(T& owner) noexcept {
    return timer([](void* at) noexcept { (static_cast<T*>(at)->*Method)(); }, &owner);
  }

  bool is_scheduled() const noexcept { return queue_ != nullptr; }
  /// The deadline of the last schedule().
  std::chrono::microseconds deadline() const noexcept { return deadline_; }
  void cancel() noexcept;

 private:
  friend class timer_queue;

  fire_function fire_;
  void* owner_;
  timer_queue* queue_ = nullptr;
  std::chrono::microseconds deadline_{};
  std::size_t place_ = 0;        // in the heap
  list_hook<timer> due_{*this};  // linked: run_due() took it out of the heap, and it is about to fire
};

/// Deadlines count microseconds from any fixed start. Timers with the same deadline fire in the order in which they
/// were scheduled.
class timer_queue {
 public:
  timer_queue() noexcept = default;
  timer_queue(const timer_queue&) = delete;
  timer_queue& operator=(const timer_queue&) = delete;
  /// Cancels the timers that are still scheduled.
  ~timer_queue();

  /// Schedules the timer, or reschedules it.
  void schedule(timer& timer, std::chrono::microseconds deadline);
  void cancel(timer& timer) noexcept;

  /// The earliest deadline; nothing if no timer is scheduled.
  std::optional<std::chrono::microseconds> next_deadline() const noexcept {
    // A call from inside fire() gets the deadline of what is due right now.
    if (const timer* const first = due_.front()) return first->deadline_;
    return heap_.empty() ? std::nullopt : std::optional(heap_.front().deadline);
  }
  /// Fires every timer whose deadline is not later than `now`. Timers scheduled meanwhile wait for the next call. Must
  /// not be called from inside fire().
  void run_due(std::chrono::microseconds now) noexcept;

  bool empty() const noexcept { return heap_.empty() && due_.empty(); }

 private:
  struct entry {
    std::chrono::microseconds deadline;
    std::uint64_t sequence;
    base::timer* timer;
  };
  static bool before(const entry& a, const entry& b) noexcept;
  void put(const entry& moved, std::size_t place) noexcept;
  void sift(const entry& moved, std::size_t place) noexcept;
  void sift_up(const entry& moved, std::size_t place) noexcept;
  void sift_down(const entry& moved, std::size_t place) noexcept;
  void take_out(const timer& timer) noexcept;

  std::vector<entry> heap_;
  intrusive_list<timer> due_;
  std::uint64_t next_sequence_ = 0;
};

inline void timer::cancel() noexcept {
  if (queue_ != nullptr) queue_->cancel(*this);
}

}  // namespace uvnostr::base
