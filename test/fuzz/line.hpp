// SPDX-License-Identifier: MIT
// A server on loopback that sends what it is told, and one of the library's connections to it; one after the other on
// one loop and in one context, for as long as the program runs.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <uv.h>

#include "loopback/net_server.hpp"
#include "port/world.hpp"

namespace uvnostr::fuzz {

/// What the server sends, and how it is taken.
struct broadcast {
  std::vector<std::string> chunks{};  // each is sent when the one before was read, the first when the request came
  bool accepts = false;            // the first begins with an answer that accepts; if not, "$" in it is the right key
  bool pause_in_messages = false;  // the listener stops reading in each message, and goes on a little later
  std::size_t messages = 0;        // how many are to be waited for, pongs included
  bool ends = false;               // whether the client is to end the connection by itself
  std::size_t max_message_bytes = 0;
};

/// What the listener was told.
struct reception {
  std::vector<std::string> told;  // "text ...", "binary SIZE", "pong"
  bool opened = false;
  unsigned ends = 0;
  bool ended_by_itself = false;  // before the server had hung up
  port::disconnect last;
};

class line {
 public:
  line();
  ~line();
  line(const line&) = delete;
  line& operator=(const line&) = delete;

  /// Sends all of it to a new connection, then hangs up, unless the client has.
  reception play(const broadcast&);

 private:
  class listener;
  template <class Condition>
  bool until(Condition);
  void turns(unsigned count);

  uv_loop_t loop_{};
  uv_timer_t tick_{};
  std::unique_ptr<test::script_server> server_;
  port::world* world_ = nullptr;
};

}  // namespace uvnostr::fuzz
