// SPDX-License-Identifier: MIT
// What relays send, stage by stage: message, event, verification, dedup, subscription, callback.
//
//   text --scan--> EVENT --> is there such a request? --> had the subscription this id? --> is it an event by NIP-01?
//        --> does it match the filters? --> verifier --> gate --> on_event
//        --> EOSE, CLOSED wait behind the events before them; OK, NOTICE, AUTH do not
//
// Whatever falls out on the way is counted under its reason and disturbs nothing else. Copies of an event that is
// being verified wait for it, those of the very same bytes without them; but if the bytes differ, nobody waits for an
// event of a relay that has sent a false one before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <uvnostr/pool.hpp>

#include "dedup/gate.hpp"
#include "pool/pending_events.hpp"
#include "pool/subscription_record.hpp"
#include "port/reactor.hpp"
#include "session/relay_session.hpp"
#include "verify/verifier.hpp"
#include "wire/event_record.hpp"
#include "wire/frame_scan.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr {

/// Whom inbound hands things to.
class inbound_listener {
 public:
  virtual void on_fresh_event(leg&, const dedup::fresh_event&, const event_view&, bool first) noexcept = 0;
  virtual void on_first_eose(leg&, eose_hint) noexcept = 0;
  virtual void on_notice(session::relay_session&, std::string_view) noexcept = 0;
  /// The subscription with this number has more events than can be remembered.
  virtual void on_forgotten(std::uint32_t subscription) noexcept = 0;
  virtual session::relay_session* session_in_slot(std::uint32_t slot) noexcept = 0;
  virtual void hold() noexcept = 0;
  virtual void unhold() noexcept = 0;

 protected:
  ~inbound_listener() = default;
};

class inbound final : private verify::verifier_listener {
 public:
  inbound(port::reactor&, inbound_listener&, const pool_options&, const dedup::gate::key& secret);

  void on_text(session::relay_session&, std::string_view message) noexcept;
  void on_binary(session::relay_session&) noexcept;
  /// At the end of a loop turn.
  void pump() noexcept { verifier_.pump(); }
  /// Nothing is handed on any more.
  void stop() noexcept { verifier_.stop(); }

  dedup::gate& gate() noexcept { return gate_; }
  const dedup::gate& gate() const noexcept { return gate_; }
  std::uint64_t verified() const noexcept { return verifier_.checked(); }

 private:
  void on_event_message(session::relay_session&, const wire::frame_head&);
  void accept(leg&, const wire::raw_event&);
  const wire::event_fields& queue(verify::treatment, leg&, const wire::raw_event&);
  void on_other_message(session::relay_session&, wire::verb, std::string_view message);
  void in_its_turn(session::relay_session&, wire::relay_message&&);
  void answer(leg&, const wire::relay_message&);
  bool is_copy(const wire::event_fields&) const noexcept;
  void deliver(leg&, const verify::verified_event&, verify::id_form) noexcept;
  void refuse(leg&, verify::verdict) noexcept;
  void dequeued(leg&, std::size_t bytes) noexcept;

  void on_verified(verify::source&, const verify::verified_event&, verify::id_form) noexcept override;
  void on_refused(verify::source&, const wire::event_fields&, verify::verdict) noexcept override;
  void on_copy(verify::source&, const wire::raw_event&) noexcept override;
  void on_joined(verify::source&, std::uint32_t fate) noexcept override;
  void on_marker(verify::source&, const wire::relay_message&) noexcept override;
  void hold() noexcept override { listener_.hold(); }
  void unhold() noexcept override { listener_.unhold(); }

  port::reactor& reactor_;
  inbound_listener& listener_;
  dedup::gate gate_;
  pending_events pending_;
  verify::verifier verifier_;
  wire::event_record record_;                   // shows one event after the other
};

}  // namespace uvnostr
