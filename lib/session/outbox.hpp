// SPDX-License-Identifier: MIT
// The events for one relay: those that wait to be sent, and those that wait for the relay's OK.
//
// Happy path: add -> queued -> sent -> OK -> on_delivery_done(accepted).
// What can go wrong:
//   the relay is away           the event waits, within max_publish_bytes and send_timeout
//   the connection is lost      what was not answered is sent again: a relay that has it says "duplicate:"
//   OK never comes              timed_out after ok_timeout
//   OK false, auth-required     held until AUTH is done, sent once more
//   OK for an id nobody sent, or a second OK    ignored
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <system_error>
#include <unordered_map>

#include "base/intrusive_list.hpp"
#include "session/delivery.hpp"

namespace uvnostr::session {

class relay_session;

class outbox {
 public:
  explicit outbox(relay_session& session) noexcept : session_(session) {}

  /// Errors: queue_full. Then the delivery stays the caller's.
  std::error_code add(delivery&);

  void on_disconnected() noexcept;
  /// Sends what is due. False if the socket is full.
  bool pump();
  /// False if nobody waits for it.
  bool on_ok(const event_id&, bool accepted, std::string_view text);
  void on_auth(bool accepted, std::string_view text);
  /// Ends all that is left: not_sent, or timed_out if it was sent.
  void fail_all(std::error_code cause) noexcept;

  std::size_t bytes() const noexcept { return bytes_; }

 private:
  /// Ids are the application's own here, so their first bytes will do.
  struct id_hash {
    std::size_t operator()(const event_id& id) const noexcept {
      std::size_t h;
      std::memcpy(&h, id.bytes.data(), sizeof h);
      return h;
    }
  };
  using list = base::intrusive_list<delivery>;
  friend class delivery;

  void forget_unanswered(delivery&) noexcept;
  void requeue(delivery&) noexcept;
  void finish(delivery&, outcome, std::string_view text, std::error_code cause) noexcept;
  void on_timer(delivery&) noexcept;

  relay_session& session_;
  list queued_;
  list unanswered_;
  list held_;
  std::unordered_multimap<event_id, delivery*, id_hash> by_id_;  // the unanswered ones
  std::size_t bytes_ = 0;
};

}  // namespace uvnostr::session
