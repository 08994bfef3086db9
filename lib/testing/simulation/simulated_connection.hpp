// SPDX-License-Identifier: MIT
// A pool's end of a simulated connection: port::connection without a socket.
//
// Happy path: start; one latency later the relay's URL is looked up, and the relay answers with an open frame; text
// goes both ways; close() or the relay ends it. What can go wrong: no relay has the URL, or the relay refuses, stays
// silent or disappears. The causes are those of lib/net. The listener may abort() in any callback, so no member is used
// after a call to it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "port/transport.hpp"

#include "testing/simulation/lane.hpp"
#include "testing/simulation/simulated_network.hpp"

namespace uvnostr::testing::detail {

class simulated_world;

class simulated_connection final : public port::connection, public std::enable_shared_from_this<simulated_connection> {
 public:
  simulated_connection(simulated_network&, simulated_world&, const port::dial_request&, port::connection_listener&);

  void start() noexcept;

  bool send_text(std::string_view) noexcept override;
  std::size_t unsent_bytes() noexcept override { return up_->bytes(); }
  void send_ping() noexcept override;
  void pause_reading() noexcept override;
  void resume_reading() noexcept override;
  void close(std::uint16_t code, std::string_view reason) noexcept override;
  void abort() noexcept override;

 private:
  enum class phase { dialling, open, closing, ended };

  void arrive() noexcept;
  void receive(frame);
  void receive_message(const frame&);
  void on_room() noexcept;
  void end(port::disconnect) noexcept;
  void retire() noexcept;

  simulated_network& network_;
  simulated_world& world_;
  port::connection_listener& listener_;
  const std::string url_;
  const std::string machine_;
  const std::string request_;
  const bool secure_;
  const std::size_t max_message_bytes_;
  std::shared_ptr<lane> down_;
  std::shared_ptr<lane> up_;
  phase phase_ = phase::dialling;
  bool paused_ = false;
  bool owes_writable_ = false;
};

}  // namespace uvnostr::testing::detail
