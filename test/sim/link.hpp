// SPDX-License-Identifier: MIT
// One dialled connection with its two directions, which keep their order and take their time.
//
// It keeps to the contract of port::connection: nothing is called from inside a call on it, nothing is delivered while
// reading is paused or after close(), on_disconnect() comes once and last. What the core may not do, it reports.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "port/transport.hpp"
#include "sim/run_state.hpp"
#include "sim/event_set.hpp"
#include "sim/filter_model.hpp"

namespace uvnostr::sim {

class link;
class sim_relay;

/// What a relay puts into the socket.
struct down_frame {
  enum class what : unsigned char { event, eose, ok, other, binary, pong, cut } kind = what::other;
  std::string text{};
  std::size_t event = event_set::npos;  // event, ok
  bool genuine = false;             // event: as its author signed it
  bool accepted = false;            // ok
  unsigned subscription = 0;        // the application's number; 0: none
  port::time_point asked_at{};      // eose: when the REQ arrived
};

/// Who watches what passes: the judge.
class network_observer {
 public:
  virtual void on_link_opened(link&) = 0;
  virtual void on_link_ended(link&) = 0;
  virtual void on_frame_given(link&, const down_frame&) = 0;
  virtual void on_request(link&, unsigned subscription, bool resumed, port::time_point sent_at, std::uint64_t sent_step) = 0;

 protected:
  ~network_observer() = default;
};

class link final : public port::connection, public std::enable_shared_from_this<link> {
 public:
  enum class state : unsigned char { dialling, open, closing, ended };
  /// What the relay knows of a REQ.
  struct request {
    std::vector<filter_model> filters;
    unsigned subscription;
  };

  link(run_state& s, network_observer& w, sim_relay& r, port::connection_listener& listener, unsigned relay, unsigned serial)
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
  void abort() noexcept override;

  const unsigned number;
  const unsigned relay_number;  // the core's relay_id
  state at = state::dialling;
  bool frozen = false;          // half open: nothing passes any more
  bool must_restart = false;    // the relay did what only a new connection heals
  bool challenged = false;
  bool authenticated = false;
  port::time_point opened_at{};
  std::optional<std::chrono::seconds> retry_after{};
  std::map<std::string, request> requests;
  std::set<std::string> used_ids;
  std::map<unsigned, port::time_point> asked;  // by subscription, the last REQ

 private:
  void deliver_next();
  void arrived();
  void check_call(const char* name);
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
