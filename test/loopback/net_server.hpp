// SPDX-License-Identifier: MIT
// A TCP server on 127.0.0.1 in the test's own loop, which the test controls byte by byte.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <uv.h>

namespace uvnostr::test {

/// A WebSocket frame as a server sends it, without a mask.
std::string frame(unsigned opcode, std::string_view payload, bool is_final = true);
std::string text_frame(std::string_view payload);
std::string close_frame(std::uint16_t code, std::string_view reason);
/// Only the header of a frame, with the length in 64 bits.
std::string long_frame_header(unsigned opcode, std::uint64_t length);

/// A frame from a client, with its mask removed.
struct client_frame {
  unsigned opcode = 0;
  std::string payload;
  std::string mask;
};

class script_server;

/// The server's end of one connection.
class peer {
 public:
  explicit peer(script_server& server) : server_(server) {}

  void send(std::string_view bytes);
  /// Sends one byte in each turn of the loop.
  void send_in_single_bytes(std::string_view bytes);
  void finish();  // FIN
  void reset();   // RST
  void stop_reading();
  void start_reading();

  /// The complete upgrade request, without its blank line; empty until it is complete.
  std::string request;
  /// The answer that accepts `request`.
  std::string acceptance() const;
  std::vector<client_frame> frames;
  bool is_open() const { return open_; }

 private:
  friend class script_server;
  void take(std::string_view bytes);
  bool take_frame();

  script_server& server_;
  uv_tcp_t socket_{};
  std::string input_;
  std::string dripping_;
  bool open_ = true;
};

class script_server {
 public:
  explicit script_server(uv_loop_t*);
  /// Closes everything that is open; the loop must run once more before the memory is freed.
  void close();

  std::uint16_t port() const { return port_; }
  std::string url() const { return "ws://127.0.0.1:" + std::to_string(port_); }

  /// The default accepts the upgrade.
  std::function<void(peer&)> on_request = [](peer& p) { p.send(p.acceptance()); };
  std::function<void(peer&)> on_connect = [](peer&) {};
  /// All bytes as they arrive.
  std::function<void(std::string_view)> on_bytes = [](std::string_view) {};
  std::function<void(peer&, const client_frame&)> on_frame = [](peer&, const client_frame&) {};

  std::deque<std::unique_ptr<peer>> peers;
  unsigned open_peers() const;

 private:
  friend class peer;
  void accept();

  uv_loop_t* loop_;
  uv_tcp_t listener_{};
  uv_check_t drip_{};
  uv_idle_t spin_{};
  std::uint16_t port_ = 0;
};

/// A port on which nothing listens.
std::uint16_t refusing_port(uv_loop_t*);

}  // namespace uvnostr::test
