// SPDX-License-Identifier: MIT
#include "sim/sim_relay.hpp"

#include <algorithm>

namespace uvnostr::sim {

namespace {

std::string event_text(std::string_view wire_id, std::string_view json) {
  return std::string("[\"EVENT\",\"").append(wire_id).append("\",").append(json).append("]");
}

/// Refusals that only another connection repairs.
bool is_lasting(std::string_view words) { return words.starts_with("blocked") || words.starts_with("restricted"); }

constexpr const char* refusals[] = {
    "error: try later", "rate-limited: slow down", "blocked: not you", "restricted: members only", "", "shutting down"};

}  // namespace

relay_traits relay_traits::any(random_source& random) {
  constexpr unsigned caps[] = {5, 5, 7, 10, 20, 50, 100};
  constexpr std::chrono::seconds errors[] = {0s, 0s, 0s, -3h, -100s, 100s, 3h, 48h};
  relay_traits t;
  if (random.percent(60)) t.cap = random.of(caps);
  t.cap_is_for_req = random.one_in(2);
  if (t.cap == 0) t.answers = static_cast<sequence>(random.below(3));
  t.shuffles_seconds = random.one_in(4);
  t.repeats = random.one_in(6);
  t.nip_67 = random.one_in(10) ? hint::false_at_times : random.one_in(4) ? hint::honest : hint::none;
  t.clock_error = random.of(errors);
  t.shows_date = random.one_in(2);
  return t;
}

std::error_code sim_relay::on_dial() {
  if (!state_.random.percent(faults.fails_at_once)) return {};
  state_.saw(situation::failed_at_once);
  return errc::connection_failed;
}

void sim_relay::on_dialled(std::shared_ptr<link> l) {
  random_source& random = state_.random;
  std::erase_if(links_, [](const auto& each) { return each->has_ended(); });
  links_.push_back(l);
  if (random.percent(faults.narrow_socket)) l->longest_queue = 1 + static_cast<unsigned>(random.below(2));
  if (random.percent(faults.refuses)) {
    state_.saw(situation::refused);
    state_.after(latency(), [l, kind = random.below(4), wait = random.below(700)] {
      switch (kind) {
        case 0: l->drop(errc::connection_refused); break;
        case 1: l->drop(errc::host_not_found); break;
        case 2: l->drop(errc::http_status, 503, std::chrono::seconds(wait)); break;
        default: l->drop(errc::http_status, 403);
      }
    });
  } else if (random.percent(faults.hangs)) {
    state_.saw(situation::hung);
  } else if (random.percent(faults.drops_before_open)) {
    state_.saw(situation::dropped_before_open);
    state_.after(latency(), [l] { l->drop(errc::connection_lost); });
  } else {
    state_.after(latency() + latency(), [this, l] {
      if (l->has_ended()) return;
      l->open();
      plan_end(*l);
    });
  }
}

/// How long this connection will last, and how it will end.
void sim_relay::plan_end(link& l) {
  random_source& random = state_.random;
  if (l.has_ended()) return;
  if (wants_auth) {
    send(l, "[\"AUTH\",\"challenge " + std::to_string(random.below(1'000'000)) + "\"]");
    l.challenged = true;
  }
  if (random.percent(faults.drops_at_open)) {
    state_.saw(situation::dropped_at_open);
    state_.after(random.between(0ms, 40ms), [self = l.shared_from_this()] { self->drop(errc::connection_lost); });
  } else if (faults.longest_life.count() != 0) {
    const bool freezes = random.percent(faults.freezes);
    state_.after(random.between(1ms, faults.longest_life), [this, self = l.shared_from_this(), freezes] {
      if (!self->is_up() || is_healthy_) return;
      state_.saw(freezes ? situation::frozen : situation::dropped_live);
      if (freezes) {
        state_.log(name(), ": connection ", self->number, " freezes");
        self->freeze();
      } else {
        self->drop(state_.random.one_in(2) ? errc::connection_lost : errc::closed_by_relay);
      }
    });
  }
}

void sim_relay::on_message(link& from, std::string_view text) {
  const client_message message = read_client_message(text);
  switch (message.what) {
    case client_message::verb::req: on_req(from, message.subscription); break;
    case client_message::verb::event: on_event(from, message); break;
    case client_message::verb::close: from.requests.erase(message.subscription); break;
    case client_message::verb::auth:
      state_.saw(situation::authenticated);
      from.authenticated = true;
      send_ok(from, event_set::npos, message.event_id, true, "");
      break;
    default: state_.fail("the core sent what no relay understands: ", text);
  }
}

void sim_relay::on_req(link& from, const std::string& wire_id) {
  const request_ref& asked = from.sent_requests[wire_id];
  asked->order = ++state_.order;
  from.observer().on_request_come(from, asked);
  if (refuses(from, wire_id, asked)) return;
  from.requests[wire_id] = asked;
  answer(from, wire_id, asked);
}

/// Whether it does anything other than answer.
bool sim_relay::refuses(link& from, const std::string& wire_id, const request_ref& asked) {
  random_source& random = state_.random;
  if (wants_auth && !from.authenticated) {
    asked->wants_auth = true;
    send_closed(from, wire_id, asked, "auth-required: who are you?");
    return true;
  }
  if ((asked->subscription * 37 + number * 11) % 100 < faults.hangs_up_over) {
    state_.saw(situation::hung_up_over_req);
    from.give({.kind = down_frame::what::cut}, latency());
    return true;
  }
  if (random.percent(faults.ignores_req) || (asked->is_page && random.percent(faults.ignores_page))) {
    state_.saw(asked->is_page ? situation::page_ignored : situation::silent_req);
    from.must_restart = from.must_restart || !asked->is_page;
    return true;
  }
  if (!random.percent(faults.closes_req) && !(asked->is_page && random.percent(faults.refuses_page))) return false;
  const std::string words = random.of(refusals);
  state_.saw(asked->is_page ? situation::page_refused : situation::closed);
  from.must_restart = from.must_restart || is_lasting(words);
  asked->comes_too_soon = words.starts_with("rate-limited");
  send_closed(from, wire_id, asked, words);
  return true;
}

/// The events of the answer, in the order of sending.
std::vector<std::size_t> sim_relay::choose(asked_request& asked) {
  const std::vector<known_event>& all = event_set::get().events;
  const auto newer = [&](std::size_t a, std::size_t b) { return all[a].at > all[b].at; };
  std::vector<std::size_t> newest_first;
  for (const stored& each : events) newest_first.push_back(each.event);
  if (traits.shuffles_seconds) {
    for (std::size_t i = newest_first.size(); i > 1; --i)
      std::swap(newest_first[i - 1], newest_first[state_.random.index(i)]);
  }
  std::stable_sort(newest_first.begin(), newest_first.end(), newer);
  std::vector<unsigned> chosen(newest_first.size());  // by how many filters
  asked.cuts.assign(asked.filters.size(), std::nullopt);
  for (std::size_t f = 0; f < asked.filters.size(); ++f) {
    std::uint64_t left = asked.filters[f].limit.value_or(1'000'000);
    if (traits.cap != 0 && !traits.cap_is_for_req) left = std::min<std::uint64_t>(left, traits.cap);
    unix_seconds oldest = unix_seconds::max();
    for (std::size_t i = 0; i < newest_first.size(); ++i) {
      const known_event& e = all[newest_first[i]];
      if (!asked.filters[f].matches(e)) continue;
      if (left == 0) {
        asked.cuts[f] = oldest;
        break;
      }
      oldest = e.at;
      ++chosen[i];
      --left;
    }
  }
  std::vector<std::size_t> found;
  const auto is_full = [&] { return traits.cap != 0 && traits.cap_is_for_req && found.size() >= traits.cap; };
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i] == 0) continue;
    if (is_full()) {
      for (std::size_t f = 0; f < asked.filters.size(); ++f) {
        if (asked.filters[f].matches(all[newest_first[i]]))
          asked.cuts[f] = std::max(asked.cuts[f].value_or(unix_seconds::min()), all[found.back()].at);
      }
      continue;
    }
    for (unsigned n = traits.repeats ? chosen[i] : 1; n != 0 && !is_full(); --n) found.push_back(newest_first[i]);
  }
  if (traits.answers == relay_traits::sequence::oldest_first) std::reverse(found.begin(), found.end());
  if (traits.answers == relay_traits::sequence::any) {
    for (std::size_t i = found.size(); i > 1; --i) std::swap(found[i - 1], found[state_.random.index(i)]);
  }
  return found;
}

