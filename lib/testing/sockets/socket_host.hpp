// SPDX-License-Identifier: MIT
// A TCP port on a libuv loop.
//
// Happy path: make binds the port, listen, clients are accepted, refuse, listen again, close. While it refuses, the port
// stays bound without listening, so that no other program gets it. If it is lost all the same, the next listen() fails.
#pragma once

#include <memory>
#include <string>

#include <uvnostr/testing/relay.hpp>

#include "testing/relay/host.hpp"
#include "testing/sockets/loop_timer.hpp"
#include "testing/sockets/tls_server.hpp"

namespace uvnostr::testing::detail {

class socket_host final : public host {
 public:
  /// Errors: those of test_relay::start().
  static result<std::unique_ptr<host>> make(uv_loop_t*, const test_relay_options&) noexcept;
  socket_host(uv_loop_t*, const test_relay_options&) noexcept;
  socket_host(const socket_host&) = delete;
  socket_host& operator=(const socket_host&) = delete;
  ~socket_host() override { close(); }

  std::error_code listen(relay_core&) noexcept override;
  void refuse() noexcept override;
  void close() noexcept override;
  std::string url(std::string_view name) const override;
  std::uint16_t port() const noexcept override { return port_; }
  const std::string& ca_file() const noexcept override;
  std::unique_ptr<timer> make_timer() override { return std::make_unique<loop_timer>(context_); }
  unix_seconds wall_clock() const noexcept override;
  std::chrono::microseconds elapsed() const noexcept override;

 private:
  struct listener;
  std::error_code bind() noexcept;
  std::error_code prepare_tls(const test_relay_options&) noexcept;
  uv_stream_t* stream() noexcept;
  void accept();

  loop_context context_;
  bool ipv6_;
  std::uint16_t port_;
  relay_core* core_ = nullptr;  // once it listens
  listener* listener_ = nullptr;
  std::unique_ptr<certificate_authority> authority_;
  std::shared_ptr<tls_server> tls_;
};

}  // namespace uvnostr::testing::detail
