// SPDX-License-Identifier: MIT
// A link on a socket: TCP, perhaps TLS, the HTTP upgrade, then WebSocket messages.
//
// Happy path: start, the request arrives and is answered (phase open), messages both ways, a close frame arrives and is
// answered (phase ending), FIN, gone. A handshake rule leads to phase mute instead: input is read and ignored. However
// it ends, gone() runs once; the core forgets the link, and the record of received messages stays.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <uvnostr/testing/behaviour.hpp>

#include "testing/relay/link.hpp"
#include "testing/sockets/frames.hpp"
#include "testing/sockets/loop_timer.hpp"
#include "testing/sockets/socket.hpp"
#include "testing/sockets/tls_server.hpp"

namespace uvnostr::testing::detail {

class socket_link final : public link {
 public:
  socket_link(relay_core&, loop_context, std::shared_ptr<link_record>, std::shared_ptr<socket>,
              std::shared_ptr<tls_server>);

  void start(relay_core&, handshake_rule) override;
  void abandon() noexcept override;

  void send_text(std::string_view text) override;
  void send_half_text(std::string_view text) override;
  void send_binary(std::string_view bytes) override;
  void send_ping(std::string_view payload) override;
  void send_raw(std::string_view bytes) override;
  void close(std::uint16_t code, std::string_view reason) override;
  void drop(ending how) override;
  void pause_reading() noexcept override { socket_->pause_reading(); }
  void resume_reading() noexcept override { socket_->resume_reading(); }

 private:
  enum class phase { request, answering, mute, open, closing, ending, gone };
  struct delayed {
    std::uint64_t due;
    std::string bytes;
    std::optional<ending> end;
  };

  void on_bytes(std::string_view bytes);
  void on_plain(relay_core&, std::string_view bytes);
  void on_request(relay_core&);
  void answer(relay_core&, std::string_view key);
  void on_open(relay_core&);
  void read_frames(relay_core&);
  void on_close_frame(relay_core&);
  void refuse_frames(relay_core&, std::uint16_t code, std::string_view why);
  void drip(std::string bytes);
  void send_header_lines(std::size_t lines_left);

  void emit(std::string bytes, std::optional<ending> end = std::nullopt);
  void emit_now(std::string_view bytes, std::optional<ending> end);
  void emit_delayed();
  void end(ending how);
  void gone();

  loop_context context_;
  std::shared_ptr<socket> socket_;
  std::unique_ptr<tls_stream> tls_;
  bool tls_done_ = false;
  frame_reader reader_;
  handshake_rule rule_;
  phase phase_ = phase::request;
  std::string head_;
  bool close_sent_ = false;
  loop_timer pace_;   // of the handshake
  loop_timer delay_;  // of messages
  std::deque<delayed> delayed_;
};

}  // namespace uvnostr::testing::detail
