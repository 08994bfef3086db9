// SPDX-License-Identifier: MIT
// A relay's messages as JSON, for the relay itself and for scripts. Source: NIP-01, NIP-42.
#pragma once

#include <string>
#include <string_view>

#include <uvnostr/types.hpp>

namespace uvnostr::testing::detail {

std::string event_message(std::string_view subscription, std::string_view json);
/// EOSE with this hint, if it is not empty. Source: NIP-67.
std::string eose_message(std::string_view subscription, std::string_view hint = {});
std::string closed_message(std::string_view subscription, std::string_view reason);
std::string ok_message(const event_id&, bool accepted, std::string_view reason);
std::string notice_message(std::string_view text);
std::string auth_message(std::string_view challenge);

}  // namespace uvnostr::testing::detail
