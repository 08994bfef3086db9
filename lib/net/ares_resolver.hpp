// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <system_error>
#include <vector>

// ares_process_fd() is deprecated since 1.34, but Debian 12 lacks its successor.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <uv.h>

#include "net/name_question.hpp"

namespace uvnostr::net {

/// One query for a name, answered from /etc/hosts or by the name servers, which c-ares asks from the loop. Each query
/// has its own channel, so it ends at once when cancelled, and reads the system's current settings.
class ares_question final : public name_question {
 public:
  /// `servers` has the form of ares_set_servers_ports_csv(); empty: the system's. If it returns an error, there is no
  /// query.
  static std::error_code ask(uv_loop_t*, const std::string& host, const std::string& servers, name_listener&,
                             name_question*& out) noexcept;
  void cancel() noexcept override;

 private:
  struct family {
    bool is_answered = false;
    bool is_told = false;
    int status = 0;
    std::vector<ip_address> addresses;
  };

  ares_question(uv_loop_t*, name_listener&) noexcept;
  ~ares_question() = default;
  int open(const std::string& servers) noexcept;
  void ask_servers(const std::string& host) noexcept;
  bool look_up_here(const std::string& host) noexcept;
  void process(ares_socket_t readable, ares_socket_t writable) noexcept;
  void settle() noexcept;
  void tell(bool is_complete) noexcept;
  std::error_code final_error(std::string& detail) const noexcept;
  void start_timer() noexcept;
  void end() noexcept;
  static void on_socket_state(void* self, ares_socket_t, int readable, int writable) noexcept;
  static void on_family(family&, int status, ares_addrinfo*) noexcept;

  uv_loop_t* loop_;
  name_listener* listener_;
  ares_channel channel_ = nullptr;
  family v6_;
  family v4_;
  std::uint64_t patience_ends_ms_ = 0;  // when to stop waiting for the other family; 0: none has answered
  std::vector<uv_poll_t*> sockets_;     // each frees itself when libuv has closed it
  uv_timer_t timer_{};
};

}  // namespace uvnostr::net
