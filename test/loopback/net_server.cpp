// SPDX-License-Identifier: MIT
#include "loopback/net_server.hpp"

#include <array>
#include <cstdlib>

#include <mbedtls/base64.h>
#include <mbedtls/md.h>

namespace uvnostr::test {
namespace {

uv_stream_t* stream(uv_tcp_t& socket) { return reinterpret_cast<uv_stream_t*>(&socket); }
uv_handle_t* handle(uv_tcp_t& socket) { return reinterpret_cast<uv_handle_t*>(&socket); }

struct pending_write {
  uv_write_t request{};
  std::string bytes;
};

std::string header_value(std::string_view request, std::string_view name) {
  const auto at = request.find(name);
  if (at == std::string_view::npos) return {};
  const auto begin = at + name.size();
  return std::string(request.substr(begin, request.find("\r\n", begin) - begin));
}

std::uint16_t bind_to_loopback(uv_tcp_t& socket) {
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_bind(&socket, reinterpret_cast<const sockaddr*>(&address), 0);
  int size = sizeof address;
  uv_tcp_getsockname(&socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace

std::string frame(unsigned opcode, std::string_view payload, bool is_final) {
  std::string bytes(1, static_cast<char>(opcode | (is_final ? 0x80U : 0U)));
  if (payload.size() < 126) {
    bytes += static_cast<char>(payload.size());
  } else if (payload.size() < 65536) {
    bytes += static_cast<char>(126);
    bytes += static_cast<char>(payload.size() >> 8);
    bytes += static_cast<char>(payload.size() & 0xFF);
  } else {
    bytes = long_frame_header(opcode, payload.size());
    if (!is_final) bytes[0] = static_cast<char>(opcode);
  }
  return bytes.append(payload);
}

std::string text_frame(std::string_view payload) { return frame(1, payload); }

std::string close_frame(std::uint16_t code, std::string_view reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return frame(8, payload.append(reason));
}

std::string long_frame_header(unsigned opcode, std::uint64_t length) {
  std::string bytes{static_cast<char>(opcode | 0x80U), static_cast<char>(127)};
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(length >> shift & 0xFF);
  return bytes;
}

void peer::send(std::string_view bytes) {
  if (!open_) return;
  auto* write = new pending_write{{}, std::string(bytes)};
  write->request.data = write;
  const uv_buf_t buffer = uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
  uv_write(&write->request, stream(socket_), &buffer, 1,
           [](uv_write_t* done, int) { delete static_cast<pending_write*>(done->data); });
}

void peer::send_in_single_bytes(std::string_view bytes) {
  dripping_.append(bytes);
  // Lets the next byte drip even in a turn without events.
  uv_idle_start(&server_.spin_, [](uv_idle_t*) {});
}

void peer::finish() {
  if (!open_) return;
  open_ = false;
  uv_close(handle(socket_), nullptr);
}

void peer::reset() {
  if (!open_) return;
  open_ = false;
  uv_tcp_close_reset(&socket_, nullptr);
}

void peer::stop_reading() { uv_read_stop(stream(socket_)); }

void peer::start_reading() {
  if (!open_) return;
  socket_.data = this;
  uv_read_start(
      stream(socket_),
      [](uv_handle_t*, std::size_t, uv_buf_t* buffer) {
        static std::array<char, 65536> shared;
        *buffer = uv_buf_init(shared.data(), static_cast<unsigned>(shared.size()));
      },
      [](uv_stream_t* s, ssize_t size, const uv_buf_t* buffer) {
        auto* self = static_cast<peer*>(s->data);
        if (size < 0) {
          self->finish();
        } else {
          self->take({buffer->base, static_cast<std::size_t>(size)});
        }
      });
}

void peer::take(std::string_view bytes) {
  server_.on_bytes(bytes);
  input_.append(bytes);
  if (request.empty()) {
    const auto end = input_.find("\r\n\r\n");
    if (end == std::string::npos) return;
    request = input_.substr(0, end + 2);
    input_.erase(0, end + 4);
    server_.on_request(*this);
  }
  while (take_frame()) {
  }
}

bool peer::take_frame() {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(input_[i]); };
  if (input_.size() < 2) return false;
  std::size_t length = byte(1) & 0x7FU;
  std::size_t at = 2;
  const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (input_.size() < at + extra + 4) return false;
  if (extra > 0) length = 0;
  for (std::size_t i = 0; i < extra; ++i) length = length << 8 | byte(at++);
  const std::string mask = input_.substr(at, 4);
  at += 4;
  if (input_.size() < at + length) return false;
  client_frame taken{byte(0) & 0x0FU, input_.substr(at, length), mask};
  for (std::size_t i = 0; i < length; ++i) taken.payload[i] = static_cast<char>(taken.payload[i] ^ mask[i % 4]);
  input_.erase(0, at + length);
  frames.push_back(taken);
  server_.on_frame(*this, taken);
  return true;
}

std::string peer::acceptance() const {
  const std::string text = header_value(request, "Sec-WebSocket-Key: ") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA1), reinterpret_cast<const unsigned char*>(text.data()),
             text.size(), digest.data());
  std::array<unsigned char, 64> encoded{};
  std::size_t size = 0;
  mbedtls_base64_encode(encoded.data(), encoded.size(), &size, digest.data(), digest.size());
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(reinterpret_cast<const char*>(encoded.data()), size) + "\r\n\r\n";
}

script_server::script_server(uv_loop_t* loop) : loop_(loop) {
  uv_tcp_init(loop, &listener_);
  listener_.data = this;
  port_ = bind_to_loopback(listener_);
  uv_listen(stream(listener_), 16, [](uv_stream_t* s, int status) {
    if (status == 0) static_cast<script_server*>(s->data)->accept();
  });
  uv_unref(handle(listener_));
  uv_check_init(loop, &drip_);
  uv_idle_init(loop, &spin_);
  drip_.data = this;
  spin_.data = this;
  uv_check_start(&drip_, [](uv_check_t* check) {
    auto* self = static_cast<script_server*>(check->data);
    bool more = false;
    for (const auto& p : self->peers) {
      if (p->dripping_.empty() || !p->open_) continue;
      p->send(p->dripping_.substr(0, 1));
      p->dripping_.erase(0, 1);
      more = more || !p->dripping_.empty();
    }
    if (!more) uv_idle_stop(&self->spin_);
  });
  uv_unref(reinterpret_cast<uv_handle_t*>(&drip_));
  uv_unref(reinterpret_cast<uv_handle_t*>(&spin_));
}

void script_server::accept() {
  peers.push_back(std::make_unique<peer>(*this));
  peer& fresh = *peers.back();
  uv_tcp_init(loop_, &fresh.socket_);
  uv_accept(stream(listener_), stream(fresh.socket_));
  uv_tcp_nodelay(&fresh.socket_, 1);
  fresh.start_reading();
  uv_unref(handle(fresh.socket_));
  on_connect(fresh);
}

void script_server::close() {
  for (const auto& p : peers) p->finish();
  uv_close(handle(listener_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&drip_), nullptr);
  uv_close(reinterpret_cast<uv_handle_t*>(&spin_), nullptr);
}

unsigned script_server::open_peers() const {
  unsigned count = 0;
  for (const auto& p : peers) count += p->open_ ? 1U : 0U;
  return count;
}

std::uint16_t refusing_port(uv_loop_t* loop) {
  auto* socket = new uv_tcp_t;
  uv_tcp_init(loop, socket);
  const std::uint16_t port = bind_to_loopback(*socket);
  uv_close(handle(*socket), [](uv_handle_t* h) { delete reinterpret_cast<uv_tcp_t*>(h); });
  return port;
}

}  // namespace uvnostr::test
