// SPDX-License-Identifier: MIT
// One subscription at one relay: its requests, and its progress.
#pragma once

#include <cstdint>
#include <vector>

#include <uvnostr/filter.hpp>
#include <uvnostr/subscription.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "base/shared_object.hpp"
#include "base/timer_queue.hpp"
#include "session/history.hpp"
#include "session/sent_req.hpp"

namespace uvnostr::session {

class request_table;

/// Lifetime: counted. Its filters and options belong to the owner, who keeps them until request_table::remove().
class request : public base::shared_object {
 public:
  enum class step : unsigned char {
    away,     // there is no connection
    to_ask,   // its REQ is waiting to be sent
    asked,    // EOSE has not come yet
    live,     // EOSE has come
    held,     // refused because of a missing AUTH, which is under way
    refused,  // CLOSED; asked again after a pause or on the next connection
  };

  request(const std::vector<filter>& filters, const subscribe_options& options, bool only_stored) noexcept
      : history_(filters, options.resume_overlap), options_(options), only_stored_(only_stored) {}
  request(const request&) = delete;
  request& operator=(const request&) = delete;

  /// Why on_all_eose no longer waits for it.
  enum class ending : unsigned char { none, answered, refused, timed_out, unreachable };
  ending end() const noexcept { return end_; }
  bool settled() const noexcept { return end_ != ending::none; }
  /// The relay has sent CLOSED, and was not asked again since.
  bool is_refused() const noexcept { return step_ == step::refused; }
  /// Whether its past is still being requested, or will be on a connection that may come at any moment.
  bool is_catching_up() const noexcept;

  session::history& history() noexcept { return history_; }
  const session::history& history() const noexcept { return history_; }
  /// A stored event came, so the relay is making progress.
  void note_progress() noexcept { ++progress_; }

  base::list_hook<request> hook{*this};
  bool too_long = false;  // for this relay, and it cannot be split: it is refused instead of asked

 private:
  friend class request_table;
  friend class sent_req;
  void on_timer() noexcept;

  /// The REQ whose answer is still to come, or null.
  const sent_req* awaited() const noexcept {
    return page_ ? page_.get() : step_ == step::asked ? open_req_.get() : nullptr;
  }

  session::history history_;
  const subscribe_options& options_;
  const bool only_stored_;  // ends with its answer; no live events are wanted
  request_table* table_ = nullptr;
  base::timer timer_ =
      base::timer::calling<&request::on_timer>(*this);  // eose_timeout while something is waited for, else a pause
  step step_ = step::away;
  ending end_ = ending::none;
  bool eose_told_ = false;
  bool caught_up_told_ = false;  // on this connection
  bool auth_tried_ = false;
  bool page_waits_ = false;                    // a page failed, so the next one waits for the timer
  bool waits_for_others_ = false;              // pages: other relays are behind
  std::uint32_t progress_ = 0;                 // stored events so far
  std::uint32_t progress_before_ = 0;          // the same when the timer was set
  std::chrono::microseconds unread_before_{};  // back_pressure::unread_time() when the timer was set
  unsigned refusals_ = 0;                      // in a row
  unsigned failed_pages_ = 0;                  // in a row
  unsigned losses_ = 0;                        // connections that were lost since its answer came further
  unsigned fatal_ = 0;                         // connections that were lost over it
  bool suspect_ = false;                       // the last connection may have been lost over it
  bool had_turn_ = false;                      // on this connection
  bool is_slowed_ = false;                     // only its pace was refused, and it has not been answered since
  bool is_in_line_ = false;                    // the timer ends its wait for a place or for the pace
  std::uint64_t answers_before_ = 0;           // the table's answers_ when that timer was set
  std::uint64_t sent_before_ = 0;              // the table's last_place_ then
  std::chrono::microseconds turn_begun_{};     // when it was answered
  base::ref<sent_req> open_req_;               // the one that stays open
  base::ref<sent_req> page_;
};

}  // namespace uvnostr::session