void sim_relay::answer(link& to, const std::string& wire_id, const request_ref& asked) {
  random_source& random = state_.random;
  const std::vector<std::size_t> found = choose(*asked);
  const std::size_t cut = random.percent(faults.drops_mid_stored) ? random.index(found.size() + 1) : event_set::npos;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i == cut) {
      state_.saw(situation::dropped_mid_stored);
      to.give({.kind = down_frame::what::cut}, latency());
    }
    send_event(to, wire_id, asked, found[i], false);
  }
  const bool is_whole =
      std::none_of(asked->cuts.begin(), asked->cuts.end(), [](const auto& each) { return each.has_value(); });
  if (!is_whole && traits.cap != 0) state_.saw(situation::capped);
  const bool lies = !is_whole && traits.nip_67 == relay_traits::hint::false_at_times && random.one_in(2);
  const char* hint = traits.nip_67 == relay_traits::hint::none ? "" : is_whole || lies ? ",\"finish\"" : ",\"more\"";
  asked->lies = lies;
  asked->says_whole = traits.nip_67 != relay_traits::hint::none && (is_whole || lies);
  to.give({.kind = down_frame::what::eose, .text = "[\"EOSE\",\"" + wire_id + "\"" + hint + "]", .to = asked},
          latency() + random.between(0ms, faults.eose_delay));
  if (random.percent(faults.closes_after_eose)) {
    const std::string words = random.of(refusals);
    state_.saw(situation::closed_after_eose);
    to.must_restart = to.must_restart || (is_lasting(words) && !asked->is_page);
    to.requests.erase(wire_id);
    send_closed(to, wire_id, asked, words);
  }
  if (random.percent(faults.drops_after_eose)) {
    state_.saw(situation::dropped_after_eose);
    to.give({.kind = down_frame::what::cut}, 0ms);
  }
}

