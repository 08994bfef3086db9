// SPDX-License-Identifier: MIT
#include "testing/relay/messages.hpp"

#include "testing/relay/json_array.hpp"

namespace uvnostr::testing::detail {

std::string event_message(std::string_view subscription, std::string_view json) {
  std::string message = "[\"EVENT\"," + quoted(subscription) + ",";
  return message.append(json).append("]");
}

std::string eose_message(std::string_view subscription, std::string_view hint) {
  return "[\"EOSE\"," + quoted(subscription) + (hint.empty() ? "" : ",[" + quoted(hint) + "]") + "]";
}

std::string closed_message(std::string_view subscription, std::string_view reason) {
  return "[\"CLOSED\"," + quoted(subscription) + "," + quoted(reason) + "]";
}

std::string ok_message(const event_id& id, bool accepted, std::string_view reason) {
  return "[\"OK\",\"" + id.to_hex() + (accepted ? "\",true," : "\",false,") + quoted(reason) + "]";
}

std::string notice_message(std::string_view text) { return "[\"NOTICE\"," + quoted(text) + "]"; }

std::string auth_message(std::string_view challenge) { return "[\"AUTH\"," + quoted(challenge) + "]"; }

}  // namespace uvnostr::testing::detail
