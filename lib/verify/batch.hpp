// SPDX-License-Identifier: MIT
// Events on their way through verification, in the order in which they came, with their bytes.
//
// The signatures of a batch are checked together, which costs about half as much as one by one. Events of a source that is
// distrusted are checked apart: a forgery makes the joint check of all others fail, and finding it costs as much again.
//
// A batch is filled on the loop's thread, run on a worker (which touches nothing else), and emptied on the loop's
// thread. Its block of bytes never moves while views into it exist; an event that does not fit goes into the next
// batch, one that is larger than a block gets a batch of its own. Batches are used again: no allocation in a steady stream.
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
  copy,     // of an event that is before it in the queue: decided when its turn comes
  trusted,  // checked before; it only waits for its turn
  joined,   // a copy, byte for byte, of one that is before it: without its bytes
  marker,   // a message that must not overtake the events before it
};

struct item {
  treatment how;
  verdict outcome = verdict::good;
  id_form form = id_form::canonical;
  bool apart = false;    // its signature is checked alone
  std::uint32_t number;  // in the batch's events or markers; of one that joined, the caller's own
  base::ref<source> from;
};

class verifier;

class batch final : public port::work {
 public:
  enum class stage : unsigned char { filling, running, done };

  static constexpr std::size_t block_bytes = 512 * 1024;
  // About 10 ms of work: other users of the thread pool wait no longer. With more, a signature would cost little less.
  static constexpr std::size_t max_events = 512;
  static constexpr std::size_t max_items = 4096;
  static_assert(max_events <= joint_check::capacity);

  explicit batch(verifier& owner) noexcept : owner_(owner) {}

  bool has_room_for(std::size_t bytes) const noexcept;
  /// The fields of the copy: their bytes stay where they are until its turn, the fields themselves do not.
  const wire::event_fields& add(treatment, source&, const wire::raw_event&);
  void add(source&, wire::relay_message);
  void add_joined(source&, std::uint32_t number);

  bool needs_check() const noexcept { return checks_ != 0; }
  bool is_decided() const noexcept { return stage == stage::done || (stage == stage::filling && !needs_check()); }
  /// On the loop's thread, before checks are made: notes who is distrusted by now.
  void set_apart() noexcept;
  /// Checks the next events, at most so many, and returns how many there were: fewer if all are checked.
  std::size_t check_next(std::size_t most);
  void run() noexcept override;
  void done() noexcept override;

  /// Ready to be filled again.
  void reset() noexcept;

  batch::stage stage = stage::filling;
  verify::workspace* workspace = nullptr;  // the verifier's, while checks are made
  std::size_t next_item = 0;               // the first that was not given to the listener yet
  std::vector<item> items;
  std::vector<wire::raw_event> events;
  std::vector<wire::relay_message> markers;
  std::unique_ptr<batch> next;  // in the verifier's queue or among its spare ones

 private:
  verifier& owner_;
  std::unique_ptr<char[]> block_;
  std::size_t capacity_ = 0;
  std::size_t used_ = 0;
  std::size_t checks_ = 0;
  std::size_t checked_ = 0;
};

}  // namespace uvnostr::verify
