// SPDX-License-Identifier: MIT
// What waits in the verifier or for a subscription: whose it is, and how many bytes are counted for it.
#pragma once

#include <cstddef>

#include "receive/subscription_record.hpp"
#include "session/sent_req.hpp"
#include "verify/batch.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr {

inline session::sent_req& req_of(verify::source& from) noexcept { return static_cast<session::sent_req&>(from); }
inline relay_request& request_of(session::sent_req& req) noexcept { return static_cast<relay_request&>(req.owner()); }

/// The memory of a waiting message. It is counted, because a flood of messages would otherwise grow the queue.
inline std::size_t cost_of(const wire::relay_message& message) noexcept {
  return sizeof(verify::item) + sizeof message + message.subscription.size() + message.text.size();
}

/// The bytes counted for a copy that joined: a generous figure, so that a flood of copies is bounded as well.
inline constexpr std::size_t joined_bytes = 64;

}  // namespace uvnostr
