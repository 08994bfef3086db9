// SPDX-License-Identifier: MIT
// Events that are being verified, with their bytes, in the order in which they arrived.
//
// The signatures of a batch are checked together, which costs about half as much as one by one. Events of a distrusted
// source are checked separately: a forgery makes the joint check of all others fail, and finding it costs as much
// again.
//
// A batch is filled on the loop's thread, run on a worker (which touches nothing else), and emptied on the loop's
// thread. Its block of bytes never moves while views into it exist. An event that does not fit goes into the next
// batch, and an event larger than a block gets a batch of its own. Batches are reused, so a steady stream needs no
// allocation.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/ref.hpp"
#include "port/reactor.hpp"
#include "verify/check.hpp"
#include "verify/source.hpp"
#include "wire/frame_scan.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr::verify {

enum class treatment : unsigned char {
  check,    // id and signature
  copy,     // a copy of an earlier event in the queue: decided in its turn
  trusted,  // verified before; it only waits for its turn
  joined,   // an identical copy of an earlier event, without its bytes
  marker,   // a message that must not overtake earlier events
};

struct item {
  treatment how;
  verdict outcome = verdict::good;
  id_form form = id_form::canonical;
  bool apart = false;    // its signature is checked alone
  std::uint32_t number;  // in the batch's events or markers; for `joined`, the caller's number
  base::ref<source> from;
};

class verifier;

class batch final : public port::work {
 public:
  enum class stage : unsigned char { filling, running, done };

  static constexpr std::size_t block_bytes = 512 * 1024;
  // About 10 ms of work, so that other users of the thread pool need not wait longer. More would save little.
  static constexpr std::size_t max_events = 512;
  static constexpr std::size_t max_items = 4096;
  static_assert(max_events <= joint_check::capacity);

  explicit batch(verifier& owner) noexcept : owner_(owner) {}

  bool has_room_for(std::size_t bytes) const noexcept;
  /// Returns the fields of the copy. Their bytes stay in place until its turn, but the fields themselves do not.
  const wire::event_fields& add(treatment, source&, const wire::raw_event&);
  void add(source&, wire::relay_message);
  void add_joined(source&, std::uint32_t number);

  bool needs_check() const noexcept { return checks_ != 0; }
  bool is_decided() const noexcept { return stage == stage::done || (stage == stage::filling && !needs_check()); }
  /// Called on the loop's thread before the checks: notes which sources are distrusted by now.
  void set_apart() noexcept;
  /// Checks up to this many of the next events and returns how many it has checked: fewer if none are left.
  std::size_t check_next(std::size_t most);
  void run() noexcept override;
  void done() noexcept override;

  /// Makes the batch ready to be filled again.
  void reset() noexcept;

  batch::stage stage = stage::filling;
  port::time_point since{};                // when the first event that needs a check came
  verify::workspace* workspace = nullptr;  // lent by the verifier during the checks
  std::size_t next_item = 0;               // the first item that the listener has not got yet
  std::vector<item> items;
  std::vector<wire::raw_event> events;
  std::vector<wire::relay_message> markers;
  std::unique_ptr<batch> next;  // in the verifier's queue or its list of spare batches

 private:
  verifier& owner_;
  std::unique_ptr<char[]> block_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::size_t checks_ = 0;
  std::size_t checked_ = 0;
};

}  // namespace uvnostr::verify
