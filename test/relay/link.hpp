// SPDX-License-Identifier: MIT
// One connection of a test_relay: TCP, perhaps TLS, the HTTP upgrade, then WebSocket messages.
//
// Happy path: start, the request comes, the answer goes (phase open), messages both ways, a close frame comes and is
// answered (phase ending), FIN, gone. A handshake rule leads to phase mute instead: what comes is read and ignored.
// However it ends, gone() runs once: the core forgets the link, and the record of what was received stays.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/testing/behaviour.hpp>

#include "frames.hpp"
#include "session.hpp"
#include "socket.hpp"
#include "timer.hpp"
#include "tls_server.hpp"

namespace uvnostr::testing::detail {

/// What is known of a connection, also after its end.
struct link_record {
  std::uint64_t number = 0;
  bool open = false;
  std::string request{};
  std::vector<std::string> received{};
  std::string violation{};
  std::uint16_t close_code = 0;
  std::string close_reason{};
};

class link : public std::enable_shared_from_this<link> {
 public:
  link(std::weak_ptr<core>, loop_context, std::size_t max_message_bytes, std::shared_ptr<link_record>, std::shared_ptr<socket>,
       std::shared_ptr<tls_server>);
  link(const link&) = delete;
  link& operator=(const link&) = delete;
  ~link() = default;

  void start(core&, handshake_rule);
  /// The end now, in silence, without a word to the core.
  void abandon() noexcept;

  std::uint64_t number() const noexcept { return record_->number; }
  bool is_open() const noexcept { return phase_ == phase::open; }
  detail::session& nostr() noexcept { return session_; }
  const std::shared_ptr<link_record>& record() const noexcept { return record_; }

  void send_text(std::string_view text);
  /// The first half of its frame.
  void send_half_text(std::string_view text);
  void send_binary(std::string_view bytes);
  void send_ping(std::string_view payload);
  void send_raw(std::string_view bytes);
  void close(std::uint16_t code, std::string_view reason);
  void drop(ending how);
  void pause_reading() noexcept { socket_->pause_reading(); }
  void resume_reading() noexcept { socket_->resume_reading(); }

 private:
  enum class phase { request, answering, mute, open, closing, ending, gone };
  struct delayed {
    std::uint64_t due;
    std::string bytes;
    std::optional<ending> end;
  };

  void on_bytes(std::string_view bytes);
  void on_plain(core&, std::string_view bytes);
  void on_request(core&);
  void answer(core&, std::string_view key);
  void on_open(core&);
  void read_frames(core&);
  void on_close_frame(core&);
  void refuse_frames(core&, std::uint16_t code, std::string_view why);
  void drip(std::string bytes);
  void send_header_lines(std::size_t lines_left);

  void emit(std::string bytes, std::optional<ending> end = std::nullopt);
  void emit_now(std::string_view bytes, std::optional<ending> end);
  void emit_delayed();
  void end(ending how);
  void gone();

  std::weak_ptr<core> core_;
  loop_context context_;
  std::shared_ptr<link_record> record_;
  std::shared_ptr<socket> socket_;
  std::unique_ptr<tls_stream> tls_;
  bool tls_done_ = false;
  detail::session session_;
  frame_reader reader_;
  handshake_rule rule_;
  phase phase_ = phase::request;
  std::string head_;
  bool close_sent_ = false;
  timer pace_;   // of the handshake
  timer delay_;  // of messages
  std::deque<delayed> delayed_;
};

}  // namespace uvnostr::testing::detail
