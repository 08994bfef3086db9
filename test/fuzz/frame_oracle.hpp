// SPDX-License-Identifier: MIT
// What a client must understand of the bytes that a server sends, decided slowly, byte after byte. Source: RFC 6455, 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace uvnostr::fuzz {

class frame_oracle {
 public:
  enum class ending { none, broken, closed, too_big };

  explicit frame_oracle(std::size_t max_message_bytes) : max_message_bytes_(max_message_bytes) {}

  void take(std::string_view bytes) {
    for (const char c : bytes) {
      if (end != ending::none) return;
      take(static_cast<unsigned char>(c));
    }
  }

  ending end = ending::none;
  std::string close_payload;
  std::vector<std::string> told;  // as `reception` has them

 private:
  enum class place { first_byte, second_byte, length, payload };

  bool is_control() const { return opcode_ >= 8; }
  bool is_too_big() const { return !is_control() && length_ > 16 * max_message_bytes_ - message_.size(); }

  void take(unsigned char byte) {
    switch (place_) {
      case place::first_byte: return begin_frame(byte);
      case place::second_byte: return begin_length(byte);
      case place::length:
        if (long_length_ && length_bytes_left_ == 8 && byte >= 0x80) {
          end = ending::broken;
          return;
        }
        length_ = length_ << 8 | byte;
        // A frame with this length field is judged before anything of it came, others with their first byte.
        if (--length_bytes_left_ != 0) return;
        if (long_length_ && is_too_big()) {
          end = ending::too_big;
          return;
        }
        return begin_payload();
      case place::payload:
        if (is_too_big() && payload_.empty()) {
          end = ending::too_big;
          return;
        }
        payload_ += static_cast<char>(byte);
        if (payload_.size() == length_) end_frame();
    }
  }

  void begin_frame(unsigned char byte) {
    opcode_ = byte & 0x0fU;
    is_final_ = (byte & 0x80U) != 0;
    const bool begins = opcode_ == 1 || opcode_ == 2;
    const bool known = begins || opcode_ == 0 || (opcode_ >= 8 && opcode_ <= 10);
    const bool reserved = (byte & 0x70U) != 0;
    const bool disordered = (begins && in_message_) || (opcode_ == 0 && !in_message_);
    if (!known || reserved || disordered || (is_control() && !is_final_)) {
      end = ending::broken;
      return;
    }
    if (begins) is_binary_ = opcode_ == 2;
    if (!is_control()) in_message_ = true;
    place_ = place::second_byte;
  }

  void begin_length(unsigned char byte) {
    const unsigned length = byte & 0x7fU;
    const bool is_masked = (byte & 0x80U) != 0;
    if (is_masked || (is_control() && length > 125)) {
      end = ending::broken;
      return;
    }
    payload_.clear();
    length_ = length;
    long_length_ = length == 127;
    if (length < 126) return begin_payload();
    length_ = 0;
    length_bytes_left_ = long_length_ ? 8 : 2;
    place_ = place::length;
  }

  void begin_payload() {
    place_ = place::payload;
    if (length_ == 0) end_frame();
  }

  void end_frame() {
    place_ = place::first_byte;
    if (opcode_ == 8) {
      end = ending::closed;
      close_payload = payload_;
    } else if (opcode_ == 10) {
      told.emplace_back("pong");
    } else if (!is_control()) {
      message_ += payload_;
      if (!is_final_) return;
      const std::string size = std::to_string(message_.size());
      const bool is_passed = message_.size() > max_message_bytes_;
      told.push_back(is_binary_ ? "binary " + size : is_passed ? "passed " + size : "text " + message_);
      message_.clear();
      in_message_ = false;
    }
  }

  std::size_t max_message_bytes_;
  place place_ = place::first_byte;
  unsigned opcode_ = 0;
  bool is_final_ = false;
  bool is_binary_ = false;
  bool in_message_ = false;
  bool long_length_ = false;
  unsigned length_bytes_left_ = 0;
  std::uint64_t length_ = 0;
  std::string payload_;
  std::string message_;
};

}  // namespace uvnostr::fuzz
