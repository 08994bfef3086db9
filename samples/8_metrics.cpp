// SPDX-License-Identifier: MIT
// Serves a pool's metrics to Prometheus over HTTP, on the pool's own loop, and writes a log. New since 7: metrics_text()
// and on_log. Give relays as arguments and look at http://127.0.0.1:9464/metrics. Without arguments, it starts relays in
// this process, asks itself once, and ends.
#include <array>
#include <iostream>
#include <list>
#include <string>
#include <string_view>

#include <uv.h>
#include <uvnostr/uvnostr.hpp>

#include "local_relay.hpp"

namespace {

/// The server: one short request for each connection. It listens on the loopback interface only, because the metrics show
/// which relays you use.
class metrics_server {
 public:
  metrics_server(uv_loop_t* loop, const uvnostr::pool& pool) : pool_(pool) {
    uv_tcp_init(loop, &listener_);
    listener_.data = this;
  }

  /// The port may be 0: any that is free. Returns the port, or 0 if it cannot listen.
  int listen(int port) {
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", port, &address);
    uv_tcp_bind(&listener_, reinterpret_cast<const sockaddr*>(&address), 0);
    const int status = uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), 8, [](uv_stream_t* from, int wrong) {
      if (wrong == 0) static_cast<metrics_server*>(from->data)->accept();
    });
    int size = sizeof address;
    if (status != 0 || uv_tcp_getsockname(&listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
    return ntohs(address.sin_port);
  }

  void close() {
    uv_close(reinterpret_cast<uv_handle_t*>(&listener_), nullptr);
    for (visitor& each : visitors_) each.leave();
  }

 private:
  static constexpr std::size_t most_visitors = 16;
  static constexpr std::uint64_t patience_ms = 5'000;

  struct visitor {
    metrics_server* server;
    uv_tcp_t socket{};
    uv_timer_t timer{};
    uv_write_t write{};
    std::array<char, 4096> request{};  // longer ones are refused
    std::size_t request_bytes = 0;
    std::string answer{};
    int open_handles = 2;

    void leave() {
      for (auto* const handle : {reinterpret_cast<uv_handle_t*>(&socket), reinterpret_cast<uv_handle_t*>(&timer)}) {
        if (uv_is_closing(handle) != 0) continue;
        uv_close(handle, [](uv_handle_t* closed) {
          auto& self = *static_cast<visitor*>(closed->data);
          if (--self.open_handles == 0) self.server->visitors_.remove_if([&](visitor& v) { return &v == &self; });
        });
      }
    }
  };

  void accept() {
    visitor& from = visitors_.emplace_back(visitor{.server = this});
    uv_tcp_init(listener_.loop, &from.socket);
    uv_timer_init(listener_.loop, &from.timer);
    from.socket.data = from.timer.data = from.write.data = &from;
    auto* const stream = reinterpret_cast<uv_stream_t*>(&from.socket);
    uv_accept(reinterpret_cast<uv_stream_t*>(&listener_), stream);
    if (visitors_.size() > most_visitors) return from.leave();
    uv_timer_start(
        &from.timer, [](uv_timer_t* t) { static_cast<visitor*>(t->data)->leave(); }, patience_ms, 0);
    uv_read_start(
        stream,
        [](uv_handle_t* to, std::size_t, uv_buf_t* room) {
          auto& v = *static_cast<visitor*>(to->data);
          *room = uv_buf_init(v.request.data() + v.request_bytes,
                              static_cast<unsigned>(v.request.size() - v.request_bytes));
        },
        [](uv_stream_t* read, ssize_t bytes, const uv_buf_t*) {
          auto& v = *static_cast<visitor*>(read->data);
          if (bytes < 0) return v.leave();
          v.request_bytes += static_cast<std::size_t>(bytes);
          const std::string_view request(v.request.data(), v.request_bytes);
          const bool is_full = v.request_bytes == v.request.size();
          if (is_full || request.find("\r\n\r\n") != std::string_view::npos) v.server->answer(v, request);
        });
  }

  void answer(visitor& to, std::string_view request) {
    uv_read_stop(reinterpret_cast<uv_stream_t*>(&to.socket));
    const bool is_known = request.starts_with("GET /metrics ") || request.starts_with("GET /metrics?");
    const std::string body = is_known ? metrics_text(pool_) : "Ask for /metrics.\n";
    to.answer = std::string("HTTP/1.1 ") + (is_known ? "200 OK" : "404 Not Found") +
                "\r\nContent-Type: " + std::string(is_known ? uvnostr::metrics_content_type : "text/plain") +
                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
    const uv_buf_t bytes = uv_buf_init(to.answer.data(), static_cast<unsigned>(to.answer.size()));
    uv_write(&to.write, reinterpret_cast<uv_stream_t*>(&to.socket), &bytes, 1,
             [](uv_write_t* done, int) { static_cast<visitor*>(done->data)->leave(); });
  }

  const uvnostr::pool& pool_;
  uv_tcp_t listener_{};
  std::list<visitor> visitors_;
};

/// Asks the server as Prometheus does, on the same loop.
struct scrape {
  uv_tcp_t socket{};
  uv_connect_t connect{};
  uv_write_t write{};
  std::string answer{};
  std::array<char, 4096> room{};
  bool is_over = false;

