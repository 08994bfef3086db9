// SPDX-License-Identifier: MIT
// From raw_event to verified_event: checks ids and signatures in batches without changing the order of events.
//
// The listener gets everything in the order in which it was added, whichever batch is ready first. So each relay's
// order is kept, and an EOSE follows the events before it. A copy of an event that is still being checked waits in the
// queue; by its turn the first one is decided.
//
// When the listener has no time left in this turn, the rest waits for the next pump().
//
// What can go wrong: the thread pool refuses work (then the batch is checked on the loop); the listener stops the
// verifier from inside a call (then it gets no further calls, and batches still on a worker are discarded).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>

#include <uvnostr/pool.hpp>

#include "port/reactor.hpp"
#include "verify/batch.hpp"
#include "verify/verified_event.hpp"

namespace uvnostr::verify {

class verifier_listener {
 public:
  virtual void on_verified(source&, const verified_event&, id_form) noexcept = 0;
  virtual void on_refused(source&, const wire::event_fields&, verdict) noexcept = 0;
  /// It is a copy's turn.
  virtual void on_copy(source&, const wire::raw_event&) noexcept = 0;
  /// It is the turn of an event that joined; the number is the one given to add_joined().
  virtual void on_joined(source&, std::uint32_t number) noexcept = 0;
  virtual void on_marker(source&, const wire::relay_message&) noexcept = 0;
  /// A series of the calls above follows, with only has_time() between them.
  virtual void begin_giving() noexcept {}
  /// Whether the listener can take another event in this turn of the loop.
  virtual bool has_time() noexcept = 0;
  /// Called around work on a worker. The verifier must not be destroyed in between.
  virtual void begin_work() noexcept = 0;
  virtual void end_work() noexcept = 0;

 protected:
  ~verifier_listener() = default;
};

class verifier {
 public:
  verifier(port::reactor&, verifier_listener&, verification, duration_histogram& times) noexcept;
  ~verifier();

  /// True if nothing is queued: an event that needs no check can then be delivered directly.
  bool idle() const noexcept { return first_ == nullptr; }

  /// Queues a copy of the event. The application's option decides whether `check` means anything. Returns the copy's
  /// fields, valid until the next call; their bytes stay until the listener gets the event.
  const wire::event_fields& add(treatment, source&, const wire::raw_event&);
  void add_joined(source&, std::uint32_t number);
  void add_marker(source&, wire::relay_message);

  /// An event whose signature needs no check: verification is off, or the same id and signature were checked before
  /// (the caller compares them). Unless verification is off: empty if the id is not the hash of these bytes.
  std::optional<verified_event> trust(const wire::raw_event&, id_form&);
  /// Checks the event at once. Empty if it is not valid; `why` then has the reason.
  std::optional<verified_event> check_now(const wire::raw_event&, id_form&, verdict& why);

  /// Calls the function for each event in the queue: with its fields, or none if it joined.
  void for_each_queued(callback<void(const item&, const wire::event_fields*)>) const;

  /// Called at the end of a loop turn in which something was added: passes on what is ready.
  void pump() noexcept;
  /// The listener gets no further calls.
  void stop() noexcept;

  bool off() const noexcept { return mode_ == verification::off; }
  std::uint64_t checked() const noexcept { return checked_; }

 private:
  friend class batch;
  static constexpr unsigned least_spares = 8;
  // How often the queue becomes empty before batches that were not needed meanwhile are freed.
  static constexpr unsigned patience = 64;
  // Out of libuv's four threads. The third keeps two cores busy while the loop prepares the next batch.
  static constexpr unsigned max_running = 3;
  static constexpr auto loop_budget = std::chrono::milliseconds(2);

  batch& tail_with_room_for(std::size_t bytes);
  void start_batches() noexcept;
  void check_on_loop() noexcept;
  void note_checked(const batch&) noexcept;
  void drain() noexcept;
  bool give(batch&) noexcept;
  void on_batch_done(batch&) noexcept;
  std::unique_ptr<batch> take_first() noexcept;
  void keep(std::unique_ptr<batch>) noexcept;
  void free_surplus() noexcept;

  port::reactor& reactor_;
  verifier_listener& listener_;
  const verification mode_;
  duration_histogram& times_;     // from the first event of a batch to its verdicts
  std::unique_ptr<batch> first_;  // the queue, in order
  batch* last_ = nullptr;
  std::unique_ptr<batch> spare_;
  unsigned spare_count_ = 0;
  unsigned depth_ = 0;           // batches in the queue
  unsigned deepest_ = 0;         // since batches were last freed
  unsigned deepest_before_ = 0;  // in as long a time before
  unsigned times_empty_ = 0;
  std::array<workspace, max_running> workspaces_;
  std::array<workspace*, max_running> free_;  // the elements from `running_` on are free
  workspace on_loop_;
  std::size_t at_once_ = 8;  // how many events are checked together on the loop, within its budget
  unsigned running_ = 0;
  std::uint64_t checked_ = 0;
  bool draining_ = false;
  bool stopped_ = false;
};

}  // namespace uvnostr::verify
