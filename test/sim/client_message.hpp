// SPDX-License-Identifier: MIT
// A client's messages as the relays of the seeded worlds read them, with code independent of the library's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/filter_model.hpp"

namespace uvnostr::sim {

struct client_message {
  enum class verb { req, close, event, auth, other } what = verb::other;
  std::string subscription;
  std::vector<filter_model> filters;
  std::string event_id;
};
client_message read_client_message(std::string_view);

}  // namespace uvnostr::sim
