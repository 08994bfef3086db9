// SPDX-License-Identifier: MIT
// NIP-01 and NIP-42 for one connection.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/event.hpp>
#include <uvnostr/filter.hpp>

#include "testing/relay/request.hpp"

namespace uvnostr::testing::detail {

class relay_core;
class link;

class session {
 public:
  explicit session(link& of) noexcept : link_(of) {}

  void on_open(relay_core&);
  void handle(relay_core&, const request&);
  /// Keeps the table of subscriptions only: the script answers.
  void follow(const request&);
  /// An event that is new, or a text that stands for one.
  void offer(relay_core&, const event&);
  void offer_raw(relay_core&, std::string_view json);

 private:
  struct subscription {
    std::string id;
    std::vector<filter> filters;
  };

  void handle_req(relay_core&, const request&);
  void handle_event(relay_core&, const request&);
  void handle_auth(relay_core&, const request&);
  std::string judge_auth(relay_core&, const event&) const;
  bool must_authenticate(relay_core&);
  void send_stored(relay_core&, const subscription&);
  void send_event(relay_core&, std::string_view id, std::string_view json);
  bool takes_one_more(relay_core&);
  void refuse_req(relay_core&, std::string_view id, std::string_view reason);
  void send_closed(std::string_view id, std::string_view reason);
  void send_ok(const event_id&, bool accepted, std::string_view reason);
  void send_challenge(relay_core&);
  /// The last message before a connection is dropped by rule; empty: there is none.
  void drop_with(relay_core&, std::string_view message);

  link& link_;
  std::vector<subscription> subscriptions_;
  std::string challenge_;  // empty: none was sent
  std::set<pubkey> authenticated_;
  std::size_t events_sent_ = 0;
  std::optional<double> tokens_;  // of behaviour::max_req_rate
  std::chrono::duration<double> filled_at_{};
};

}  // namespace uvnostr::testing::detail
