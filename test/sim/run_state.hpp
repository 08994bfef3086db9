// SPDX-License-Identifier: MIT
// The state shared by all parts of a simulated world: randomness, the clock, the agenda and the log.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <uvnostr/types.hpp>

#include "port/reactor.hpp"
#include "sim/random_source.hpp"

namespace uvnostr::sim {

/// Situations that must occur at least once in a thousand worlds, so that the tests cover them.
enum class situation : unsigned char {
  refused,
  hung,
  failed_at_once,
  dropped_before_open,
  dropped_at_open,
  dropped_mid_stored,
  dropped_after_eose,
  dropped_live,
  frozen,
  forged,
  duplicated,
  off_filter,
  garbage,
  noticed,
  closed,
  silent_req,
  silent_ok,
  rejected,
  backdated,
  same_second,
  future,
  socket_full,
  paused,
  worker_refused,
  worker_late,
  from_callback,
  resumed,
  stopped_for_good,
  authenticated,
  destroyed_in_callback,
  publish_waited,
  capped,
  paged,
  page_refused,
  page_ignored,
  closed_after_eose,
  hung_up_over_req,
  never_asked_again,
  import_not_due,
  gap_of_cap,
  gap_of_refusal,
  gap_of_silence,
  gap_of_ephemeral,
  gap_of_memory,
  lied_of_finish,
  clock_set,
  held_by_pause,
  held_by_acknowledgement,
  restarted,
  repeated_after_restart,
  count_,
};
inline constexpr std::array<const char*, static_cast<std::size_t>(situation::count_)> situation_names{
    "refused",
    "hung",
    "failed at once",
    "dropped before open",
    "dropped at open",
    "dropped mid stored",
    "dropped after EOSE",
    "dropped live",
    "frozen",
    "forged",
    "duplicated",
    "off filter",
    "garbage",
    "NOTICE",
    "CLOSED",
    "silent to REQ",
    "silent to EVENT",
    "rejected",
    "backdated",
    "same second",
    "future",
    "socket full",
    "reading paused",
    "worker refused",
    "worker out of order",
    "call from a callback",
    "REQ with a cursor",
    "stopped for good",
    "authenticated",
    "destroyed in a callback",
    "publish waited",
    "answer cut by a cap",
    "page asked",
    "page refused",
    "page ignored",
    "CLOSED after EOSE",
    "hung up over a REQ",
    "never asked again by itself",
    "import that cannot be asked for",
    "gap: cap",
    "gap: refused",
    "gap: no answer",
    "gap: ephemeral",
    "gap: memory",
    "false finish",
    "our clock was set",
    "held by pause()",
    "held for want of acknowledge()",
    "restarted",
    "given again after a restart"};
using situation_counts = std::array<std::uint64_t, situation_names.size()>;

class run_state {
 public:
  run_state(std::uint64_t seed, bool logged) : random(seed), logged_(logged) {}

  // The true date, and that of our clock.
  unix_seconds true_date() const noexcept { return first_date + std::chrono::floor<std::chrono::seconds>(elapsed()); }
  unix_seconds our_date() const noexcept { return true_date() + our_error; }
  port::time_point when(unix_seconds date) const noexcept { return start + (date - first_date); }

  // The clock.
  port::time_point now() const noexcept { return now_; }
  duration elapsed() const noexcept { return now_ - start; }
  void move_to(port::time_point t) noexcept { now_ = std::max(now_, t); }

  // The agenda.
  void after(duration wait, std::function<void()> what) {
    agenda_.push_back({now_ + wait, ++entries_, std::move(what)});
    std::push_heap(agenda_.begin(), agenda_.end(), later);
  }
  bool is_empty() const noexcept { return agenda_.empty(); }
  port::time_point next() const noexcept { return agenda_.front().at; }
  void do_next() {
    std::pop_heap(agenda_.begin(), agenda_.end(), later);
    const std::function<void()> what = std::move(agenda_.back().what);
    agenda_.pop_back();
    what();
  }

  // The log.
  template <class... Parts>
  void log(const Parts&... parts) {
    if (logged_) add_line(parts...);
  }
  /// Records that a promise of the library was broken. The first one counts.
  template <class... Parts>
  void fail(const Parts&... parts) {
    if (!failure_.empty()) return;
    std::ostringstream text;
    (text << ... << parts);
    failure_ = text.str();
    log("BROKEN: ", failure_);
  }
  bool has_failed() const noexcept { return !failure_.empty(); }
  const std::string& failure() const noexcept { return failure_; }
  std::vector<std::string> take_log() { return std::move(lines_); }
  void saw(situation t) noexcept { ++situations[static_cast<std::size_t>(t)]; }

  static constexpr port::time_point start{std::chrono::hours(1)};
  random_source random;
  unix_seconds first_date{};
  std::chrono::seconds our_error{};
  situation_counts situations{};
  std::uint64_t step = 0;
  unsigned subscriptions = 0;  // numbers given so far
  std::uint64_t order = 0;     // of events and REQs that reach a relay

 private:
  struct entry {
    port::time_point at;
    std::uint64_t number;
    std::function<void()> what;
  };
  static bool later(const entry& a, const entry& b) noexcept {
    return a.at != b.at ? a.at > b.at : a.number > b.number;
  }
  template <class... Parts>
  void add_line(const Parts&... parts) {
    std::ostringstream text;
    const auto us = elapsed().count();
    char stamp[48];
    std::snprintf(stamp, sizeof stamp, "%lldd %02lld:%02lld:%02lld.%06lld  ",
                  static_cast<long long>(us / 86'400'000'000), static_cast<long long>(us / 3'600'000'000 % 24),
                  static_cast<long long>(us / 60'000'000 % 60), static_cast<long long>(us / 1'000'000 % 60),
                  static_cast<long long>(us % 1'000'000));
    text << stamp;
    (text << ... << parts);
    lines_.push_back(text.str());
  }

  const bool logged_;
  port::time_point now_ = start;
  std::vector<entry> agenda_;
  std::uint64_t entries_ = 0;
  std::string failure_;
  std::vector<std::string> lines_;
};

}  // namespace uvnostr::sim
