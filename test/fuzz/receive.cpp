// SPDX-License-Identifier: MIT
// Sends a server's bytes, well formed or not and cut anywhere, through a real connection. The listener must get what a
// slow decoder reads in them, and the connection must end where and why the decoder says.
//
// The input is a compact program of one-byte commands with operands. A byte that is not a command stands for itself in
// the server's bytes. The first byte is a set of flags.
#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.hpp"
#include "fuzz/frame_oracle.hpp"
#include "fuzz/line.hpp"
#include "fuzz/targets.hpp"

namespace uvnostr::fuzz {
namespace {

constexpr std::size_t max_message_bytes = 100'000;
constexpr std::size_t max_stream_bytes = 300'000;
constexpr std::size_t max_chunks = 300;

constexpr unsigned with_the_answer = 1;  // the first chunk arrives together with the answer to the upgrade
constexpr unsigned pause_in_messages = 2;
constexpr unsigned byte_by_byte = 4;  // up to the largest number of chunks

constexpr std::array<std::size_t, 16> sizes{0,   1,   2,   3,   5,    14,   100,    124,
                                            125, 126, 127, 130, 1000, 4096, 65'535, 65'536};
constexpr std::array<unsigned, 16> close_codes{1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007,
                                               1011, 1015, 1016, 2999, 3000, 4999, 999,  65'535};

std::string letters(std::size_t size, std::size_t from) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + ((i + from) * 7 + i / 251) % 26);
  return text;
}

/// Reads the program.
class program {
 public:
  explicit program(std::string_view input) : input_(input), flags_(take()) {
    while (!input_.empty() && stream_.size() < max_stream_bytes && chunks_.size() < max_chunks) command(take());
    cut();
    if ((flags_ & byte_by_byte) != 0) cut_everywhere();
  }

  bool has(unsigned flag) const { return (flags_ & flag) != 0; }
  const std::string& stream() const { return stream_; }
  const std::vector<std::string>& chunks() const { return chunks_; }

 private:
  unsigned take() {
    if (input_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(input_.front());
    input_.remove_prefix(1);
    return byte;
  }

  void command(unsigned letter) {
    switch (letter) {
      case 'T': return frame(1, true);
      case 'S': return frame(1, false);
      case 'B': return frame(2, true);
      case 'A': return frame(2, false);
      case 'M': return frame(0, false);
      case 'E': return frame(0, true);
      case 'P': return frame(9, true);
      case 'Q': return frame(10, true);
      case 'C': {
        const unsigned code = close_codes[take() % close_codes.size()];
        stream_ += test::close_frame(static_cast<std::uint16_t>(code), letters(size() % 124, code));
        return;
      }
      case 'X': {  // one byte, in hex digits
        const unsigned high = digit();
        stream_ += static_cast<char>(high << 4 | digit());
        return;
      }
      case '|': return cut();
      default: stream_ += static_cast<char>(letter);
    }
  }

  unsigned digit() {
    const unsigned letter = take();
    return (letter <= '9' ? letter : letter + 9) & 15U;
  }
  std::size_t size() { return sizes[take() % sizes.size()]; }
  void frame(unsigned opcode, bool is_final) {
    stream_ += test::frame(opcode, letters(size(), stream_.size()), is_final);
  }
  void cut() {
    if (stream_.size() == cut_at_) return;
    chunks_.push_back(stream_.substr(cut_at_));
    cut_at_ = stream_.size();
  }
  void cut_everywhere() {
    chunks_.clear();
    const std::size_t single = std::min(stream_.size(), max_chunks);
    for (std::size_t i = 0; i < single; ++i) chunks_.push_back(stream_.substr(i, 1));
    if (single < stream_.size()) chunks_.push_back(stream_.substr(single));
  }

  std::string_view input_;
  unsigned flags_;
  std::string stream_;
  std::size_t cut_at_ = 0;
  std::vector<std::string> chunks_;
};

/// The close code as the library reports it. A code that must not be sent is reported as 1002.
unsigned told_code(const std::string& payload) {
  if (payload.size() < 2) return 0;
  const unsigned code =
      static_cast<unsigned>(static_cast<unsigned char>(payload[0])) << 8 | static_cast<unsigned char>(payload[1]);
  const bool forbidden = code < 1000 || (code >= 1004 && code <= 1006) || (code >= 1016 && code < 3000);
  return forbidden ? 1002 : code;
}

std::string shortened(const std::string& what) {
  return what.size() < 60 ? what : what.substr(0, 40) + "... (" + std::to_string(what.size()) + " bytes)";
}

std::string check_told(const std::vector<std::string>& told, const std::vector<std::string>& expected) {
  for (std::size_t i = 0; i < told.size() && i < expected.size(); ++i) {
    if (told[i] != expected[i])
      return "message " + std::to_string(i) + " is " + shortened(told[i]) + " and not " + shortened(expected[i]);
  }
  if (told.size() == expected.size()) return {};
  return std::to_string(told.size()) + " messages instead of " + std::to_string(expected.size());
}

std::string check_end(const reception& got, const frame_oracle& expected) {
  if (got.ends != 1) return std::to_string(got.ends) + " ends";
  const std::error_code cause = got.last.cause;
  const auto wrong = [&](const char* instead) { return "the cause is " + cause.message() + " and not " + instead; };
  switch (expected.end) {
    case frame_oracle::ending::none:
      if (got.ended_by_itself) return "it has ended: " + cause.message();
      return cause == errc::connection_lost ? "" : wrong("connection_lost");
    case frame_oracle::ending::broken: return cause == errc::protocol_error ? "" : wrong("protocol_error");
    case frame_oracle::ending::too_big: return cause == errc::message_too_big ? "" : wrong("message_too_big");
    case frame_oracle::ending::closed: break;
  }
  if (cause != errc::closed_by_relay) return wrong("closed_by_relay");
  if (got.last.close_code != told_code(expected.close_payload)) {
    return "close code " + std::to_string(got.last.close_code) + " and not " +
           std::to_string(told_code(expected.close_payload));
  }
  const std::string reason = expected.close_payload.size() > 2 ? expected.close_payload.substr(2) : "";
  return got.last.detail == (base::is_utf8(reason) ? reason : "") ? "" : "another reason: " + got.last.detail;
}

}  // namespace

std::string receive(std::string_view input) {
  static line loopback;
  const program asked(input);
  frame_oracle expected(max_message_bytes);
  expected.take(asked.stream());

  broadcast sent{.chunks = asked.chunks(),
                 .accepts = true,
                 .pause_in_messages = asked.has(pause_in_messages),
                 .messages = expected.told.size(),
                 .ends = expected.end != frame_oracle::ending::none,
                 .max_message_bytes = max_message_bytes};
  if (!asked.has(with_the_answer) || sent.chunks.empty()) sent.chunks.insert(sent.chunks.begin(), "");
  const reception got = loopback.play(sent);
  if (!got.opened) return "it was not opened: " + got.last.cause.message();
  std::string wrong = check_told(got.told, expected.told);
  return wrong.empty() ? check_end(got, expected) : wrong;
}

}  // namespace uvnostr::fuzz
