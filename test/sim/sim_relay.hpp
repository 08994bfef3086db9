// SPDX-License-Identifier: MIT
// A relay by NIP-01 that stores events and answers, with the faults of its profile.
//
// With any profile it keeps every event that it has stored, and leaves none out of an answer without a visible fault (a
// lost connection, a CLOSED, a REQ without EOSE). So a client that asks often enough gets all it has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/client_message.hpp"
#include "sim/fault_profile.hpp"
#include "sim/link.hpp"

namespace uvnostr::sim {

class sim_relay {
 public:
  struct stored {
    std::size_t event;
    port::time_point since;
  };

  sim_relay(run_state& s, unsigned serial, bool needs_auth) : number(serial), wants_auth(needs_auth), oldest_first_(s.random.one_in(4)), state_(s) {}

  std::string url() const { return "ws://r" + std::to_string(number) + ".test"; }
  std::string name() const { return "r" + std::to_string(number); }
  duration latency() { return state_.random.between(1ms, faults.latency); }

  /// Decides what becomes of a dial. An error: it fails at once.
  std::error_code on_dial();
  void on_dialled(std::shared_ptr<link>);
  void on_message(link&, std::string_view, port::time_point sent_at, std::uint64_t sent_step);

  /// Has the event from now on, and sends it to those who wait for it. False if it had it.
  bool store(std::size_t event);
  bool has(std::size_t event) const;
  /// All its connections are lost at once.
  void drop_all();
  /// From now on it is a good relay. Connections that are up stay up, so that what got stuck on one is seen.
  void recover();

  const unsigned number;
  const bool wants_auth;
  fault_profile faults;
  std::vector<stored> events;
  network_observer* observer = nullptr;

 private:
  void on_req(link&, client_message&&, port::time_point sent_at, std::uint64_t sent_step);
  void on_event(link&, const client_message&);
  void answer(link&, const std::string& wire_id, const link::request&);
  void send_event(link&, const std::string& wire_id, unsigned subscription, std::size_t event);
  void send_noise(link&, const std::string& wire_id, unsigned subscription);
  void send_ok(link&, std::size_t event, const std::string& id, bool accepted, std::string_view words);
  void send(link& to, std::string text) { to.give({.text = std::move(text)}, latency()); }
  void plan_end(link&);

  const bool oldest_first_;
  run_state& state_;
  std::vector<std::shared_ptr<link>> links_;
  bool is_healthy_ = false;
};

}  // namespace uvnostr::sim