void sim_relay::send_event(link& to, const std::string& wire_id, const request_ref& asked, std::size_t event,
                           bool live) {
  random_source& random = state_.random;
  const event_set& all = event_set::get();
  const auto give = [&](std::string json, bool genuine) {
    to.give({.kind = down_frame::what::event,
             .text = event_text(wire_id, json),
             .event = event,
             .genuine = genuine,
             .live = live,
             .to = asked},
            latency());
  };
  const auto forge = [&] {
    state_.saw(situation::forged);
    give(all.forged(event, static_cast<forgery>(random.below(static_cast<std::uint64_t>(forgery::count_)))), false);
  };
  if (random.percent(faults.garbage) || random.percent(faults.strays)) send_noise(to, wire_id, asked, live);
  if (random.percent(faults.forges)) forge();
  give(std::string(all.events[event].real.json()), true);
  if (random.percent(faults.duplicates)) {
    state_.saw(situation::duplicated);
    give(std::string(all.events[event].real.json()), true);
  }
  if (random.percent(faults.forges / 4)) forge();
}

/// Messages unrelated to the request. Forged events among them have real ids, which another relay may send. Before EOSE
/// none of them matches the request: an answer with an event in the wrong place, or in place of another, would be a lie
/// about what the relay stores, which no client can detect.
void sim_relay::send_noise(link& to, const std::string& wire_id, const request_ref& asked, bool live) {
  random_source& random = state_.random;
  const event_set& all = event_set::get();
  const std::size_t any = random.index(all.events.size());
  const known_event& e = all.events[any];
  constexpr const char* texts[] = {"[\"NOTICE\",\"hello\"]",
                                   "[\"NOTICE\",\"ERROR: bad req\"]",
                                   "[\"COUNT\",\"x\",{\"count\":1}]",
                                   "[]",
                                   "{}",
                                   "[\"EVENT\"]",
                                   "",
                                   "[\"EVENT\",\"x\",{}]",
                                   "[\"OK\",\"x\",true]",
                                   "[\"EOSE\",\"no-such\"]",
                                   "[\"CLOSED\",\"no-such\",\"error: x\"]",
                                   "[\"OK\",1,2]",
                                   "not json",
                                   "[\"EVENT\",\"0-0\",{\"id\":\"x\"}]",
                                   "[\"NEG-MSG\",\"x\",\"00\"]",
                                   "[\"EOSE\"]",
                                   "[\"AUTH\",\"\"]"};
  switch (random.below(6)) {
    case 0:
    case 1:
      state_.saw(situation::garbage);
      send(to, random.of(texts));
      state_.saw(situation::noticed);
      break;
    case 2: to.give({.kind = down_frame::what::binary, .text = "binary"}, latency()); break;
    case 3:
      if (!live && any_matches(asked->filters, e)) break;
      state_.saw(situation::off_filter);
      to.give({.kind = down_frame::what::event,
               .text = event_text(wire_id, e.real.json()),
               .event = any,
               .genuine = true,
               .to = asked},
              latency());
      break;
    case 4:
      if (!live && any_matches(asked->filters, e)) break;
      state_.saw(situation::forged);
      to.give({.kind = down_frame::what::event,
               .text = event_text(wire_id, all.forged(any, static_cast<forgery>(random.below(4)))),
               .event = any,
               .to = asked},
              latency());
      break;
    default:
      to.give(
          {.kind = down_frame::what::event, .text = event_text("ffff-0", e.real.json()), .event = any, .genuine = true},
          latency());
  }
}

