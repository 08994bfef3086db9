// SPDX-License-Identifier: MIT
// Events that a subscription could not get: told with on_caught_up, never passed over.
#pragma once

#include <string_view>

#include <uvnostr/types.hpp>

namespace uvnostr {

/// Why events could not be had.
enum class gap_reason {
  relay_cap,  ///< one second has more events than the relay gives in one answer
  refused,    ///< the relay refused the request for them, or hung up over it
  no_answer,  ///< the relay did not answer the request for them within eose_timeout
  ephemeral,  ///< kinds 20000 to 29999, which relays do not store (NIP-01): what was sent while the connection was away
  too_big,    ///< an event is larger than relay_options::max_message_bytes
  memory,     ///< pool_options::seen_entries is too small to tell new events of these dates from those given before
};

/// The name of the enumerator. Lifetime: static.
UVNOSTR_API std::string_view to_string(gap_reason) noexcept;

/// Events with a `created_at` from `from` to `to`, both included, may be missing. A gap without an end has
/// `unix_seconds::max()` for `to`, because events may be dated in the future. What a later connection can still get is
/// asked for again there.
struct gap {
  unix_seconds from{};
  unix_seconds to{};
  gap_reason reason{};

  friend bool operator==(const gap&, const gap&) = default;
};

}  // namespace uvnostr
