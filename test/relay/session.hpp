// SPDX-License-Identifier: MIT
// NIP-01 and NIP-42 for one connection.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/event.hpp>
#include <uvnostr/filter.hpp>

#include "request.hpp"

namespace uvnostr::testing::detail {

class core;
class link;

class session {
 public:
  explicit session(link& of) noexcept : link_(of) {}

  void on_open(core&);
  void handle(core&, const request&);
  /// Keeps the table of subscriptions only: the script answers.
  void follow(const request&);
  /// An event that is new, or a text that stands for one.
  void offer(core&, const event&);
  void offer_raw(core&, std::string_view json);

 private:
  struct subscription {
    std::string id;
    std::vector<filter> filters;
  };

  void handle_req(core&, const request&);
  void handle_event(core&, const request&);
  void handle_auth(core&, const request&);
  std::string judge_auth(core&, const event&) const;
  bool must_authenticate(core&);
  void send_stored(core&, const subscription&);
  void send_event(core&, std::string_view id, std::string_view json);
  void send_closed(std::string_view id, std::string_view reason);
  void send_ok(const event_id&, bool accepted, std::string_view reason);
  void send_challenge(core&);
  /// The last message before a connection is dropped by rule; empty: there is none.
  void drop_with(core&, std::string_view message);

  link& link_;
  std::vector<subscription> subscriptions_;
  std::string challenge_;  // empty: none was sent
  std::set<pubkey> authenticated_;
  std::size_t events_sent_ = 0;
};

/// ["EVENT", ...] and the others, also for scripts.
std::string event_message(std::string_view subscription, std::string_view json);
std::string eose_message(std::string_view subscription);
std::string closed_message(std::string_view subscription, std::string_view reason);
std::string ok_message(const event_id&, bool accepted, std::string_view reason);
std::string notice_message(std::string_view text);
std::string auth_message(std::string_view challenge);

}  // namespace uvnostr::testing::detail
