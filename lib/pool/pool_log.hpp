// SPDX-License-Identifier: MIT
// Gives a pool's log to the program.
//
// Happy path: write() copies the entry and its texts, and the callback gets it at the end of the turn, in the order of
// all other deferred calls.
// What can go wrong: entries come faster than the program takes them, because a relay floods us. Beyond `most_waiting`
// they are left out, and one more entry says how many. The callback may destroy the pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <uvnostr/pool.hpp>

#include "base/log.hpp"
#include "receive/deferred_calls.hpp"

namespace uvnostr {

class pool_log final : public base::log {
 public:
  /// `callbacks` are the pool's, which outlive this.
  pool_log(log_level, pool_callbacks& callbacks, deferred_calls& later) noexcept;

  void write(log_level, std::string_view message, const base::log_subject&,
             std::initializer_list<base::log_detail> = {}) noexcept override;
  /// Nothing is written from now on.
  void stop() noexcept { stopped_ = true; }

 private:
  struct kept_entry;
  static constexpr std::size_t most_waiting = 1000;

  void give(const kept_entry&) noexcept;

  pool_callbacks& callbacks_;
  deferred_calls& later_;
  std::size_t waiting_ = 0;
  std::uint64_t left_out_ = 0;
  bool stopped_ = false;
};

}  // namespace uvnostr
