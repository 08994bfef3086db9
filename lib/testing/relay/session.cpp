// SPDX-License-Identifier: MIT
#include "testing/relay/session.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include <uvnostr/testing/events.hpp>

#include "testing/relay/link.hpp"
#include "testing/relay/messages.hpp"
#include "testing/relay/relay_core.hpp"

namespace uvnostr::testing::detail {
namespace {

constexpr std::chrono::seconds auth_window{600};
constexpr event_kind auth_kind = 22242;
constexpr std::uint16_t too_big_code = 1009;  // RFC 6455, 7.4.1

// The words of a refusal that applies. That uses it once.
std::optional<std::string> refused(std::optional<refusal>& rule) {
  if (!rule || rule->times == 0) return std::nullopt;
  if (rule->times != always) --rule->times;
  return rule->reason;
}

std::string_view hint_of(eose_hints hints, bool complete) noexcept {
  switch (hints) {
    case eose_hints::none: return {};
    case eose_hints::honest: return complete ? "finish" : "more";
    case eose_hints::finish: return "finish";
    case eose_hints::more: return "more";
  }
  return {};
}

// A message that is too long for this relay, though not for the protocol.
bool is_too_long(const behaviour& how, const request& r) noexcept {
  return (r.kind == request::verb::req && r.text.size() > how.max_req_bytes) ||
         (r.kind == request::verb::event && r.text.size() > how.max_event_bytes);
}

std::string_view without_slash(std::string_view url) noexcept {
  if (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

}  // namespace

void session::on_open(relay_core& c) {
  if (c.behaviour().auth.demand == auth_demand::on_connect) send_challenge(c);
}

void session::handle(relay_core& c, const request& r) {
  if (is_too_long(c.behaviour(), r)) return link_.close(too_big_code, "message too big");
  switch (r.kind) {
    case request::verb::req: return handle_req(c, r);
    case request::verb::event: return handle_event(c, r);
    case request::verb::auth: return handle_auth(c, r);
    case request::verb::close: return follow(r);
    case request::verb::invalid: return link_.send_text(notice_message("error: this is no message of NIP-01"));
  }
}

void session::follow(const request& r) {
  if (r.kind != request::verb::req && r.kind != request::verb::close) return;
  std::erase_if(subscriptions_, [&](const subscription& s) { return s.id == r.subscription; });
  if (r.kind == request::verb::req && !r.filter_error) subscriptions_.push_back({r.subscription, r.filters});
}

void session::handle_req(relay_core& c, const request& r) {
  if (!c.behaviour().answer_reqs) return;
  if (r.filter_error) return send_closed(r.subscription, "invalid: " + r.filter_error.message());
  if (must_authenticate(c)) return send_closed(r.subscription, "auth-required: say who you are");
  if (!takes_one_more(c)) return refuse_req(c, r.subscription, c.behaviour().max_req_rate->reason);
  if (const auto reason = refused(c.behaviour().refuse_req)) return refuse_req(c, r.subscription, *reason);
  follow(r);
  if (subscriptions_.size() > c.options().max_subscriptions)
    return refuse_req(c, r.subscription, "error: too many subscriptions");
  send_stored(c, subscription(subscriptions_.back()));
}

void session::send_stored(relay_core& c, const subscription& s) {
  std::optional<drop_rule>& rule = c.behaviour().drop;
  if (rule && rule->times > 0 && rule->after_events == 0U) return drop_with(c, {});
  const store::selection answer = c.events().select(s.filters, c.behaviour().max_limit);
  for (const event& e : answer.events) {
    if (!link_.is_open()) return;
    send_event(c, s.id, e.json());
  }
  for (const std::string& json : c.events().oddities()) send_event(c, s.id, json);
  if (!c.behaviour().send_eose || !link_.is_open()) return;
  const std::string eose = eose_message(s.id, hint_of(c.behaviour().hints, answer.complete));
  if (rule && rule->times > 0 && rule->after_eose) return drop_with(c, eose);
  link_.send_text(eose);
  if (const auto reason = refused(c.behaviour().close_after_eose)) send_closed(s.id, *reason);
}

void session::send_event(relay_core& c, std::string_view id, std::string_view json) {
  const behaviour& how = c.behaviour();
  std::string forged;
  if (how.forge != forgery::none) {
    if (const auto e = event::parse(json)) {
      forged = how.forge == forgery::signature ? with_wrong_signature(*e)
               : how.forge == forgery::id      ? with_wrong_id(*e)
                                               : with_changed_content(*e);
      json = forged;
    }
  }
  const std::string message = event_message(id, json);
  for (unsigned copy = 0; copy < how.copies && link_.is_open(); ++copy) {
    ++events_sent_;
    if (how.drop && how.drop->times > 0 && how.drop->after_events && events_sent_ >= *how.drop->after_events) {
      return drop_with(c, message);
    }
    link_.send_text(message);
  }
}

void session::drop_with(relay_core& c, std::string_view message) {
  drop_rule& rule = *c.behaviour().drop;
  if (rule.times != always) --rule.times;
  if (!message.empty()) {
    if (rule.mid_frame) {
      link_.send_half_text(message);
    } else {
      link_.send_text(message);
    }
  }
  link_.drop(rule.how);
}

void session::offer(relay_core& c, const event& e) {
  if (!c.behaviour().answer_reqs) return;
  std::vector<std::string> wanted_by;
  for (const subscription& s : subscriptions_) {
    if (std::ranges::any_of(s.filters, [&](const filter& f) { return f.matches(e); })) wanted_by.push_back(s.id);
  }
  for (const std::string& id : wanted_by) send_event(c, id, e.json());
}

void session::offer_raw(relay_core& c, std::string_view json) {
  if (!c.behaviour().answer_reqs) return;
  std::vector<std::string> all;
  for (const subscription& s : subscriptions_) all.push_back(s.id);
  for (const std::string& id : all) send_event(c, id, json);
}

void session::handle_event(relay_core& c, const request& r) {
  if (!r.event) return link_.send_text(notice_message("invalid: this is not of an event's shape"));
  const event& e = *r.event;
  const bool answer = c.behaviour().answer_events;
  const auto say = [&](bool accepted, std::string_view reason) {
    if (answer) send_ok(e.id(), accepted, reason);
  };
  if (must_authenticate(c)) return say(false, "auth-required: say who you are");
  if (const auto reason = refused(c.behaviour().refuse_event)) return say(false, *reason);
  if (c.options().verify_events) {
    if (const std::error_code wrong = e.verify()) return say(false, "invalid: " + wrong.message());
  }
  if (e.kind() == auth_kind) return say(false, "invalid: an AUTH event is not for publishing");
  if (c.options().store_events && !is_ephemeral(e.kind())) {
    switch (c.events().publish(e)) {
      case store::verdict::duplicate: return say(true, "duplicate: have it");
      case store::verdict::superseded: return say(true, "duplicate: have a newer one");
      case store::verdict::full: return say(false, "error: the store is full");
      case store::verdict::stored: break;
    }
  }
  say(true, "");
  c.offer(e);
}

bool session::must_authenticate(relay_core& c) {
  if (c.behaviour().auth.demand == auth_demand::none || !authenticated_.empty()) return false;
  if (challenge_.empty()) send_challenge(c);
  return true;
}

void session::send_challenge(relay_core& c) {
  challenge_ = c.behaviour().auth.challenge;
  if (challenge_.empty()) challenge_ = "challenge-" + std::to_string(link_.number());
  link_.send_text(auth_message(challenge_));
}

void session::handle_auth(relay_core& c, const request& r) {
  if (!r.event) return link_.send_text(notice_message("invalid: this is not of an event's shape"));
  if (const auto reason = refused(c.behaviour().auth.refuse)) return send_ok(r.event->id(), false, *reason);
  const std::string wrong = judge_auth(c, *r.event);
  if (wrong.empty()) authenticated_.insert(r.event->pubkey());
  send_ok(r.event->id(), wrong.empty(), wrong);
}

std::string session::judge_auth(relay_core& c, const event& e) const {
  if (e.kind() != auth_kind) return "invalid: AUTH takes kind 22242";
  if (const std::error_code wrong = e.verify()) return "invalid: " + wrong.message();
  const auto challenge = e.tag("challenge");
  if (challenge_.empty() || !challenge || challenge->value() != challenge_) return "invalid: the challenge is another";
  const auto relay = e.tag("relay");
  const std::string_view url = relay ? without_slash(relay->value()) : std::string_view();
  const host& at = c.host();
  if (url != at.url({}) && url != at.url("localhost")) return "invalid: the relay tag is not for " + at.url({});
  const unix_seconds now = c.wall_clock();
  if (e.created_at() < now - auth_window || e.created_at() > now + auth_window) return "invalid: created_at is not now";
  const std::vector<pubkey>& allowed = c.behaviour().auth.allowed;
  if (!allowed.empty() && std::ranges::find(allowed, e.pubkey()) == allowed.end()) return "restricted: not for you";
  return {};
}

/// Whether the rate allows another REQ.
bool session::takes_one_more(relay_core& c) {
  const std::optional<req_rate>& rate = c.behaviour().max_req_rate;
  if (!rate) return true;
  const std::chrono::duration<double> now = c.host().elapsed();
  const double filled = tokens_ ? *tokens_ + (now - filled_at_).count() * rate->per_second : rate->burst;
  tokens_ = std::min(filled, rate->burst);
  filled_at_ = now;
  if (*tokens_ < 1) return false;
  --*tokens_;
  return true;
}

void session::refuse_req(relay_core& c, std::string_view id, std::string_view reason) {
  if (!c.behaviour().refuse_by_notice) return send_closed(id, reason);
  std::erase_if(subscriptions_, [&](const subscription& s) { return s.id == id; });
  link_.send_text(notice_message(reason));
}

void session::send_closed(std::string_view id, std::string_view reason) {
  std::erase_if(subscriptions_, [&](const subscription& s) { return s.id == id; });
  link_.send_text(closed_message(id, reason));
}

void session::send_ok(const event_id& id, bool accepted, std::string_view reason) {
  link_.send_text(ok_message(id, accepted, reason));
}

}  // namespace uvnostr::testing::detail
