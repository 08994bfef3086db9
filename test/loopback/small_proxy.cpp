// SPDX-License-Identifier: MIT
#include "loopback/small_proxy.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace uvnostr::test {
namespace {

template <class Handle>
uv_stream_t* as_stream(Handle& handle) {
  return reinterpret_cast<uv_stream_t*>(&handle);
}

sockaddr_in here(int port) {
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", port, &address);
  return address;
}

unsigned byte_at(const std::string& text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

}  // namespace

small_proxy::small_proxy(uv_loop_t* loop, std::uint16_t target_port) : loop_(loop), target_(target_port) {
  uv_tcp_init(loop, &listener_);
  listener_.data = this;
  sockaddr_in address = here(0);
  EXPECT_EQ(uv_tcp_bind(&listener_, reinterpret_cast<const sockaddr*>(&address), 0), 0);
  EXPECT_EQ(uv_listen(as_stream(listener_), 16,
                      [](uv_stream_t* listener, int) {
                        auto* const self = static_cast<small_proxy*>(listener->data);
                        auto& made = *self->tunnels_.emplace_back(std::make_unique<tunnel>());
                        made.proxy = self;
                        for (end* each : {&made.client, &made.relay}) {
                          uv_tcp_init(self->loop_, &each->socket);
                          each->socket.data = each;
                          each->of = &made;
                          each->is_open = true;
                        }
                        made.client.other = &made.relay;
                        made.relay.other = &made.client;
                        EXPECT_EQ(uv_accept(listener, as_stream(made.client.socket)), 0);
                        read(made.client);
                      }),
            0);
  int size = sizeof address;
  uv_tcp_getsockname(&listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
}

small_proxy::~small_proxy() = default;

void small_proxy::close() {
  uv_close(reinterpret_cast<uv_handle_t*>(&listener_), nullptr);
  for (auto& each : tunnels_) close_both(*each);
}

void small_proxy::close_both(tunnel& t) {
  for (end* each : {&t.client, &t.relay}) {
    if (std::exchange(each->is_open, false)) uv_close(reinterpret_cast<uv_handle_t*>(&each->socket), nullptr);
  }
}

void small_proxy::write(end& to, std::string_view bytes) {
  struct request {
    uv_write_t write{};
    std::string bytes;
  };
  auto* made = new request{{}, std::string(bytes)};
  made->write.data = made;
  const uv_buf_t buffer = uv_buf_init(made->bytes.data(), static_cast<unsigned>(made->bytes.size()));
  uv_write(&made->write, as_stream(to.socket), &buffer, 1,
           [](uv_write_t* done, int) { delete static_cast<request*>(done->data); });
}

void small_proxy::read(end& from) {
  uv_read_start(
      as_stream(from.socket),
      [](uv_handle_t*, std::size_t, uv_buf_t* buffer) { *buffer = uv_buf_init(new char[4096], 4096); },
      [](uv_stream_t* socket, ssize_t size, const uv_buf_t* buffer) {
        end& self = *static_cast<end*>(socket->data);
        const std::unique_ptr<char[]> owned(buffer->base);
        tunnel& t = *self.of;
        if (size < 0) {
          close_both(t);
        } else if (t.stands) {
          write(*self.other, {buffer->base, static_cast<std::size_t>(size)});
        } else {
          t.received.append(buffer->base, static_cast<std::size_t>(size));
          t.proxy->hear(t);
        }
      });
}

void small_proxy::hear(tunnel& t) {
  if (hangs_up) {
    close_both(t);
  } else if (is_http) {
    hear_http(t);
  } else {
    while (hear_socks(t)) {
    }
  }
}

/// Whether there may be more to do.
bool small_proxy::hear_socks(tunnel& t) {
  std::string& in = t.received;
  if (!t.greeted) {
    if (in.size() < 2 || in.size() < 2 + byte_at(in, 1)) return false;
    const char wanted = user.empty() ? 0 : 2;
    const bool offered = in.substr(2, byte_at(in, 1)).find(wanted) != std::string::npos;
    in.erase(0, 2 + byte_at(in, 1));
    write(t.client, std::string{5, offered ? wanted : '\xff'});
    t.greeted = true;
    t.knows_user = user.empty();
    return true;
  }
  if (!t.knows_user) {
    const std::string login =
        std::string{1, static_cast<char>(user.size())} + user + static_cast<char>(password.size()) + password;
    if (in.size() < 2 || in.size() < 3 + byte_at(in, 1) ||
        in.size() < 3 + byte_at(in, 1) + byte_at(in, 2 + byte_at(in, 1)))
      return false;
    t.knows_user = in == login;
    in.clear();
    write(t.client, std::string{1, t.knows_user ? '\0' : '\1'});
    return false;
  }
  if (in.size() < 5) return false;
  EXPECT_EQ(byte_at(in, 3), 3U) << "the proxy is to be given the name";
  const std::size_t size = byte_at(in, 4);
  if (in.size() < 5 + size + 2) return false;
  const unsigned port = byte_at(in, 5 + size) << 8 | byte_at(in, 6 + size);
  const std::string name = in.substr(5, size) + ":" + std::to_string(port);
  in.clear();
  if (refusal == 0) {
    connect(t, name, std::string_view("\5\0\0\1\0\0\0\0\0\0", 10));
  } else {
    asked.push_back(name);
    write(t.client, std::string{5, static_cast<char>(refusal), 0, 1, 0, 0, 0, 0, 0, 0});
  }
  return false;
}

bool small_proxy::hear_http(tunnel& t) {
  if (t.received.find("\r\n\r\n") == std::string::npos) return false;
  const std::string head = std::exchange(t.received, {});
  if (!user.empty() && head.find("Proxy-Authorization: Basic ") == std::string::npos) {
    write(t.client, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    return false;
  }
  const auto begin = head.find(' ') + 1;
  connect(t, head.substr(begin, head.find(' ', begin) - begin), "HTTP/1.1 200 Connection established\r\n\r\n");
  return false;
}

void small_proxy::connect(tunnel& t, const std::string& name, std::string_view answer) {
  asked.push_back(name);
  struct request {
    uv_connect_t connect{};
    tunnel* of = nullptr;
    std::string answer;
  };
  auto* made = new request{{}, &t, std::string(answer)};
  made->connect.data = made;
  const sockaddr_in address = here(target_);
  uv_tcp_connect(&made->connect, &t.relay.socket, reinterpret_cast<const sockaddr*>(&address),
                 [](uv_connect_t* done, int status) {
                   const std::unique_ptr<request> owned(static_cast<request*>(done->data));
                   if (status != 0) return;
                   owned->of->stands = true;
                   write(owned->of->client, owned->answer);
                   read(owned->of->relay);
                 });
}

}  // namespace uvnostr::test
