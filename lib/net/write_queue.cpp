// SPDX-License-Identifier: MIT
// Happy path: push() appends a frame; write_to() hands libwebsockets as many whole frames as go out at once, and
// write_early_to() does so during a burst. What can go wrong: the kernel takes only a part. libwebsockets then copies
// the rest and sends it before it calls us again. Another write would make that copy grow, beyond our limits.
// libwebsockets also puts pongs and the close frame between two writes, so each write ends where a frame ends.
#include "net/write_queue.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include <libwebsockets.h>

namespace uvnostr::net {
namespace {

constexpr unsigned char final_text = 0x81;
constexpr unsigned char final_close = 0x88;
constexpr unsigned char is_masked = 0x80;
constexpr std::size_t mask_bytes = 4;
constexpr std::size_t longest_header = 14;
constexpr unsigned two_byte_length = 126;
constexpr unsigned eight_byte_length = 127;

// The size of one TLS record. mbedTLS takes one record at a time, and libwebsockets would copy the rest. The bundled
// mbedTLS sends small records.
#if UVNOSTR_BUNDLED_LWS && defined(LWS_WITH_MBEDTLS)
constexpr std::size_t piece_of_tls = std::size_t{4} * 1024;
#else
constexpr std::size_t piece_of_tls = std::size_t{16} * 1024;
#endif
constexpr std::size_t piece_of_tcp = std::size_t{128} * 1024;
// A burst is written as soon as it has this size. With its last message, it still is one piece.
constexpr std::size_t early_piece = std::size_t{64} * 1024;
// The largest buffer that an idle connection keeps.
constexpr std::size_t kept_bytes = std::size_t{2} * 1024;

unsigned char* put_number(unsigned char* out, std::uint64_t number, unsigned size) noexcept {
  for (unsigned shift = size * 8; shift != 0;) {
    shift -= 8;
    *out++ = static_cast<unsigned char>(number >> shift);
  }
  return out;
}

unsigned char* put_header(unsigned char* out, std::size_t length) noexcept {
  *out++ = final_text;
  if (length < two_byte_length) {
    *out++ = static_cast<unsigned char>(is_masked | length);
    return out;
  }
  const bool is_short = length <= 0xffff;
  *out++ = static_cast<unsigned char>(is_masked | (is_short ? two_byte_length : eight_byte_length));
  return put_number(out, length, is_short ? 2 : 8);
}

void copy_masked(unsigned char* out, std::string_view text, std::uint32_t key) noexcept {
  const std::uint64_t twice = std::uint64_t{key} << 32 | key;
  std::size_t at = 0;
  for (; at + sizeof twice <= text.size(); at += sizeof twice) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    word ^= twice;
    std::memcpy(out + at, &word, sizeof word);
  }
  unsigned char key_bytes[mask_bytes];
  std::memcpy(key_bytes, &key, sizeof key_bytes);
  for (; at < text.size(); ++at)
    out[at] = static_cast<unsigned char>(static_cast<unsigned char>(text[at]) ^ key_bytes[at % mask_bytes]);
}

/// Reads the header of a frame that push() made.
std::size_t frame_size(const unsigned char* frame) noexcept {
  const unsigned first = frame[1] & 0x7fU;
  const unsigned length_bytes = first < two_byte_length ? 0 : first == two_byte_length ? 2 : 8;
  std::uint64_t length = length_bytes == 0 ? first : 0;
  for (unsigned i = 0; i < length_bytes; ++i) length = length << 8 | frame[2 + i];
  return 2 + length_bytes + mask_bytes + static_cast<std::size_t>(length);
}

}  // namespace

bool write_queue::push(std::string_view text) noexcept {
  const std::size_t queued = queued_bytes();
  if (queued != 0 && (queued >= high_water_bytes || text.size() > high_water_bytes - queued)) {
    owes_room_ = true;
    return false;
  }
  std::uint32_t key = 0;
  if (!masks_.next(key)) failed_ = true;
  make_room(longest_header + text.size());
  unsigned char* out = put_header(bytes_.get() + end_, text.size());
  std::memcpy(out, &key, mask_bytes);
  out += mask_bytes;
  copy_masked(out, text, key);
  end_ = static_cast<std::size_t>(out - bytes_.get()) + text.size();
  return true;
}

