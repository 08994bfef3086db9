// SPDX-License-Identifier: MIT
// One event on its way to one relay.
#pragma once

#include <chrono>
#include <string>

#include <uvnostr/publish.hpp>
#include <uvnostr/types.hpp>

#include "base/intrusive_list.hpp"
#include "base/timer_queue.hpp"

namespace uvnostr::session {

class outbox;

/// Lifetime: the owner keeps it, and the message, until session_listener::on_delivery_done().
class delivery {
 public:
  /// `message` is the whole EVENT message.
  delivery(const std::string& message, const event_id& id, const publish_options& options) noexcept
      : message_(message), id_(id), options_(options) {}
  delivery(const delivery&) = delete;
  delivery& operator=(const delivery&) = delete;

  const event_id& id() const noexcept { return id_; }

  base::list_hook<delivery> hook{*this};

 private:
  friend class outbox;
  enum class state : unsigned char { queued, unanswered, held };

  const std::string& message_;
  const event_id id_;
  const publish_options& options_;
  void on_timer() noexcept;

  outbox* outbox_ = nullptr;
  base::timer timer_ = base::timer::calling<&delivery::on_timer>(*this);  // until send_until_ while queued, ok_timeout while unanswered
  std::chrono::microseconds send_until_{};     // on the session's clock
  std::chrono::microseconds unread_before_{};  // the session's unread_time() when ok_timeout was set
  state state_ = state::queued;
  bool sent_ = false;                          // at least once
  bool auth_tried_ = false;
};

}  // namespace uvnostr::session
