// SPDX-License-Identifier: MIT
// The HTTP part of the WebSocket handshake. Source: RFC 6455, 4.2.
#pragma once

#include <string>
#include <string_view>

#include <uvnostr/testing/behaviour.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr::testing::detail {

/// What is wrong with the request, in words; empty if nothing is. `head` ends with the empty line.
std::string check_upgrade(std::string_view head);

/// Whether the client wants the relay's information document instead. Source: NIP-11.
bool asks_for_document(std::string_view head) noexcept;
/// The answer to that: the document, or 404 if it is empty.
std::string make_document_answer(std::string_view document);

/// The value of the first header of that name, whatever its case; empty if there is none.
std::string_view find_header(std::string_view head, std::string_view name) noexcept;

/// The value of a Date header. Source: RFC 9110, 5.6.7.
std::string http_date(unix_seconds);

/// Sec-WebSocket-Accept for that Sec-WebSocket-Key.
std::string accept_value(std::string_view key);

/// What the rule sends as an answer to a good request; empty for those that send none.
std::string make_answer(const handshake_rule&, std::string_view key);

std::string make_http_answer(int status, const std::vector<http_header>& headers, std::string_view body);

}  // namespace uvnostr::testing::detail
