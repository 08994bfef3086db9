// SPDX-License-Identifier: MIT
// From raw_event to verified_event: ids and signatures are checked in batches, and nothing overtakes anything.
//
// Everything that is added is given to the listener in the order in which it was added, whichever batch is ready
// first: so the order of each relay is kept, and an EOSE comes behind the events before it. A copy of an event that is still
// being checked waits in the queue; by its turn the first one is decided.
//
// Nothing is given once the listener has no time left in this turn: it waits for the next pump().
//
// What can go wrong: the thread pool refuses work (then the batch is checked on the loop); the listener stops the
// verifier from inside a call (then nothing more is given to it, and batches still on a worker end in silence).
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
  /// The turn of a copy has come.
  virtual void on_copy(source&, const wire::raw_event&) noexcept = 0;
  /// The turn of one that joined; the number is the one given to add_joined().
  virtual void on_joined(source&, std::uint32_t number) noexcept = 0;
  virtual void on_marker(source&, const wire::relay_message&) noexcept = 0;
  /// Whether another may be given in this turn of the loop.
  virtual bool has_time() noexcept = 0;
  /// Called around work on a worker: whoever owns the verifier must not go away in between.
  virtual void hold() noexcept = 0;
  virtual void unhold() noexcept = 0;

 protected:
  ~verifier_listener() = default;
};

class verifier {
 public:
  verifier(port::reactor&, verifier_listener&, verification) noexcept;
  ~verifier();

  /// True if nothing is queued: what needs no check may go its way directly.
  bool idle() const noexcept { return first_ == nullptr; }

  /// Queues a copy of the event. The application's option decides whether `check` means anything.
  /// The fields of that copy, for the moment; their bytes stay until it is given to the listener.
  const wire::event_fields& add(treatment, source&, const wire::raw_event&);
  void add_joined(source&, std::uint32_t number);
  void add_marker(source&, wire::relay_message);

  /// An event that needs no check here: verification is off, or the same id and signature were checked before (the
  /// caller compares them) and the id is the hash of these very bytes. Empty if it is not.
  std::optional<verified_event> trust(const wire::raw_event&, id_form&);
  /// Checks it here and now. Empty if it is not good: then `why` says so.
  std::optional<verified_event> check_now(const wire::raw_event&, id_form&, verdict& why);

  /// At the end of a loop turn in which something was added: passes on what can be.
  void pump() noexcept;
  /// Nothing is given to the listener any more.
  void stop() noexcept;

  bool off() const noexcept { return mode_ == verification::off; }
  std::uint64_t checked() const noexcept { return checked_; }

 private:
  friend class batch;
  static constexpr unsigned least_spares = 8;
  // Of libuv's four threads. With a third one two cores are kept busy while the loop is late with the next batch.
  static constexpr unsigned max_running = 3;
  static constexpr auto loop_budget = std::chrono::milliseconds(2);

  batch& tail_with_room_for(std::size_t bytes);
  void start_batches() noexcept;
  void check_on_loop() noexcept;
  void drain() noexcept;
  bool give(batch&) noexcept;
  void on_batch_done(batch&) noexcept;
  std::unique_ptr<batch> take_first() noexcept;
  void keep(std::unique_ptr<batch>) noexcept;

  port::reactor& reactor_;
  verifier_listener& listener_;
  const verification mode_;
  std::unique_ptr<batch> first_;  // the queue, in order
  batch* last_ = nullptr;
  std::unique_ptr<batch> spare_;
  unsigned spare_count_ = 0;
  std::array<workspace, max_running> workspaces_;
  std::array<workspace*, max_running> free_;  // of these, from `running_` on
  workspace on_loop_;
  std::size_t at_once_ = 8;  // events that are checked together on the loop: as many as its budget allows
  unsigned running_ = 0;
  std::uint64_t checked_ = 0;
  bool draining_ = false;
  bool stopped_ = false;
};

}  // namespace uvnostr::verify
