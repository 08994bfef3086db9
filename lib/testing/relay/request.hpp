// SPDX-License-Identifier: MIT
// A client's requests. Source: NIP-01, NIP-42.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <uvnostr/event.hpp>
#include <uvnostr/filter.hpp>

namespace uvnostr::testing::detail {

struct request {
  enum class verb { req, close, event, auth, invalid };
  verb kind = verb::invalid;
  std::string text{};                     // the message as received
  std::string subscription{};             // req, close
  std::vector<filter> filters{};          // req
  std::error_code filter_error{};         // req: why one of the filters could not be read
  std::optional<uvnostr::event> event{};  // event, auth; not set if it is not an event
};

request parse_request(std::string_view text);

}  // namespace uvnostr::testing::detail
