// SPDX-License-Identifier: MIT
// The relays of a pool in the order in which they were added, and removed relays whose connection is still closing.
//
// Each has a slot, a small number for dedup/provenance, which is reused once the relay is gone. The pool's sums keep
// the counts of relays that are gone.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include <uvnostr/stats.hpp>
#include <uvnostr/types.hpp>

#include "base/ref.hpp"
#include "session/relay_session.hpp"

namespace uvnostr {

class relay_set {
 public:
  using session_ref = base::ref<session::relay_session>;
  using sessions = std::map<relay_id, session_ref>;

  relay_id next_id() noexcept { return relay_id{++last_id_}; }
  std::uint32_t free_slot() const noexcept;
  void add(session_ref);
  /// Moves the relay to those that are leaving. Null if there is no such relay.
  session_ref remove(relay_id);
  /// A leaving session has stopped: frees its slot and returns its reference; null if it was not leaving.
  session_ref take_leaving(session::relay_session&);

  session::relay_session* find(relay_id) const noexcept;
  session::relay_session* find_url(std::string_view normalized) const noexcept;
  session::relay_session* in_slot(std::uint32_t slot) const noexcept {
    return slot < slots_.size() ? slots_[slot] : nullptr;
  }

  const sessions& present() const noexcept { return sessions_; }
  bool empty() const noexcept { return sessions_.empty(); }
  /// Whether no connection is left, not even a closing one.
  bool all_stopped() const noexcept;
  /// Stops all at once, without calls.
  void abort_all() noexcept;
  /// The counters of each relay and in total.
  void add_to(pool_stats&) const;

 private:
  sessions sessions_;
  std::vector<session_ref> leaving_;
  std::vector<session::relay_session*> slots_;
  std::uint32_t last_id_ = 0;
  message_counts gone_counts_;
  std::uint64_t gone_messages_ = 0;
  std::uint64_t gone_bytes_ = 0;
};

}  // namespace uvnostr
