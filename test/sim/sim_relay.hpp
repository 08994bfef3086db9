// SPDX-License-Identifier: MIT
// A relay by NIP-01 that stores events and answers, with the habits that it has for good and the faults of its profile.
//
// It never loses an event that it has stored. An answer lacks events only because of its habits (a cap, newest first)
// or with a visible fault (a lost connection, a CLOSED, a REQ without EOSE), except that it may lie about NIP-67.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/client_message.hpp"
#include "sim/fault_profile.hpp"
#include "sim/link.hpp"

namespace uvnostr::sim {

struct relay_traits {
  enum class sequence : unsigned char { newest_first, oldest_first, any };
  enum class hint : unsigned char { none, honest, false_at_times };

  unsigned cap = 0;             // events in an answer; 0: any number
  bool cap_is_for_req = false;  // instead of for each of its filters
  sequence answers{};
  bool shuffles_seconds = false;  // the events of a second come in a different order each time
  bool repeats = false;           // an event that matches two filters comes twice
  hint nip_67{};
  std::chrono::seconds clock_error{};
  bool shows_date = false;

  static relay_traits any(random_source&);
};

class sim_relay {
 public:
  struct stored {
    std::size_t event;
    std::uint64_t order;
  };

  sim_relay(run_state& s, unsigned serial, bool needs_auth)
      : number(serial), wants_auth(needs_auth), traits(relay_traits::any(s.random)), state_(s) {}

  std::string url() const { return "ws://r" + std::to_string(number) + ".test"; }
  std::string name() const { return "r" + std::to_string(number); }
  unix_seconds date() const { return state_.true_date() + traits.clock_error; }
  duration latency() { return state_.random.between(1ms, faults.latency); }

  /// Decides the fate of a dial. An error: it fails at once.
  std::error_code on_dial();
  void on_dialled(std::shared_ptr<link>);
  void on_message(link&, std::string_view);

  /// Stores the event and sends it to subscribers. Returns false if it had the event already.
  bool store(std::size_t event);
  bool has(std::size_t event) const;
  /// Loses all its connections at once.
  void drop_all();
  /// Makes it a well-behaved relay. Open connections stay open, so that anything stuck on one is noticed.
  void recover();

  const unsigned number;
  const bool wants_auth;
  const relay_traits traits;
  fault_profile faults;
  std::vector<stored> events;
  std::vector<stored> passed_on;  // ephemeral events

 private:
  using request_ref = std::shared_ptr<asked_request>;

  void on_req(link&, const std::string& wire_id);
  void on_event(link&, const client_message&);
  bool refuses(link&, const std::string& wire_id, const request_ref&);
  std::vector<std::size_t> choose(asked_request&);
  void answer(link&, const std::string& wire_id, const request_ref&);
  void send_event(link&, const std::string& wire_id, const request_ref&, std::size_t event, bool live);
  void send_noise(link&, const std::string& wire_id, const request_ref&, bool live);
  void send_closed(link&, const std::string& wire_id, const request_ref&, const std::string& words);
  void send_ok(link&, std::size_t event, const std::string& id, bool accepted, std::string_view words);
  void send(link& to, std::string text) { to.give({.text = std::move(text)}, latency()); }
  void plan_end(link&);

  run_state& state_;
  std::vector<std::shared_ptr<link>> links_;
  bool is_healthy_ = false;
};

}  // namespace uvnostr::sim
