// SPDX-License-Identifier: MIT
// The relay's end of a connection, whatever the transport: a socket_link uses a socket, a simulated_link does not.
//
// However the connection ends, on_gone() reports it to the core once, and the core forgets the link. The record of
// received messages stays.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <uvnostr/testing/behaviour.hpp>

#include "testing/relay/session.hpp"

namespace uvnostr::testing::detail {

class relay_core;

/// The data of a connection, during its life and afterwards.
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
  link(std::weak_ptr<relay_core> of, std::shared_ptr<link_record> record) noexcept
      : core_(std::move(of)), record_(std::move(record)) {}
  link(const link&) = delete;
  link& operator=(const link&) = delete;
  virtual ~link() = default;

  virtual void start(relay_core&, handshake_rule) = 0;
  /// Ends the connection now, without reporting it to the core.
  virtual void abandon() noexcept = 0;

  std::uint64_t number() const noexcept { return record_->number; }
  bool is_open() const noexcept { return record_->open; }
  detail::session& nostr() noexcept { return session_; }
  const std::shared_ptr<link_record>& record() const noexcept { return record_; }

  virtual void send_text(std::string_view text) = 0;
  /// Sends the first half of the message's frame.
  virtual void send_half_text(std::string_view text) = 0;
  virtual void send_binary(std::string_view bytes) = 0;
  virtual void send_ping(std::string_view payload) = 0;
  virtual void send_raw(std::string_view bytes) = 0;
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  virtual void drop(ending how) = 0;
  virtual void pause_reading() noexcept = 0;
  virtual void resume_reading() noexcept = 0;

 protected:
  /// Null when the relay is gone.
  std::shared_ptr<relay_core> owner() const noexcept { return core_.lock(); }

 private:
  std::weak_ptr<relay_core> core_;
  std::shared_ptr<link_record> record_;
  detail::session session_{*this};
};

}  // namespace uvnostr::testing::detail