void sim_relay::send_closed(link& to, const std::string& wire_id, const request_ref& asked, const std::string& words) {
  asked->wants_auth = asked->wants_auth || (to.challenged && words.starts_with("restricted"));
  to.give({.kind = down_frame::what::closed, .text = "[\"CLOSED\",\"" + wire_id + "\",\"" + words + "\"]", .to = asked},
          latency());
}

void sim_relay::on_event(link& from, const client_message& message) {
  const std::size_t event = event_set::get().find(message.event_id);
  state_.log("   it is event ", event);
  if (event == event_set::npos)
    return state_.fail("an event was published that the application does not have: ", message.event_id);
  if (wants_auth && !from.authenticated)
    return send_ok(from, event, message.event_id, false, "auth-required: who are you?");
  if (state_.random.percent(faults.ignores_event)) {
    state_.saw(situation::silent_ok);
    if (state_.random.one_in(2)) store(event);
  } else if (state_.random.percent(faults.rejects_event)) {
    constexpr const char* reasons[] = {"blocked: no", "error: disk", "rate-limited: slow", "", "pow: 28 bits"};
    state_.saw(situation::rejected);
    send_ok(from, event, message.event_id, false, state_.random.of(reasons));
  } else {
    const bool fresh = store(event);
    send_ok(from, event, message.event_id, true, fresh ? "" : "duplicate: have it");
  }
}

void sim_relay::send_ok(link& to, std::size_t event, const std::string& id, bool accepted, std::string_view words) {
  to.give({.kind = down_frame::what::ok,
           .text = "[\"OK\",\"" + id + "\"," + (accepted ? "true" : "false") + ",\"" + std::string(words) + "\"]",
           .event = event,
           .accepted = accepted},
          latency());
}

bool sim_relay::has(std::size_t event) const {
  return std::any_of(events.begin(), events.end(), [&](const stored& each) { return each.event == event; });
}

bool sim_relay::store(std::size_t event) {
  if (has(event)) return false;
  const known_event& e = event_set::get().events[event];
  state_.log(name(), (e.ephemeral() ? " passes on event " : " stores event "), event_set::get().name_of(event));
  ++state_.order;
  (e.ephemeral() ? passed_on : events).push_back({event, state_.order});
  for (const auto& each : std::vector(links_)) {
    if (!each->is_up()) continue;
    for (const auto& [wire_id, asked] : each->requests) {
      if (any_matches(asked->filters, e)) send_event(*each, wire_id, asked, event, true);
    }
  }
  return true;
}

void sim_relay::drop_all() {
  for (const auto& each : std::vector(links_)) {
    if (each->at == link::state::open) each->drop(errc::connection_lost);
  }
}

void sim_relay::recover() {
  state_.log(name(), " is healthy from now on");
  faults = fault_profile{};
  is_healthy_ = true;
  for (const auto& each : std::vector(links_)) {
    each->longest_queue = 1000;
    if (each->must_restart && each->is_up()) each->drop(errc::closed_by_relay);
  }
}

}  // namespace uvnostr::sim
