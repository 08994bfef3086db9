// SPDX-License-Identifier: MIT
// The requests of one relay: REQ and CLOSE, again after each reconnect.
//
// Happy path: add -> REQ -> events -> EOSE -> live -> remove -> CLOSE.
// What can go wrong:
//   the connection is lost    everything is asked again, under new ids, from where it makes no gap (resume_from)
//   CLOSED auth-required      held until AUTH is done, asked once more, then refused
//   CLOSED error, rate-limit  asked again after a pause that grows
//   CLOSED for other reasons  asked again on the next connection only
//   no EOSE                   counts as answered after eose_timeout
//   the socket is full        pump() goes on where it stopped
//
// Every REQ has a fresh id, because some relays do not replace a live one, and so that what was meant for an older
// generation is not taken for the new one.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "base/intrusive_list.hpp"
#include "session/request.hpp"

namespace uvnostr::session {

class relay_session;

class request_table {
 public:
  explicit request_table(relay_session& session) noexcept : session_(session) {}

  void add(request&);
  void remove(request&);

  /// The request that has this id on the wire; null for anything else.
  request* find(std::string_view wire_id) const noexcept;
  /// Whether the request has, or had on the connection before, this id on the wire.
  static bool has_or_had_id(const request& r, std::string_view wire_id) noexcept { return r.wire_id_size_ != 0 && wire_id == wire_id_of(r); }

  void on_connected() noexcept;
  void on_disconnected() noexcept;
  /// No connection will come soon: nobody is to wait for these.
  void settle_all() noexcept;
  /// Sends what is due. False if the socket is full.
  bool pump();

  /// EOSE came. True if it is the first of this request: the application is to be told, then settle() called.
  bool on_eose(request&) noexcept;
  /// Nobody waits for its EOSE any more.
  void settle(request&) noexcept;
  /// CLOSED came.
  void on_closed(request&, std::string_view text);
  /// AUTH has ended, well or not: what was held is asked again, or refused with this text.
  void on_auth(bool accepted, std::string_view text);

 private:
  using cursor = base::intrusive_list<request>::cursor;
  struct slot {
    request* used_by = nullptr;
    std::uint32_t generation = 0;
  };

  bool ask(request&);
  void refuse(request&, std::string_view text);
  static std::string_view wire_id_of(const request& r) noexcept { return {r.wire_id_.data(), r.wire_id_size_}; }
  void forget_wire_id(request&) noexcept;
  void on_timer(request&);
  friend class request;

  relay_session& session_;
  base::intrusive_list<request> requests_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::list<std::string> closes_;  // CLOSE messages to send; a deque takes 576 bytes even when it is empty
};

}  // namespace uvnostr::session
