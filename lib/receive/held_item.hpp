// SPDX-License-Identifier: MIT
// What arrives for a subscription while it is paused or has too many unacknowledged events. Events, copies of earlier
// events, and ends of answers wait in the order in which they came.
#pragma once

#include <list>
#include <memory>
#include <string>

#include "base/ref.hpp"
#include "session/sent_req.hpp"
#include "verify/check.hpp"
#include "verify/verified_event.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr {

/// One of the three.
struct held_item {
  /// An event with its bytes, which stay in place when the item moves.
  struct kept_event {
    std::string json;
    wire::event_fields fields;
    verify::id_form form;

    kept_event(const verify::verified_event& event, verify::id_form id_form)
        : json(event.fields().json),
          fields(event.fields().moved_to(json.data())),
          form(id_form),
          verified_(event.in(fields)) {}
    const verify::verified_event& verified() const noexcept { return verified_; }

   private:
    verify::verified_event verified_;
  };

  base::ref<session::sent_req> to;
  std::unique_ptr<kept_event> event;
  std::unique_ptr<wire::relay_message> end_of_answer;  // EOSE or CLOSED
  event_id copied{};                                   // if neither of these is set: the event that was sent again
  unix_seconds created_at{};
  std::size_t bytes = 0;  // counted at the session
};

using held_items = std::list<held_item>;  // a deque takes 576 bytes even when it is empty

}  // namespace uvnostr
