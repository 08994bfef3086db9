// SPDX-License-Identifier: MIT
// Whether options are in their ranges, which the public headers state. The subject of an error is a sentence:
// "relay_options::ping_interval is -5 ms; it must be 0 or from 1 ms to 365 days".
#pragma once

#include <string_view>

#include <uvnostr/pool.hpp>

#include "port/transport.hpp"

namespace uvnostr {

/// `owner` is what stands before the names of the options. Errors: option_range, and what transport.check() finds.
error check_options(const relay_options&, std::string_view owner, port::transport&);
/// The relays and their defaults apart. Errors: option_range.
error check_options(const pool_options&);
error check_options(const subscribe_options&);
error check_options(const fetch_options&);
error check_options(const publish_options&);

}  // namespace uvnostr
