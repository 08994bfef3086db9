// SPDX-License-Identifier: MIT
// The messages of RFC 1035, as far as the tests need them: one question, and answers that point to its name.
#include "loopback/name_server.hpp"

#include <array>
#include <utility>

#include <gtest/gtest.h>

namespace uvnostr::test {
namespace {

constexpr std::size_t header_bytes = 12;
constexpr unsigned type_a = 1;
constexpr unsigned type_aaaa = 28;

void add_16(std::string& message, unsigned value) {
  message += static_cast<char>(value >> 8 & 0xff);
  message += static_cast<char>(value & 0xff);
}

/// The name in the question; `end` is set to the place after it.
std::string name_in(const std::string& message, std::size_t& end) {
  std::string name;
  std::size_t at = header_bytes;
  while (at < message.size() && message[at] != 0) {
    const auto size = static_cast<unsigned char>(message[at]);
    if (!name.empty()) name += '.';
    name += message.substr(at + 1, size);
    at += 1 + std::size_t{size};
  }
  end = at + 1;
  return name;
}

std::string answer_to(const std::string& question, std::size_t question_end, const dns_question& asked,
                      const dns_answer& answer) {
  std::string message = question.substr(0, 2);  // its number
  add_16(message, 0x8180 | answer.code);        // an answer, recursion asked for and available
  add_16(message, 1);
  add_16(message, static_cast<unsigned>(answer.addresses.size()));
  add_16(message, 0);
  add_16(message, 0);
  message += question.substr(header_bytes, question_end - header_bytes);
  for (const auto& text : answer.addresses) {
    std::array<char, 16> binary{};
    const std::size_t size = asked.is_v6 ? 16 : 4;
    EXPECT_EQ(uv_inet_pton(asked.is_v6 ? AF_INET6 : AF_INET, text.c_str(), binary.data()), 0) << text;
    add_16(message, 0xc000 | header_bytes);  // the question's name
    add_16(message, asked.is_v6 ? type_aaaa : type_a);
    add_16(message, 1);
    add_16(message, 0);
    add_16(message, 60);  // seconds that it is good for
    add_16(message, static_cast<unsigned>(size));
    message.append(binary.data(), size);
  }
  return message;
}

}  // namespace

name_server::name_server(uv_loop_t* loop) {
  EXPECT_EQ(uv_udp_init(loop, &socket_), 0);
  socket_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&socket_));
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", 0, &address);
  EXPECT_EQ(uv_udp_bind(&socket_, reinterpret_cast<const sockaddr*>(&address), 0), 0);
  int address_bytes = sizeof address;
  uv_udp_getsockname(&socket_, reinterpret_cast<sockaddr*>(&address), &address_bytes);
  port_ = ntohs(address.sin_port);
  uv_udp_recv_start(
      &socket_,
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto* const self = static_cast<name_server*>(handle->data);
        *buffer = uv_buf_init(self->buffer_, sizeof self->buffer_);
      },
      [](uv_udp_t* socket, ssize_t size, const uv_buf_t* buffer, const sockaddr* from, unsigned) {
        if (size <= 0 || from == nullptr) return;
        static_cast<name_server*>(socket->data)
            ->take({buffer->base, static_cast<std::size_t>(size)}, *reinterpret_cast<const sockaddr_in*>(from));
      });
}

void name_server::close() { uv_close(reinterpret_cast<uv_handle_t*>(&socket_), nullptr); }

void name_server::take(std::string message, const sockaddr_in& from) {
  std::size_t end = 0;
  dns_question question{name_in(message, end), false};
  if (end + 4 > message.size()) return;
  question.is_v6 = static_cast<unsigned char>(message[end + 1]) == type_aaaa;
  questions.push_back(question);
  const dns_answer answer = on_question(question);
  if (answer.hangs) {
    late_.push_back({std::move(message), from});
    return;
  }
  std::string bytes = answer.is_garbage ? "\x01garbage" : answer_to(message, end + 4, question, answer);
  const uv_buf_t buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
  uv_udp_try_send(&socket_, &buffer, 1, reinterpret_cast<const sockaddr*>(&from));
}

void name_server::answer_late() {
  for (auto& each : std::exchange(late_, {})) take(std::move(each.message), each.from);
}

}  // namespace uvnostr::test
