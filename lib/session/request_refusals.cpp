// SPDX-License-Identifier: MIT
// The part of request_table that handles CLOSED.
//
// A refusal may be of the request's time alone (request_turns.cpp), for lack of AUTH, for the moment, or for as long as this
// connection lasts. The program is told what is missing because of it.
#include <algorithm>
#include <utility>

#include "session/relay_session.hpp"
#include "session/request_table.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr::session {

namespace {

constexpr std::chrono::milliseconds first_pause{5'000};
constexpr std::chrono::milliseconds longest_pause{300'000};

/// Whether the same REQ may succeed a little later. An unknown prefix counts as an error, as in NIP-01.
bool is_temporary(std::string_view prefix) noexcept {
  for (const std::string_view lasting :
       {"invalid", "blocked", "restricted", "unsupported", "mute", "pow", "auth-required"}) {
    if (prefix == lasting) return false;
  }
  return true;
}

}  // namespace

bool request_table::ask_again(request& r) {
  const bool was_fatal = std::exchange(r.fatal_, 0) >= most_fatal;
  r.suspect_ = false;
  if (r.step_ != request::step::refused) return was_fatal;
  r.refusals_ = 0;
  r.timer_.cancel();
  r.step_ = request::step::to_ask;
  session_.pump_soon();
  return true;
}

/// What a relay that refuses does not give: what its answer had not brought yet, and all that comes from now on.
gap request_table::missing_of(const request& r) const {
  gap all{.from = {}, .to = unix_seconds::max(), .reason = gap_reason::refused};
  const std::optional<history_position> at = r.history_.position();
  if (!at || !at->answered || !at->reached) return all;
  all.from = *at->reached;
  for (const missing_stretch& each : at->missing) all.from = std::min(all.from, each.since.value_or(unix_seconds{}));
  return all;
}

void request_table::on_closed(sent_req& req, std::string_view text) {
  if (req.state == sent_req::state::over) return;
  request& r = req.owner();
  const base::ref<request> keep = base::ref<request>::retain(r);
  r.suspect_ = false;
  r.fatal_ = 0;
  if (req.state == sent_req::state::asked) ++session_.counted().refused_reqs;
  if (wait_for_turn(req, text)) return;
  ++answers_;
  const std::string_view prefix = wire::reason_prefix(text);
  const bool lacks_auth = prefix == "auth-required" || prefix == "restricted";
  if (req.what == sent_req::kind::page) {
    end_req(r.page_);
    r.timer_.cancel();
    if (lacks_auth) session_.want_auth();  // by the time the page is asked for again, it is over
    return page_failed(r, gap_reason::refused);
  }
  end_req(r.open_req_);
  close_req(r.page_);
  r.history_.interrupted(session_.trusted_time());
  r.timer_.cancel();
  r.caught_up_told_ = false;  // of this answer; the next one tells that the refusal's gap is closed
  if (lacks_auth && (!std::exchange(r.auth_tried_, true) || session_.auth().is_challenged())) {
    if (session_.auth().done()) {
      // The refusal waited for earlier events, and AUTH was over by its turn.
      r.step_ = request::step::to_ask;
      session_.pump_soon();
      return;
    }
    if (session_.want_auth()) {
      r.step_ = request::step::held;
      return;
    }
  }
  refuse(r, text);
}

/// The pause grows with each refusal in a row. Jitter keeps many requests from coming back together.
std::chrono::milliseconds request_table::pause(unsigned times) noexcept {
  const auto longest = std::min(first_pause * (1 << std::min(times == 0 ? 0U : times - 1, 6U)), longest_pause);
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(static_cast<double>(longest.count()) * (0.8 + 0.4 * session_.random_fraction())));
}

void request_table::refuse(request& r, std::string_view text) {
  r.step_ = request::step::refused;
  r.is_slowed_ = false;
  refusal said{.words = text,
               .hung_up = false,
               .asked_again = asked_again::on_next_connection,
               .pause = {},
               .missing = missing_of(r)};
  if (is_temporary(wire::reason_prefix(text))) {
    said.asked_again = asked_again::after_pause;
    said.pause = pause(++r.refusals_);
    session_.timers().schedule(r.timer_, session_.now() + said.pause);
  }
  session_.listener().on_request_refused(session_, r, said);
  settle(r, request::ending::refused);
}

void request_table::on_auth(bool accepted, std::string_view text) {
  for (cursor each(requests_); request* const at = each.next();) {
    request& r = *at;
    // A temporarily refused AUTH has succeeded, so requests that were refused without it are sent again.
    const bool lacked_auth = r.step_ == request::step::refused && r.auth_tried_ && !r.timer_.is_scheduled();
    if (r.step_ != request::step::held && !(accepted && lacked_auth)) continue;
    if (accepted) {
      r.step_ = request::step::to_ask;
    } else {
      refuse(r, text);
    }
  }
  session_.pump_soon();
}

}  // namespace uvnostr::session
