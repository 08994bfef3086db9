// SPDX-License-Identifier: MIT
// The delivery of one event to one relay.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include <uvnostr/publish.hpp>
#include <uvnostr/types.hpp>

#include "base/intrusive_list.hpp"
#include "base/timer_queue.hpp"

namespace uvnostr::session {

class outbox;

/// Lifetime: the owner keeps it and the message until session_listener::on_delivery_done().
class delivery {
 public:
  /// `message` is the whole EVENT message.
  delivery(std::string_view message, const event_id& id, const publish_options& options) noexcept
      : message_(message), id_(id), options_(options) {}
  delivery(const delivery&) = delete;
  delivery& operator=(const delivery&) = delete;

  const event_id& id() const noexcept { return id_; }

  base::list_hook<delivery> hook{*this};

 private:
  friend class outbox;
  friend class delivery_index;
  enum class state : unsigned char { queued, unanswered, held };

  const std::string_view message_;
  const event_id id_;
  const publish_options& options_;
  void on_timer() noexcept;

  outbox* outbox_ = nullptr;
  delivery* next_in_bucket_ = nullptr;  // of the delivery_index
  base::timer timer_ =
      base::timer::calling<&delivery::on_timer>(*this);  // ok_timeout while unanswered, otherwise send_until_
  std::chrono::microseconds added_at_{};                 // on the session's clock
  std::chrono::microseconds sent_at_{};
  std::chrono::microseconds unread_before_{};  // back_pressure::unread_time() when ok_timeout was set
  std::chrono::microseconds looked_at_{};      // when it was last found that it had not left, or that others had
  std::uint64_t left_before_ = 0;              // the session's bytes_that_left() then
  std::uint64_t leaves_at_ = 0;                // it has left when this many bytes have; 0: it has left
  std::uint64_t place_ = 0;                    // in the order of sending
  std::string refusal_;                        // the text of a refusal after which it is sent again
  state state_ = state::queued;
  unsigned char fatal_ = 0;  // connections that the relay ended while only this was unanswered
  bool suspect_ = false;     // the relay may have ended a connection over it
  bool sent_ = false;        // at least once
  bool auth_tried_ = false;
};

}  // namespace uvnostr::session
