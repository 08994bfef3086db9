// SPDX-License-Identifier: MIT
// One relay over time: dialled, kept, lost, dialled again, until it is stopped. Its phases are in session/phase.hpp.
//
// What can go wrong:
//   no address, refused, TLS, HTTP, ...   the connection's on_disconnect() has the cause
//   an answer never comes                 connect_timeout: the connection is aborted
//   the connection is dead                session/liveness notices: aborted
//   the close handshake is not answered   close_timeout: aborted
//   every attempt fails                   the delays grow; after max_retries it is stopped for good
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <uvnostr/information.hpp>
#include <uvnostr/relay_options.hpp>
#include <uvnostr/relay_status.hpp>
#include <uvnostr/stats.hpp>

#include "base/log.hpp"
#include "base/ref.hpp"
#include "base/timer_queue.hpp"
#include "base/url.hpp"
#include "port/reactor.hpp"
#include "port/transport.hpp"
#include "session/authenticator.hpp"
#include "session/back_pressure.hpp"
#include "session/backoff.hpp"
#include "session/flood_guard.hpp"
#include "session/liveness.hpp"
#include "session/outbox.hpp"
#include "session/phase.hpp"
#include "session/request_table.hpp"
#include "session/session_listener.hpp"

namespace uvnostr::session {

/// The other parts that a session needs.
struct surroundings {
  port::reactor& reactor;
  port::transport& transport;
  base::timer_queue& timers;
  session_listener& listener;
  message_listener& messages;
  pool_times& times;
  base::log& log;
};

class relay_session final : public base::ref_counted<relay_session>, private port::connection_listener {
 public:
  /// `slot` is its number in dedup/provenance.
  relay_session(relay_id, std::uint32_t slot, base::url, relay_options, const surroundings&);

  /// Dials as soon as possible, even if a delay is not over or no retry was left.
  void dial_now() noexcept;
  /// The same, and forgets earlier failures. Does nothing for a relay that does not want us back so soon.
  void start_over() noexcept;
  /// Dials, if it still wants to: the owner's answer to on_session_wants_dial().
  void dial() noexcept;
  /// Closes the connection and stays stopped; its publishes get `cause`.
  void stop(std::error_code cause) noexcept;
  /// The same at once and without calls.
  void abort() noexcept;

  relay_id id() const noexcept { return id_; }
  std::uint32_t slot() const noexcept { return slot_; }
  const base::url& url() const noexcept { return url_; }
  const relay_options& options() const noexcept { return options_; }
  relay_state state() const noexcept { return rule_of(phase_).shown_as; }
  relay_status status() const noexcept;
  bool open() const noexcept { return phase_ == phase::connected; }
  bool stopped() const noexcept { return phase_ == phase::stopped; }
  /// Whether it is not connected and the last attempt failed.
  bool failing() const noexcept;
  /// Whether the relay has ever sent anything.
  bool has_served() const noexcept { return stats_.messages_in != 0; }
  /// Failures in a row: attempts that failed, or connections that did not last.
  unsigned failures() const noexcept { return backoff_.failures(); }
  /// How long the last connection took to make; none if there was none.
  std::optional<std::chrono::microseconds> connect_time() const noexcept { return stats_.connect_time; }
  /// Why the last connection ended or was not made.
  std::error_code last_cause() const noexcept { return last_end_.cause; }

  /// A random number from 0 to 1.
  static double random_fraction(port::reactor&) noexcept;

  pool_times& times() const noexcept { return around_.times; }
  base::log& log() const noexcept { return around_.log; }
  base::log_subject subject() const noexcept { return {.relay = id_, .url = url_.text}; }

  request_table& requests() noexcept { return requests_; }
  session::outbox& outbox() noexcept { return outbox_; }
  session::authenticator& auth() noexcept { return auth_; }

  /// The counters for code that processes messages.
  relay_stats& counted() noexcept { return stats_; }
  relay_stats stats() const;
  /// The lesser of our clock and the relay's, as its answer to the upgrade showed it.
  unix_seconds trusted_time() noexcept;
  /// The relay's clock as far as we know it, otherwise ours.
  unix_seconds relay_time() noexcept;
  /// It sent what it should not have. Too many offences end the connection, at the end of this turn. `what` is a literal.
  void note_offence(std::string_view what) noexcept;
  /// An event that does not verify, which is an offence.
  void note_forgery(std::string_view what) noexcept;
  /// It sent what was not asked for. A few of these are no offence.
  void note_unasked() noexcept;
  /// What its information document says. Source: NIP-11.
  void learn(const relay_limitation&);
  const relay_limitation& limitation() const noexcept { return limitation_; }
  void note_good_event() noexcept {
    if (stats_.offences > 0) stats_.offences = std::max(0.0, stats_.offences - 1.0 / 20);
  }
  /// Whether it ever sent an event that did not verify.
  bool has_forged() const noexcept { return has_forged_; }

