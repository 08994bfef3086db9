// SPDX-License-Identifier: MIT
// The requests of one relay: REQ and CLOSE, repeated after each reconnect, and pages of the past.
//
// Happy path: add -> REQ -> events -> EOSE -> live, pages until the past is complete -> caught up -> remove -> CLOSE.
// What can go wrong:
//   the connection is lost       everything is asked again under new ids, from the point that history gives
//   CLOSED auth-required         held until AUTH is done, asked once more, and then refused
//   CLOSED error, rate-limited,  asked again after a pause that grows and has jitter
//     or without a reason
//   CLOSED for other reasons     asked again on the next connection
//   a page is refused, or not    asked again after a pause, a few times; then its dates become a gap
//     answered
//   no EOSE, and no progress     given up after eose_timeout
//   the connection is lost       the same, or after three of them without a whole answer
//     again and again
//   the relay hangs up over it   asked alone, after the others; then refused until ask_again()
//   the socket is full           pump() goes on where it stopped
//   the relay lets fewer REQs    the others wait; each that was answered gives up its place. A page takes the place of its
//     be open than there are     own REQ, if there is no other
//   it takes fewer a second      they go out at a pace that it accepts: see req_pace
//
// Every REQ has a fresh id, because some relays do not replace a live REQ, and so that answers to an older REQ are not
// taken for those to the new one.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/intrusive_list.hpp"
#include "session/req_pace.hpp"
#include "session/request.hpp"
#include "wire/event_ends.hpp"

namespace uvnostr::session {

class relay_session;

class request_table {
 public:
  explicit request_table(relay_session& session) noexcept : session_(session) {}

  void add(request&);
  void remove(request&);
  /// Asks a refused request again now. Returns false if it was not refused.
  bool ask_again(request&);

  /// Whether messages for this id may still be on their way: its REQ was closed not long ago.
  bool may_still_come(std::string_view wire_id) noexcept;
  /// The REQ with this id on the wire; null if there is none.
  sent_req* find(std::string_view wire_id) const noexcept;

  void on_connected() noexcept;
  /// `hung_up`: the relay ended the connection, perhaps over what we sent.
  void on_disconnected(bool hung_up) noexcept;
  /// No connection will come soon, so on_all_eose need not wait for these requests.
  void settle_all() noexcept;
  /// Sends what is due. Returns false if the socket is full.
  bool pump();

  /// One of its events was too big to be kept.
  void on_too_big(sent_req&, const wire::event_ends&);
  /// One of its events, of this second, came and was lost on our side.
  void ask_for_second(sent_req&, unix_seconds created_at) noexcept;
  /// EOSE came, in its turn.
  void on_eose(sent_req&, eose_hint);
  /// Handles CLOSED in its turn.
  void on_closed(sent_req&, std::string_view text);
  /// The first EOSE was reported, or need not be: its answer is no longer waited for.
  void settle(request&, request::ending) noexcept;
  /// AUTH has succeeded or failed: held requests are asked again, or refused with this text.
  void on_auth(bool accepted, std::string_view text);
  /// Whether a REQ waits for its EOSE.
  bool answers_are_due() const noexcept;
  /// A NOTICE came. Some relays refuse a REQ like this. It is taken for the answer to the newest unanswered one.
  void on_notice(std::string_view text);
  /// What the relay's document says. Source: NIP-11.
  void limit_open(std::size_t most) noexcept { pace_.limit_open(most); }
  /// How many wait for their turn.
  std::size_t waiting() const noexcept { return waiting_; }
  std::optional<std::size_t> most_open() const noexcept { return pace_.most_open(); }
  /// Other relays have come further: a page that waited may be asked.
  void go_on(request&) noexcept;

 private:
  static constexpr unsigned most_fatal = 2;  // hang-ups over a request: then it is not sent again

  using cursor = base::intrusive_list<request>::cursor;
  struct slot {
    sent_req* used_by = nullptr;
    std::uint32_t generation = 0;
    std::chrono::microseconds ended_at{};  // the last one
  };

  void begin_pump() noexcept;
  bool is_its_turn(const request&) noexcept;
  bool may_send() noexcept;
  void note_sent(sent_req&, std::string_view message) noexcept;
  bool wait_for_turn(sent_req&, std::string_view text);
  std::size_t open_before(const sent_req&) const noexcept;
  void await_turn(request&) noexcept;
  bool has_waited_in_vain(request&) noexcept;
  bool is_overdue(request&) noexcept;
  void end_turn(request&);
  bool make_place_for_page(request&);
  void pass_places_on();
  void wake_by(std::chrono::microseconds) noexcept;
  void on_turn_timer() noexcept;
  bool ask(request&);
  bool ask_page(request&);
  bool may_ask_page(const request&) const noexcept;
  base::ref<sent_req> make_req(sent_req::kind, request&);
  void end_req(base::ref<sent_req>&) noexcept;
  void close_req(base::ref<sent_req>&);
  void await_answer(request&) noexcept;
  /// Makes sure that the wait for an answer ends.
  void watch(request&) noexcept;
  void lose(request&, bool may_be_the_cause) noexcept;
  gap missing_of(const request&) const;
  void page_failed(request&, gap_reason);
  void refuse(request&, std::string_view text);
  void refuse_too_long(request&);
  void tell_caught_up(request&);
  std::chrono::milliseconds pause(unsigned times) noexcept;
  void not_back_in_time(request&) noexcept;
  void on_timer(request&);
  friend class request;
  friend class sent_req;

  relay_session& session_;
  base::intrusive_list<request> requests_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  req_pace pace_;
  base::timer turn_timer_ = base::timer::calling<&request_table::on_turn_timer>(*this);
  std::uint64_t last_place_ = 0;
  std::uint64_t closed_ = 0;        // REQs that were sent a CLOSE
  std::uint64_t answers_ = 0;       // EOSEs and refusals that came, except for refusals of the pace
  bool refuses_by_notice_ = false;  // on this connection
  std::size_t under_way_ = 0;       // REQs that wait for their answer, as this pump() found and sent them
  std::size_t waiting_ = 0;         // requests that found no place or had to wait, in the last pump()
  std::size_t newcomers_ = 0;       // of these, without a turn on this connection
  std::list<std::string> closes_;   // CLOSE messages to send; a deque takes 576 bytes even when it is empty
};

}  // namespace uvnostr::session
