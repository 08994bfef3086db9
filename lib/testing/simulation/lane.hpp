// SPDX-License-Identifier: MIT
// One direction of a simulated connection.
//
// Happy path: put(), the latency passes, the frame is delivered in a step of its own. A paused lane delivers nothing
// and keeps the order. A frame without a receiver is discarded. put() never delivers by itself. Tests that play one end
// by hand deliver at once with deliver_now() and flush().
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
  std::string text{};      // close: the reason
  std::uint16_t code = 0;  // close
  port::disconnect why{};  // end
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
  /// Delivers the frame at once, before waiting frames and even while the lane is paused.
  void deliver_now(frame);
  /// Delivers all waiting frames at once.
  void flush();
  /// Discards frames that are delayed and not yet under way.
  void cut() noexcept;
  void pause() noexcept { paused_ = true; }
  void resume() noexcept;
  bool is_paused() const noexcept { return paused_; }
  /// Whether the lane takes no further message from the client.
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
