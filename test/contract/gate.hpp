// SPDX-License-Identifier: MIT
// A gate on 127.0.0.1 between the clients of a server and the server. It passes bytes on, or keeps back what some of the
// clients send and then breaks their connections, so that all of that is lost.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <uv.h>

namespace test {

class gate {
 public:
  /// What clients send is kept back only on connections on which this text was ever sent.
  gate(uv_loop_t* loop, int server_port, std::string mark) : loop_(loop), server_(server_port), mark_(std::move(mark)) {
    const sockaddr_in any = address_of(0);
    sockaddr_in bound{};
    int size = sizeof bound;
    uv_tcp_init(loop_, &listener_);
    listener_.data = this;
    const auto on_client = [](uv_stream_t* at, int) { static_cast<gate*>(at->data)->accept(); };
    if (uv_tcp_bind(&listener_, reinterpret_cast<const sockaddr*>(&any), 0) != 0 ||
        uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), 128, on_client) != 0 ||
        uv_tcp_getsockname(&listener_, reinterpret_cast<sockaddr*>(&bound), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(bound.sin_port);
  }
  gate(const gate&) = delete;
  gate& operator=(const gate&) = delete;

  int port() const { return port_; }
  /// From now on nothing that is sent on a marked connection gets through.
  void hold() { holds_ = true; }
  /// Breaks the marked connections. Others that are made from now on work.
  void break_held() {
    holds_ = false;
    for (tunnel* const each : std::vector<tunnel*>(tunnels_)) {
      if (each->is_marked) end(each);
    }
  }
  /// Ends everything; the loop must turn before the gate is destroyed.
  void close() {
    for (tunnel* const each : std::vector<tunnel*>(tunnels_)) end(each);
    uv_close(reinterpret_cast<uv_handle_t*>(&listener_), nullptr);
  }

 private:
  struct tunnel {
    gate* of;
    uv_tcp_t client{};
    uv_tcp_t server{};
    uv_connect_t connecting{};
    bool is_marked = false;
    bool is_over = false;
    int closed = 0;
    char room[64 * 1024]{};
  };
  struct writing {
    uv_write_t request{};
    std::string bytes;
  };

  static sockaddr_in address_of(int port) {
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", port, &address);
    return address;
  }
  static uv_stream_t* stream(uv_tcp_t& of) { return reinterpret_cast<uv_stream_t*>(&of); }

  void accept() {
    auto* const made = new tunnel{.of = this};
    uv_tcp_init(loop_, &made->client);
    uv_tcp_init(loop_, &made->server);
    made->client.data = made->server.data = made->connecting.data = made;
    tunnels_.push_back(made);
    if (uv_accept(stream(listener_), stream(made->client)) != 0) return end(made);
    const sockaddr_in to = address_of(server_);
    uv_tcp_connect(&made->connecting, &made->server, reinterpret_cast<const sockaddr*>(&to),
                   [](uv_connect_t* request, int status) {
                     auto* const self = static_cast<tunnel*>(request->data);
                     if (self->is_over) return;
                     if (status != 0) return end(self);
                     read(self->client);
                     read(self->server);
                   });
  }

  static void read(uv_tcp_t& from) {
    uv_read_start(
        stream(from),
        [](uv_handle_t* h, std::size_t, uv_buf_t* buffer) {
          auto* const self = static_cast<tunnel*>(h->data);
          *buffer = uv_buf_init(self->room, sizeof self->room);
        },
        [](uv_stream_t* s, ssize_t size, const uv_buf_t* buffer) {
          auto* const self = static_cast<tunnel*>(s->data);
          if (size < 0) return end(self);
          self->of->pass_on(*self, s == stream(self->client), {buffer->base, static_cast<std::size_t>(size)});
        });
  }

  void pass_on(tunnel& at, bool is_from_client, std::string_view bytes) {
    if (is_from_client) {
      at.is_marked = at.is_marked || bytes.find(mark_) != std::string_view::npos;
      if (at.is_marked && holds_) return;  // the connection will break, so nobody misses it here
    }
    auto* const made = new writing{.bytes = std::string(bytes)};
    made->request.data = made;
    const uv_buf_t buffer = uv_buf_init(made->bytes.data(), static_cast<unsigned>(made->bytes.size()));
    const auto on_written = [](uv_write_t* request, int) { delete static_cast<writing*>(request->data); };
    if (uv_write(&made->request, stream(is_from_client ? at.server : at.client), &buffer, 1, on_written) != 0) {
      delete made;
      end(&at);
    }
  }

  static void end(tunnel* at) {
    if (std::exchange(at->is_over, true)) return;
    std::erase(at->of->tunnels_, at);
    for (uv_tcp_t* const each : {&at->client, &at->server}) {
      uv_close(reinterpret_cast<uv_handle_t*>(each), [](uv_handle_t* h) {
        auto* const self = static_cast<tunnel*>(h->data);
        if (++self->closed == 2) delete self;
      });
    }
  }

  uv_loop_t* loop_;
  const int server_;
  const std::string mark_;
  uv_tcp_t listener_{};
  int port_ = 0;
  bool holds_ = false;
  std::vector<tunnel*> tunnels_;  // that are not over
};

}  // namespace test
