// SPDX-License-Identifier: MIT
// One direction of a simulated connection.
//
// Happy path: put(), the latency passes, the frame is delivered in a step of its own. A paused lane delivers nothing and
// keeps the order. A frame without a receiver is discarded. Nothing is delivered inside a call of put(); tests that play
// one end by hand deliver at once, by deliver_now() and flush().
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "port/transport.hpp"

#include "testing/simulation/simulated_network.hpp"

namespace uvnostr::testing::detail {

struct frame {
  enum class type { open, text, binary, ping, pong, close, end };
  type kind;
  std::string text{};      // the reason of a close
  std::uint16_t code = 0;  // of a close
  port::disconnect why{};  // of an end
};

class lane : public std::enable_shared_from_this<lane> {
 public:
  explicit lane(simulated_network& of) noexcept : network_(of) {}
  lane(const lane&) = delete;
  lane& operator=(const lane&) = delete;

  void deliver_to(callback<void(frame)> receiver) noexcept { receiver_ = std::move(receiver); }
  /// Called when a frame has left the lane, before it is delivered.
  void on_taken(callback<void()> taken) noexcept { taken_ = std::move(taken); }

  void put(frame, agenda::duration delay = {});
  /// Hands the frame to the receiver at once, past what waits and also while the lane is paused.
  void deliver_now(frame);
  /// Delivers everything that waits at once.
  void flush();
  /// Discards what is delayed and not yet under way.
  void cut() noexcept;
  void pause() noexcept { paused_ = true; }
  void resume() noexcept;
  bool is_paused() const noexcept { return paused_; }
  /// A full lane takes no further message of the client.
  void fill() noexcept { full_ = true; }
  void make_room() noexcept;
  bool is_full() const noexcept { return full_; }

  bool empty() const noexcept { return items_.empty(); }
  std::size_t bytes() const noexcept { return bytes_; }
  bool holds(frame::type) const noexcept;

 private:
  struct item {
    agenda::duration due;
    frame what;
  };
  void schedule() noexcept;
  void arrive() noexcept;
  void take_first() noexcept;

  simulated_network& network_;
  callback<void(frame)> receiver_;
  callback<void()> taken_;
  std::deque<item> items_;
  agenda::duration last_due_{};
  std::size_t bytes_ = 0;
  bool paused_ = false;
  bool full_ = false;
  bool scheduled_ = false;
};

}  // namespace uvnostr::testing::detail
