// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <libwebsockets.h>

#include "net/upgrade_reader.hpp"
#include "port/transport.hpp"

namespace uvnostr::net {

/// The cause for an error of socket() or connect().
port::disconnect cause_of_errno(int error) noexcept;

/// The cause for libwebsockets' text when TCP was up but TLS was not.
port::disconnect cause_of_failed_tls(lws*, std::string_view text) noexcept;

/// The cause if TLS was up and then failed; nothing if it did not. The system's libwebsockets does not say.
std::optional<port::disconnect> cause_of_broken_tls(lws*) noexcept;

/// The cause for its text after the upgrade request was sent.
port::disconnect cause_of_failed_upgrade(lws*, std::string_view text) noexcept;

/// From a refusal, or from what is no valid answer.
port::disconnect cause_of_answer(const upgrade_reader&) noexcept;

/// A header of the answer as libwebsockets has it, or nothing.
std::string header_of(lws*, lws_token_indexes) noexcept;

/// Whether another address of the same host would fail in the same way.
bool is_final(const port::disconnect&) noexcept;

/// When all addresses fail, the cause with the highest rank is reported.
int rank(const port::disconnect&) noexcept;

}  // namespace uvnostr::net
