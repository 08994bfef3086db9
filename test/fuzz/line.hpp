// SPDX-License-Identifier: MIT
// A server on loopback that sends given bytes, and one of the library's connections to it. All exchanges run one after
// another on one loop and in one context, as long as the program runs.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <uv.h>

#include "loopback/net_server.hpp"
#include "port/world.hpp"

namespace uvnostr::fuzz {

/// What the server sends, and how the client behaves.
struct broadcast {
  std::vector<std::string> chunks{};  // the first is sent after the request, each other when the previous one was read
  bool accepts = false;            // the first chunk begins with a valid answer; otherwise "$" in it is the right key
  bool pause_in_messages = false;  // the listener stops reading in each message, and resumes a little later
  std::size_t messages = 0;        // how many to wait for, including pongs
  bool ends = false;               // whether the client should end the connection by itself
  std::size_t max_message_bytes = 0;
};

/// The calls that the listener got.
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

  /// Sends everything to a new connection, then hangs up unless the client has.
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
