// SPDX-License-Identifier: MIT
// A DNS server on 127.0.0.1 in the test's own loop, which answers as the test says, or not at all. UDP only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <uv.h>

namespace uvnostr::test {

struct dns_question {
  std::string name;
  bool is_v6 = false;
};

struct dns_answer {
  std::vector<std::string> addresses{};  // of the family that was asked for
  unsigned code = 0;                     // 2: the server failed, 3: there is no such name. Source: RFC 1035, 4.1.1
  bool hangs = false;                    // no answer
  bool is_garbage = false;               // bytes that are no answer
};

class name_server {
 public:
  explicit name_server(uv_loop_t*);
  /// The loop must turn before it is freed.
  void close();

  /// As relay_options::name_servers takes it.
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// The default says that there is no such name.
  std::function<dns_answer(const dns_question&)> on_question = [](const dns_question&) {
    return dns_answer{.addresses = {}, .code = 3};
  };
  std::vector<dns_question> questions;
  /// Answers the questions that hung, oldest first, as on_question says now.
  void answer_late();

 private:
  struct waiting {
    std::string message;
    sockaddr_in from;
  };
  void take(std::string message, const sockaddr_in& from);

  uv_udp_t socket_{};
  std::uint16_t port_ = 0;
  char buffer_[2048];
  std::vector<waiting> late_;
};

}  // namespace uvnostr::test