  void start(uv_loop_t* loop, int port) {
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", port, &address);
    uv_tcp_init(loop, &socket);
    socket.data = connect.data = this;
    uv_tcp_connect(&connect, &socket, reinterpret_cast<const sockaddr*>(&address), [](uv_connect_t* done, int wrong) {
      auto& self = *static_cast<scrape*>(done->data);
      static char request[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
      const uv_buf_t bytes = uv_buf_init(request, sizeof request - 1);
      if (wrong == 0) uv_write(&self.write, done->handle, &bytes, 1, nullptr);
      uv_read_start(
          done->handle,
          [](uv_handle_t* to, std::size_t, uv_buf_t* into) {
            auto& all = static_cast<scrape*>(to->data)->room;
            *into = uv_buf_init(all.data(), static_cast<unsigned>(all.size()));
          },
          [](uv_stream_t* from, ssize_t count, const uv_buf_t* read) {
            auto& reader = *static_cast<scrape*>(from->data);
            if (count > 0) return void(reader.answer.append(read->base, static_cast<std::size_t>(count)));
            reader.is_over = true;
            uv_close(reinterpret_cast<uv_handle_t*>(from), nullptr);
          });
    });
  }
};

}  // namespace

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  const samples::relays from(loop, argc, argv, 2);
  auto pool =
      uvnostr::pool::make(loop, {.relays = from.urls},
                          {.on_log = [](const uvnostr::log_entry& entry) { std::cerr << entry.line() << '\n'; }});
  if (!pool) return 1;
  metrics_server server(loop, *pool);
  const int port = server.listen(from.are_local() ? 0 : 9464);
  if (port == 0) {
    std::cerr << "the port for the metrics is taken\n";
    return 1;
  }
  std::cout << "metrics: http://127.0.0.1:" << port << "/metrics\n";

  scrape own;
  auto notes = pool->subscribe(uvnostr::filter{.kinds = {1}}, {.on_all_eose = [&] {
                                 if (from.are_local()) own.start(loop, port);
                               }});
  if (!notes) return 1;
  if (!from.are_local()) return uv_run(loop, UV_RUN_DEFAULT);

  while (!own.is_over) uv_run(loop, UV_RUN_ONCE);
  const bool is_good = own.answer.starts_with("HTTP/1.1 200 OK\r\n") && own.answer.ends_with("# EOF\n") &&
                       own.answer.find("\nuvnostr_relays{state=\"connected\"} 2\n") != std::string::npos;
  std::cout << own.answer.size() << " bytes of metrics; one of them:\n"
            << own.answer.substr(own.answer.find("# TYPE uvnostr_messages "), 130) << "...\n";
  server.close();
  pool->close();
  uv_run(loop, UV_RUN_DEFAULT);
  return is_good ? 0 : 1;
}
