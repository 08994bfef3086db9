// SPDX-License-Identifier: MIT
// A WebSocket client for tests of the test relay. It is independent of uvnostr, and sends any bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <uv.h>

namespace uvnostr {

class raw_client {
 public:
  raw_client(uv_loop_t* loop, std::uint16_t port, bool upgrade = true) : handle_(new handle) {
    uv_tcp_init(loop, &handle_->uv);
    handle_->uv.data = handle_;
    handle_->owner = this;
    sockaddr_in address{};
    uv_ip4_addr("127.0.0.1", port, &address);
    auto* request = new uv_connect_t;
    request->data = handle_;
    if (upgrade) send_raw(upgrade_request);
    uv_tcp_connect(request, &handle_->uv, reinterpret_cast<const sockaddr*>(&address),
                   [](uv_connect_t* done, int status) {
                     raw_client* self = static_cast<handle*>(done->data)->owner;
                     delete done;
                     if (self != nullptr) self->on_connect(status);
                   });
  }
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;
  ~raw_client() { close(false); }

  static constexpr std::string_view upgrade_request =
      "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

  void send_raw(std::string_view bytes) {
    waiting_ += bytes;
    if (connected_) flush();
  }
  /// A masked frame of fewer than 64 KiB.
  void send_frame(int opcode, std::string_view payload, bool final = true) {
    std::string sent(1, static_cast<char>((final ? 0x80 : 0) | opcode));
    if (payload.size() < 126) {
      sent += static_cast<char>(0x80 | payload.size());
    } else {
      sent += {static_cast<char>(0x80 | 126), static_cast<char>(payload.size() >> 8),
               static_cast<char>(payload.size() & 0xff)};
    }
    constexpr std::string_view mask = "\x11\x22\x33\x44";
    sent += mask;
    for (std::size_t i = 0; i < payload.size(); ++i) sent += static_cast<char>(payload[i] ^ mask[i % 4]);
    send_raw(sent);
  }
  void send(std::string_view text) { send_frame(1, text); }
  void close(bool reset) {
    if (closed_) return;
    closed_ = true;
    handle_->owner = nullptr;
    const auto gone = [](uv_handle_t* closed) { delete static_cast<handle*>(closed->data); };
    if (!reset || uv_tcp_close_reset(&handle_->uv, gone) != 0)
      uv_close(reinterpret_cast<uv_handle_t*>(&handle_->uv), gone);
  }

  /// All received bytes.
  const std::string& bytes() const { return bytes_; }
  std::string http_head() const { return bytes_.substr(0, bytes_.find("\r\n\r\n")); }
  bool is_upgraded() const {
    return bytes_.starts_with("HTTP/1.1 101") && bytes_.find("\r\n\r\n") != std::string::npos;
  }
  /// 0 while the connection lasts, then libuv's error.
  int ended() const { return ended_; }

  struct frame {
    int opcode;
    bool final;
    std::string payload;
  };
  /// The complete frames after the HTTP answer.
  std::vector<frame> frames() const {
    std::vector<frame> found;
    const std::size_t head = bytes_.find("\r\n\r\n");
    if (head == std::string::npos) return found;
    const auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(bytes_[i]); };
    for (std::size_t at = head + 4; at + 2 <= bytes_.size();) {
      std::size_t length = byte(at + 1);
      std::size_t payload = at + 2;
      if (length == 126 && at + 4 <= bytes_.size()) {
        length = static_cast<std::size_t>(byte(at + 2) << 8 | byte(at + 3));
        payload = at + 4;
      }
      if (payload + length > bytes_.size()) break;
      found.push_back({byte(at) & 0x0f, (byte(at) & 0x80) != 0, bytes_.substr(payload, length)});
      at = payload + length;
    }
    return found;
  }
  /// The complete text messages, with fragments joined.
  std::vector<std::string> texts() const {
    std::vector<std::string> found;
    std::string message;
    for (const frame& f : frames()) {
      if (f.opcode > 1) continue;
      message += f.payload;
      if (f.final) found.push_back(std::exchange(message, {}));
    }
    return found;
  }

 private:
  struct handle {
    uv_tcp_t uv;
    raw_client* owner;
    std::array<char, 4096> space;
  };
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&handle_->uv); }

  void on_connect(int status) {
    if (status != 0) {
      ended_ = status;
      return;
    }
    connected_ = true;
    uv_read_start(
        stream(),
        [](uv_handle_t* of, std::size_t, uv_buf_t* buffer) {
          auto& space = static_cast<handle*>(of->data)->space;
          *buffer = uv_buf_init(space.data(), static_cast<unsigned>(space.size()));
        },
        [](uv_stream_t* from, ssize_t count, const uv_buf_t* buffer) {
          raw_client* self = static_cast<handle*>(from->data)->owner;
          if (self == nullptr) return;
          if (count > 0) self->bytes_.append(buffer->base, static_cast<std::size_t>(count));
          if (count < 0) {
            self->ended_ = static_cast<int>(count);
            uv_read_stop(from);
          }
        });
    flush();
  }
  void flush() {
    if (closed_ || waiting_.empty()) return;
    uv_buf_t buffer = uv_buf_init(waiting_.data(), static_cast<unsigned>(waiting_.size()));
    // The messages are small, so the kernel accepts each as a whole.
    ASSERT_EQ(uv_try_write(stream(), &buffer, 1), static_cast<int>(waiting_.size()));
    waiting_.clear();
  }

  handle* handle_;
  bool connected_ = false;
  bool closed_ = false;
  int ended_ = 0;
  std::string waiting_;
  std::string bytes_;
};

}  // namespace uvnostr