void write_queue::make_room(std::size_t bytes) noexcept {
  if (capacity_ - end_ >= bytes) return;
  const std::size_t queued = queued_bytes();
  std::size_t wanted = std::max(queued + bytes, std::min(capacity_ * 2, high_water_bytes));
  // One burst is often like the last one. Growing step by step would copy all of it once more.
  if (wanted > kept_bytes) wanted = std::max(wanted, std::min(last_peak_, high_water_bytes));
  std::unique_ptr<unsigned char[]> larger(new unsigned char[wanted]);
  if (queued != 0) std::memcpy(larger.get(), bytes_.get() + begin_, queued);
  bytes_ = std::move(larger);
  capacity_ = wanted;
  begin_ = 0;
  end_ = queued;
}

/// Returns false if libwebsockets must close.
bool write_queue::write_pieces(lws* wsi) noexcept {
  const std::size_t limit = lws_is_ssl(wsi) != 0 ? piece_of_tls : piece_of_tcp;
  while (!empty() && lws_partial_buffered(wsi) == 0) {
    const std::size_t size = whole_frames(limit);
    const int written = lws_write(wsi, bytes_.get() + begin_, size, LWS_WRITE_RAW);
    if (written < 0 || static_cast<std::size_t>(written) < size) return false;
    begin_ += size;
  }
  if (empty()) restart();
  return true;
}

void write_queue::write_early_to(lws* wsi) noexcept {
  const std::size_t queued = queued_bytes();
  // libwebsockets would copy what the system does not accept of a large message.
  if (queued < early_piece || queued > piece_of_tcp) return;
  // Encrypting as much would take too long for one turn of the loop.
  if (failed_ || early_bytes_ >= high_water_bytes || lws_is_ssl(wsi) != 0) return;
  if (lws_partial_buffered(wsi) != 0 || lws_send_pipe_choked(wsi) != 0) return;
  early_bytes_ += queued;
  failed_ = !write_pieces(wsi);
}

write_queue::outcome write_queue::write_to(lws* wsi) noexcept {
  early_bytes_ = 0;
  if (failed_ || !write_pieces(wsi)) return outcome::failed;
  if (empty()) free_buffer();
  return empty() && lws_partial_buffered(wsi) == 0 ? outcome::emptied : outcome::blocked;
}

void write_queue::write_close(lws* wsi, std::uint16_t code) noexcept {
  std::uint32_t key = 0;
  if (lws_partial_buffered(wsi) != 0 || lws_send_pipe_choked(wsi) != 0 || !masks_.next(key)) return;
  const std::array<char, 2> payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  std::array<unsigned char, 2 + mask_bytes + payload.size()> frame{final_close, is_masked | payload.size()};
  std::memcpy(frame.data() + 2, &key, mask_bytes);
  copy_masked(frame.data() + 2 + mask_bytes, std::string_view(payload.data(), payload.size()), key);
  lws_write(wsi, frame.data(), frame.size(), LWS_WRITE_RAW);
}

/// The total size of the frames at the front that fit into the limit; at least one frame.
std::size_t write_queue::whole_frames(std::size_t limit) const noexcept {
  std::size_t at = begin_ + frame_size(bytes_.get() + begin_);
  while (at != end_) {
    const std::size_t next = at + frame_size(bytes_.get() + at);
    if (next - begin_ > limit) break;
    at = next;
  }
  return at - begin_;
}

/// Once all is written.
void write_queue::restart() noexcept {
  peak_ = std::max(peak_, end_);
  begin_ = end_ = 0;
}

void write_queue::free_buffer() noexcept {
  last_peak_ = std::exchange(peak_, 0);
  if (capacity_ <= kept_bytes) return;
  bytes_.reset();
  capacity_ = 0;
}

}  // namespace uvnostr::net
