// SPDX-License-Identifier: MIT
// A relay by NIP-01 that keeps events and answers, as well as its weather lets it.
//
// What it may never do, in any weather: drop an event that it stores, or leave one out of an answer without it being its
// fault that shows (a lost connection, a CLOSED, a REQ without EOSE). So whoever asks often enough gets all it has.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/link.hpp"
#include "sim/weather.hpp"

namespace uvnostr::sim {

class sim_relay {
 public:
  struct stored {
    std::size_t event;
    port::time_point since;
  };

  sim_relay(scene& s, unsigned serial, bool needs_auth) : number(serial), wants_auth(needs_auth), oldest_first_(s.dice.one_in(4)), scene_(s) {}

  std::string url() const { return "ws://r" + std::to_string(number) + ".test"; }
  std::string name() const { return "r" + std::to_string(number); }
  duration latency() { return scene_.dice.between(1ms, sky.latency); }

  /// Decides what becomes of a dial. An error: it fails at once.
  std::error_code on_dial();
  void on_dialled(std::shared_ptr<link>);
  void on_message(link&, std::string_view, port::time_point sent_at, std::uint64_t sent_step);

  /// Has the event from now on, and sends it to those who wait for it. False if it had it.
  bool store(std::size_t event);
  bool has(std::size_t event) const;
  /// For a story that needs it: everything is lost at once.
  void drop_all();
  /// From now on it is a good relay. Connections that are up stay up, so that what got stuck on one is seen.
  void heal();

  const unsigned number;
  const bool wants_auth;
  weather sky;
  std::vector<stored> events;
  witness* watched_by = nullptr;

 private:
  void on_req(link&, client_message&&, port::time_point sent_at, std::uint64_t sent_step);
  void on_event(link&, const client_message&);
  void answer(link&, const std::string& wire_id, const link::request&);
  void send_event(link&, const std::string& wire_id, unsigned subscription, std::size_t event);
  void send_noise(link&, const std::string& wire_id, unsigned subscription);
  void send_ok(link&, std::size_t event, const std::string& id, bool accepted, std::string_view words);
  void send(link& to, std::string text) { to.give({.text = std::move(text)}, latency()); }
  void live_and_die(link&);

  const bool oldest_first_;
  scene& scene_;
  std::vector<std::shared_ptr<link>> links_;
  bool is_well_ = false;
};

}  // namespace uvnostr::sim