  /// Reading stops while more than max_unverified_bytes wait for verification.
  void add_pending(std::size_t bytes) noexcept { back_pressure_.add(bytes); }
  void remove_pending(std::size_t bytes) noexcept { back_pressure_.remove(bytes); }
  /// Whether anything from the relay waits for verification or for the application.
  bool waits_for_us() const noexcept { return stats_.unverified_bytes != 0; }

 private:
  // For the session's own parts only.
  friend class request_table;
  friend class session::outbox;
  friend class session::authenticator;
  friend class session::liveness;
  friend class session::back_pressure;

  session_listener& listener() noexcept { return around_.listener; }
  base::timer_queue& timers() noexcept { return around_.timers; }
  std::chrono::microseconds now() noexcept { return around_.reactor.now().time_since_epoch(); }
  std::chrono::microseconds turn_began() noexcept { return around_.reactor.turn_began().time_since_epoch(); }
  unix_seconds wall_clock() noexcept { return around_.reactor.wall_clock(); }
  /// Only while the session is open.
  std::chrono::microseconds connected_since() const noexcept { return phase_since_; }
  /// The bytes of all messages so far; and those that have left as far as we know, so that neither we nor the system
  /// hold them.
  std::uint64_t bytes_handed_over() const noexcept { return stats_.bytes_out; }
  std::uint64_t bytes_that_left() const noexcept;
  double random_fraction() noexcept { return random_fraction(around_.reactor); }
  /// Returns false if there is no connection or its write queue is full.
  bool send(std::string_view message) noexcept;
  /// Sends what is due, at the end of this turn of the loop.
  void pump_soon() noexcept;
  bool want_auth() { return auth_.want(); }
  void auth_over(bool accepted, std::string_view text);

  void on_open() noexcept override;
  void on_text(std::string_view) noexcept override;
  void on_too_big(std::size_t bytes, std::string_view beginning, std::string_view end) noexcept override;
  void on_binary(std::size_t) noexcept override;
  void on_activity() noexcept override { liveness_.heard(); }
  void on_remark(std::string_view what, std::string_view about, std::string_view detail,
                 std::error_code cause) noexcept override;
  void on_pong() noexcept override;
  void on_writable() noexcept override;
  void on_disconnect(const port::disconnect&) noexcept override;

  void enter(phase) noexcept;
  void touched() noexcept;
  bool keeps_its_rules() const noexcept;
  void wait_or_stop() noexcept;
  void connection_over(const port::disconnect&) noexcept;
  void finish(std::error_code cause) noexcept;
  void pump() noexcept;
  void lost(errc cause) noexcept;
  bool is_unbearable() const noexcept {
    return options_.max_offences != 0 && stats_.offences > static_cast<double>(options_.max_offences);
  }
  void on_phase_timer() noexcept;
  void on_pump_timer() noexcept;

  const relay_id id_;
  const std::uint32_t slot_;
  const base::url url_;
  const relay_options options_;
  const surroundings around_;
  relay_stats stats_;
  bool has_forged_ = false;
  flood_guard flood_;
  relay_limitation limitation_;
  struct clock_reading {
    unix_seconds date;
    std::chrono::microseconds at;
  };
  std::optional<clock_reading> relay_clock_;
  phase phase_ = phase::idle;
  port::connection* connection_ = nullptr;
  backoff backoff_;
  request_table requests_{*this};
  session::outbox outbox_{*this};
  session::authenticator auth_{*this};
  session::liveness liveness_{*this};
  session::back_pressure back_pressure_{*this};
  base::timer phase_timer_ =
      base::timer::calling<&relay_session::on_phase_timer>(*this);  // delay, connect or close timeout
  base::timer pump_timer_ = base::timer::calling<&relay_session::on_pump_timer>(*this);
  bool dial_failed_ = false;  // whether the last dial did
  std::chrono::microseconds phase_since_{};
  std::error_code stop_cause_;  // set once stop() was called
  port::disconnect last_end_;   // of the last connection, for status()
  std::string last_end_text_;
  relay_state previous_ = relay_state::waiting;
  std::optional<std::chrono::milliseconds> delay_;
};

}  // namespace uvnostr::session
