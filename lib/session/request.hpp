// SPDX-License-Identifier: MIT
// One subscription at one relay: what is asked there, under which id, and how far it got.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/filter.hpp>
#include <uvnostr/subscription.hpp>

#include "base/intrusive_list.hpp"
#include "base/timer_queue.hpp"

namespace uvnostr::session {

class request_table;

/// Lifetime: the owner keeps it, and its filters and options, until request_table::remove().
class request {
 public:
  enum class step : unsigned char {
    away,     // there is no connection
    to_ask,   // its REQ waits to be sent
    asked,    // EOSE has not come
    live,     // EOSE came
    held,     // refused for want of AUTH, which is under way
    refused,  // CLOSED; asked again after a pause or on the next connection
  };

  request(const std::vector<filter>& filters, const subscribe_options& options) noexcept
      : filters_(filters), options_(options) {}
  request(const request&) = delete;
  request& operator=(const request&) = delete;

  /// Whether on_all_eose need not wait for it any more.
  bool settled() const noexcept { return settled_; }
  /// EOSE came at least once: the application was told.
  bool answered() const noexcept { return answered_; }

  /// A verified event of this relay was delivered, or was known already.
  void note_event(unix_seconds created_at, unix_seconds now) noexcept;
  /// It sent an event that the subscription had: then its stream had come this far.
  void note_repeat(unix_seconds now) noexcept {
    if (step_ == step::live) heard_at_ = now;
  }
  /// What was delivered is no longer all remembered: a full repeat would deliver it twice.
  void note_forgotten() noexcept { forgotten_ = true; }

  base::list_hook<request> hook{*this};

 private:
  friend class request_table;

  std::optional<unix_seconds> resume_from(unix_seconds now) const noexcept;
  const std::vector<filter>& filters_;
  const subscribe_options& options_;
  void on_timer() noexcept;

  request_table* table_ = nullptr;
  base::timer timer_ = base::timer::calling<&request::on_timer>(*this);  // eose_timeout while asked, the pause while refused
  step step_ = step::away;
  bool settled_ = false;
  bool answered_ = false;
  bool forgotten_ = false;
  bool auth_tried_ = false;
  bool eose_timed_ = false;  // the time for on_all_eose runs or ran
  std::chrono::microseconds unread_before_{};  // the session's unread_time() when that time was set
  unsigned refusals_ = 0;    // temporary ones in a row
  std::optional<unix_seconds> asked_at_;       // the first time
  std::optional<unix_seconds> heard_at_;       // the last repeat after EOSE, by our clock
  std::optional<unix_seconds> newest_;         // of the verified events, at most now; all before it were sent
  std::optional<unix_seconds> arrived_;        // the same of an answer that is not complete
  std::optional<unix_seconds> oldest_stored_;  // before the first EOSE
  std::uint32_t slot_ = 0;
  std::array<char, 24> wire_id_{};
  std::size_t wire_id_size_ = 0;
  bool id_is_old_ = false;  // of the connection before: its EOSE may still wait behind events
};

}  // namespace uvnostr::session
