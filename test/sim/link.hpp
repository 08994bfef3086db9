// SPDX-License-Identifier: MIT
// One dialled connection with two directions, each of which keeps its order and has a latency.
//
// It keeps the contract of port::connection: no callback inside a call on it, no delivery while reading is paused or
// after close(), on_disconnect() once and last. It reports forbidden calls of the core.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "port/transport.hpp"
#include "sim/asked_request.hpp"
#include "sim/event_set.hpp"
#include "sim/run_state.hpp"

namespace uvnostr::sim {

class link;
class sim_relay;

/// A message that a relay puts into the socket.
struct down_frame {
  enum class what : unsigned char { event, eose, closed, ok, other, binary, pong, cut } kind = what::other;
  std::string text{};
  std::size_t event = event_set::npos;  // event, ok
  bool genuine = false;                 // event: as its author signed it
  bool accepted = false;                // ok
  bool live = false;                    // event: not of a stored answer
  std::shared_ptr<asked_request> to{};  // event, eose, closed; null: no REQ that was asked
};

/// Watches the messages: the judge.
class network_observer {
 public:
  virtual void on_link_opened(link&) = 0;
  virtual void on_link_ended(link&) = 0;
  virtual void on_frame_given(link&, const down_frame&) = 0;
  /// The core has sent a REQ. Returns whether it is a page.
  virtual void on_request_sent(link&, const std::shared_ptr<asked_request>&) = 0;
  virtual void on_request_come(link&, const std::shared_ptr<asked_request>&) = 0;

 protected:
  ~network_observer() = default;
};

class link final : public port::connection, public std::enable_shared_from_this<link> {
 public:
  enum class state : unsigned char { dialling, open, closing, ended };
  link(run_state& s, network_observer& w, sim_relay& r, port::connection_listener& listener, unsigned relay,
       unsigned serial)
      : number(serial), relay_number(relay), state_(s), observer_(w), relay_(r), listener_(listener) {}

  // The relay's side.
  void open();
  void drop(std::error_code cause, int http_status = 0, std::optional<std::chrono::seconds> wait = {});
  void give(down_frame, duration latency);
  void freeze() noexcept { frozen = true; }
  bool is_up() const noexcept { return at == state::open && !frozen; }
  bool has_ended() const noexcept { return at == state::ended; }
  unsigned longest_queue = 1000;  // messages that fit into the socket

  // The core's side.
  bool send_text(std::string_view) noexcept override;
  std::size_t unsent_bytes() noexcept override { return 0; }
  void send_ping() noexcept override;
  void pause_reading() noexcept override;
  void resume_reading() noexcept override;
  void close(std::uint16_t, std::string_view) noexcept override;
  std::optional<unix_seconds> peer_date() const noexcept override;
  void abort() noexcept override;

  network_observer& observer() noexcept { return observer_; }

  const unsigned number;
  const unsigned relay_number;  // the core's relay_id
  state at = state::dialling;
  bool frozen = false;        // half open: no more bytes pass
  bool must_restart = false;  // the relay did something that only a new connection repairs
  bool challenged = false;
  bool authenticated = false;
  port::time_point opened_at{};
  std::optional<std::chrono::seconds> retry_after{};
  bool sent_away = false;                                               // by HTTP 503
  std::map<std::string, std::shared_ptr<asked_request>> requests;       // those that the relay answers
  std::map<std::string, std::shared_ptr<asked_request>> sent_requests;  // all
  std::map<unsigned, std::shared_ptr<asked_request>> open_requests;     // by subscription: the last REQ, pages aside

 private:
  void deliver_next();
  void arrived();
  void check_call(const char* name);
  void note_request(std::string_view message);
  void end();
  template <class F>
  void after(duration wait, F&& what) {
    state_.after(wait, [self = shared_from_this(), what = std::forward<F>(what)] { what(*self); });
  }

  run_state& state_;
  network_observer& observer_;
  sim_relay& relay_;
  port::connection_listener& listener_;
  std::deque<down_frame> down_;
  port::time_point last_down_{};
  port::time_point last_up_{};
  unsigned stalled_ = 0;  // frames that came while reading was paused
  unsigned in_flight_ = 0;
  bool paused_ = false;
  bool wants_room_ = false;
};

}  // namespace uvnostr::sim
