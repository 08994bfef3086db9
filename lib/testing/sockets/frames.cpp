// SPDX-License-Identifier: MIT
#include "testing/sockets/frames.hpp"

#include <algorithm>
#include <utility>

namespace uvnostr::testing::detail {

std::string make_frame(opcode code, std::string_view payload, bool final) {
  std::string frame;
  frame.reserve(payload.size() + 10);
  frame += static_cast<char>((final ? 0x80 : 0) | static_cast<int>(code));
  const std::uint64_t size = payload.size();
  int length_bytes = 0;
  if (size < 126) {
    frame += static_cast<char>(size);
  } else {
    length_bytes = size <= 0xffff ? 2 : 8;
    frame += static_cast<char>(length_bytes == 2 ? 126 : 127);
  }
  for (int i = length_bytes - 1; i >= 0; --i) frame += static_cast<char>((size >> (8 * i)) & 0xff);
  return frame.append(payload);
}

std::string make_message(opcode code, std::string_view payload, std::size_t max_fragment_bytes) {
  if (payload.size() <= max_fragment_bytes) return make_frame(code, payload);
  std::string frames;
  for (std::size_t at = 0; at < payload.size(); at += max_fragment_bytes) {
    const bool last = at + max_fragment_bytes >= payload.size();
    frames += make_frame(at == 0 ? code : opcode::continuation, payload.substr(at, max_fragment_bytes), last);
  }
  return frames;
}

std::string make_close_frame(std::uint16_t code, std::string_view reason) {
  if (code == 0) return make_frame(opcode::close, {});
  std::string body{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  return make_frame(opcode::close, body.append(reason));
}

struct frame_reader::head {
  bool final = false;
  bool reserved_bits = false;
  bool masked = false;
  opcode code = opcode::continuation;
  std::uint64_t length = 0;
  std::size_t size = 0;  // of the head itself, mask included
  bool is_control() const noexcept { return static_cast<int>(code) >= 8; }
};

void frame_reader::feed(std::string_view bytes) {
  buffer_.erase(0, std::exchange(used_, 0));
  buffer_.append(bytes);
}

bool frame_reader::read_head(head& h) noexcept {
  const auto byte = [this](std::size_t i) { return static_cast<std::uint8_t>(buffer_[used_ + i]); };
  const std::size_t there = buffer_.size() - used_;
  if (there < 2) return false;
  h.final = (byte(0) & 0x80) != 0;
  h.reserved_bits = (byte(0) & 0x70) != 0;
  h.code = static_cast<opcode>(byte(0) & 0x0f);
  h.masked = (byte(1) & 0x80) != 0;
  h.length = byte(1) & 0x7f;
  h.size = 2;
  const std::size_t length_bytes = h.length == 126 ? 2 : h.length == 127 ? 8 : 0;
  if (there < h.size + length_bytes) return false;
  if (length_bytes != 0) {
    h.length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) h.length = h.length << 8 | byte(h.size + i);
    h.size += length_bytes;
  }
  if (h.masked) h.size += 4;
  return there >= h.size;
}

const char* frame_reader::check(const head& h) const noexcept {
  if (!h.masked) return "a frame of the client is not masked";
  if (h.reserved_bits) return "a reserved bit is set";
  switch (h.code) {
    case opcode::close:
    case opcode::ping:
    case opcode::pong:
      if (!h.final) return "a control frame is fragmented";
      if (h.length > 125) return "a control frame is longer than 125 bytes";
      if (h.code == opcode::close && h.length == 1) return "a close frame has half a code";
      return nullptr;
    case opcode::text:
    case opcode::binary: return kind_ == opcode::continuation ? nullptr : "a message begins inside another one";
    case opcode::continuation: return kind_ != opcode::continuation ? nullptr : "a continuation continues nothing";
  }
  return "a reserved opcode";
}

frame_reader::found frame_reader::fail(const char* violation) noexcept {
  ended_ = true;
  violation_ = violation;
  return found::violation;
}

frame_reader::found frame_reader::next() {
  while (!ended_) {
    head h;
    if (!read_head(h)) return found::nothing;
    if (const char* wrong = check(h)) return fail(wrong);
    if (h.length > max_message_bytes_ || (!h.is_control() && message_.size() + h.length > max_message_bytes_)) {
      ended_ = true;
      return found::too_big;
    }
    const auto length = static_cast<std::size_t>(h.length);
    if (buffer_.size() - used_ < h.size + length) return found::nothing;

    std::string& target = h.is_control() ? payload_ : message_;
    if (h.is_control()) target.clear();
    const char* mask = buffer_.data() + used_ + h.size - 4;
    const char* bytes = buffer_.data() + used_ + h.size;
    for (std::size_t i = 0; i < length; ++i) target += static_cast<char>(bytes[i] ^ mask[i % 4]);
    used_ += h.size + length;

    switch (h.code) {
      case opcode::close: return found::close;
      case opcode::ping: return found::ping;
      case opcode::pong: return found::pong;
      default: break;
    }
    if (h.code != opcode::continuation) kind_ = h.code;
    if (!h.final) continue;
    payload_ = std::exchange(message_, {});
    return std::exchange(kind_, opcode::continuation) == opcode::text ? found::text : found::binary;
  }
  return found::nothing;
}

}  // namespace uvnostr::testing::detail
