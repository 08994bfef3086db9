// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <utility>

#include "testing/relay/timer.hpp"
#include "testing/simulation/agenda.hpp"

namespace uvnostr::testing::detail {

class virtual_timer final : public timer {
 public:
  explicit virtual_timer(agenda& on) noexcept : agenda_(on) {}
  virtual_timer(const virtual_timer&) = delete;
  virtual_timer& operator=(const virtual_timer&) = delete;
  ~virtual_timer() override { stop(); }

  void start(std::chrono::milliseconds delay, callback<void()> due) noexcept override {
    stop();
    ticket_ = agenda_.after(delay, [this, call = std::move(due)]() mutable {
      ticket_.reset();
      call();
    });
  }
  void stop() noexcept override {
    if (ticket_) agenda_.cancel(*std::exchange(ticket_, std::nullopt));
  }
  bool is_running() const noexcept override { return ticket_.has_value(); }

 private:
  agenda& agenda_;
  std::optional<agenda::ticket> ticket_;
};

}  // namespace uvnostr::testing::detail
