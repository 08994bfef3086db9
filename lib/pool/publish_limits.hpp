// SPDX-License-Identifier: MIT
// Events that a relay would refuse by what its information document says. Source: NIP-11, limitation.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <system_error>

#include <uvnostr/event.hpp>
#include <uvnostr/information.hpp>

namespace uvnostr {

struct foreseen_refusal {
  std::error_code cause;
  std::string words;  // which limit, and what the event has
};

/// Nothing if the relay may take the event. `now` is the relay's clock. Whether a payment is due, or the writer is
/// admitted, is for the relay to say: we do not know who has paid.
std::optional<foreseen_refusal> foresee_refusal(const relay_limitation&, const event_view&, std::size_t message_bytes,
                                                unix_seconds now, bool has_users);

}  // namespace uvnostr
