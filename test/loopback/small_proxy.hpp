// SPDX-License-Identifier: MIT
// A proxy on 127.0.0.1 in the test's own loop: SOCKS5 or HTTP CONNECT. Wherever it is told to connect, it connects to
// one port of this machine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <uv.h>

namespace uvnostr::test {

class small_proxy {
 public:
  small_proxy(uv_loop_t*, std::uint16_t target_port);
  ~small_proxy();
  /// Closes what is open; the loop must turn before it is freed.
  void close();

  /// As relay_options::proxy takes it, "socks5" or "http".
  std::string url(std::string_view scheme, std::string_view login = {}) const {
    return std::string(scheme) + "://" + std::string(login) + "127.0.0.1:" + std::to_string(port_);
  }
  bool is_http = false;
  std::string user;  // empty: no login
  std::string password;
  unsigned char refusal = 0;  // of SOCKS
  bool hangs_up = false;      // as soon as something comes
  /// "name:port" of each connection that it was asked for.
  std::vector<std::string> asked;

 private:
  struct tunnel;
  struct end {
    uv_tcp_t socket{};
    tunnel* of = nullptr;
    end* other = nullptr;
    bool is_open = false;
  };
  struct tunnel {
    small_proxy* proxy = nullptr;
    end client;
    end relay;
    std::string received;
    bool knows_user = false;
    bool greeted = false;
    bool stands = false;
  };
  static void write(end&, std::string_view);
  static void read(end&);
  void hear(tunnel&);
  bool hear_socks(tunnel&);
  bool hear_http(tunnel&);
  void connect(tunnel&, const std::string& name, std::string_view answer);
  static void close_both(tunnel&);

  uv_loop_t* loop_;
  std::uint16_t target_;
  uv_tcp_t listener_{};
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<tunnel>> tunnels_;
};

}  // namespace uvnostr::test
