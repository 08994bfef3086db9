// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uv.h>

#include "base/intrusive_list.hpp"
#include "net/connection_phase.hpp"
#include "net/dial_target.hpp"
#include "net/incoming_message.hpp"
#include "net/lws_attempt.hpp"
#include "net/name_question.hpp"
#include "net/uv_reactor.hpp"
#include "net/write_queue.hpp"
#include "port/transport.hpp"

namespace uvnostr::net {

class lws_transport;

/// port::connection. Frees itself when it is over and libuv has let go of its timer.
class lws_connection final : public port::connection, private name_listener {
 public:
  /// Begins to connect. on_disconnect() reports every failure.
  static lws_connection* dial(lws_transport&, dial_target, std::size_t max_message_bytes,
                              port::connection_listener&) noexcept;

  bool send_text(std::string_view) noexcept override;
  std::size_t unsent_bytes() noexcept override;
  void send_ping() noexcept override;
  void pause_reading() noexcept override;
  void resume_reading() noexcept override;
  void close(std::uint16_t code, std::string_view reason) noexcept override;
  std::optional<unix_seconds> peer_date() const noexcept override { return peer_date_; }
  std::string_view reached_url() const noexcept override {
    return target_.was_redirected ? std::string_view(target_.url.text) : std::string_view();
  }
  void abort() noexcept override;

  // Reports of an attempt. After each of them, we may have left the attempt.
  void on_established(lws_attempt&) noexcept;
  void on_failed(lws_attempt&, port::disconnect) noexcept;
  void on_answer(lws_attempt&) noexcept;
  void on_document_piece(std::string_view) noexcept;
  void on_piece(const message_piece&) noexcept;
  void on_pong_frame() noexcept { listener_.on_pong(); }
  void on_close_frame(std::string_view payload) noexcept;
  /// `why` holds if no close frame explains it.
  void on_ended(port::disconnect why) noexcept;
  /// Returns false if libwebsockets must close.
  bool write(lws*) noexcept;

 private:
  friend class lws_transport;

  lws_connection(lws_transport&, dial_target, std::size_t max_message_bytes, port::connection_listener&) noexcept;
  ~lws_connection() = default;

  void enter(connection_phase) noexcept;
  bool is_over() const noexcept { return phase_ == connection_phase::over; }
  const connection_rule& rule() const noexcept { return rule_of(phase_); }

  /// Only in phases that have a socket.
  lws* socket() const noexcept { return attempts_.front()->wsi(); }

  void find_addresses() noexcept;
  bool follow(port::disconnect&, const std::string& location) noexcept;
  void on_answer(name_answer) noexcept override;
  void take_addresses(std::vector<ip_address>) noexcept;
  void on_timer() noexcept;
  void start_timer(std::uint64_t milliseconds) noexcept;
  void try_next_address() noexcept;
  void stop_asking() noexcept;
  void abandon_all_but(const lws_attempt*) noexcept;
  void remark_on_failure(const ip_address&, const port::disconnect&) noexcept;
  void remember(port::disconnect) noexcept;
  void give_up_message() noexcept;
  void ask_to_write() noexcept;
  void set_reading(bool) noexcept;
  void finish(port::disconnect) noexcept;
  void finish(std::error_code cause, std::string detail = {}) noexcept;
  void retire() noexcept;

  lws_transport& transport_;
  port::connection_listener& listener_;
  dial_target target_;
  connection_phase phase_ = connection_phase::resolving;

  // Until one address answers.
  name_question* question_ = nullptr;
  std::vector<ip_address> addresses_;  // those before next_address_ were tried
  std::size_t next_address_ = 0;
  std::vector<lws_attempt*> attempts_;
  port::disconnect failure_;  // the most telling so far
  uv_timer_t timer_{};        // the head start of an address, and reports that must not be made inside a call

  // Used when there is a socket, which is then the only attempt.
  write_queue queue_;
  incoming_message incoming_;
  std::string document_;
  bool write_asked_ = false;
  bool ping_due_ = false;
  bool reading_ = true;
  std::uint16_t close_code_ = 0;
  std::string close_reason_;
  std::optional<port::disconnect> peers_close_;
  std::optional<unix_seconds> peer_date_;

  base::list_hook<lws_connection> in_transport_{*this};
};

}  // namespace uvnostr::net
