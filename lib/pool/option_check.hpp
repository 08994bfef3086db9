// SPDX-License-Identifier: MIT
// Checks options against the ranges in the public headers. The subject of an error is a sentence:
// "relay_options::ping_interval is -5 ms; it must be 0 or from 1 ms to 365 days".
#pragma once

#include <string_view>

#include <uvnostr/pool.hpp>

#include "port/transport.hpp"

namespace uvnostr {

/// `owner` is the prefix of the options' names. Errors: option_range, and those of transport.check().
error check_options(const relay_options&, std::string_view owner, port::transport&);
/// Checks all options except the relays and their defaults. Errors: option_range.
error check_options(const pool_options&);
error check_options(const subscribe_options&);
error check_options(const fetch_options&);
error check_options(const publish_options&);
/// Checks the timeout. Errors: option_range.
error check_signer(const signer&);

}  // namespace uvnostr
