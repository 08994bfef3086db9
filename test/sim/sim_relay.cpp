// SPDX-License-Identifier: MIT
#include "sim/sim_relay.hpp"

#include <algorithm>

namespace uvnostr::sim {

namespace {

std::string event_text(std::string_view wire_id, std::string_view json) {
  return std::string("[\"EVENT\",\"").append(wire_id).append("\",").append(json).append("]");
}

}  // namespace

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

void sim_relay::on_message(link& from, std::string_view text, port::time_point sent_at, std::uint64_t sent_step) {
  client_message message = read_client_message(text);
  switch (message.what) {
    case client_message::verb::req: on_req(from, std::move(message), sent_at, sent_step); break;
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

void sim_relay::on_req(link& from, client_message&& message, port::time_point sent_at, std::uint64_t sent_step) {
  random_source& random = state_.random;
  if (message.filters.empty()) return state_.fail("a REQ without a filter");
  if (!from.used_ids.insert(message.subscription).second) return state_.fail("the id of a REQ was used twice on one connection: ", message.subscription);
  const unsigned subscription = static_cast<unsigned>(std::strtoul(message.filters.front().search.c_str(), nullptr, 10));
  observer->on_request(from, subscription, message.filters.front().since.has_value(), sent_at, sent_step);
  if (wants_auth && !from.authenticated) {
    send(from, "[\"CLOSED\",\"" + message.subscription + "\",\"auth-required: who are you?\"]");
    return;
  }
  if (random.percent(faults.ignores_req)) {
    state_.saw(situation::silent_req);
    from.must_restart = true;
    return;
  }
  if (random.percent(faults.closes_req)) {
    constexpr const char* reasons[] = {"error: try later", "rate-limited: slow down", "blocked: not you", "restricted: members only", "", "shutting down"};
    const std::string reason = random.of(reasons);
    state_.saw(situation::closed);
    from.must_restart = from.must_restart || reason.starts_with("blocked") || reason.starts_with("restricted");
    send(from, "[\"CLOSED\",\"" + message.subscription + "\",\"" + reason + "\"]");
    return;
  }
  link::request& asked = from.requests[message.subscription] = {std::move(message.filters), subscription};
  answer(from, message.subscription, asked);
}

void sim_relay::answer(link& to, const std::string& wire_id, const link::request& asked) {
  random_source& random = state_.random;
  const event_set& all = event_set::get();
  std::vector<std::size_t> newest_first;
  for (const stored& each : events) newest_first.push_back(each.event);
  std::stable_sort(newest_first.begin(), newest_first.end(), [&](std::size_t a, std::size_t b) { return all.events[a].at > all.events[b].at; });
  std::vector<bool> chosen(newest_first.size());
  for (const filter_model& w : asked.filters) {
    std::uint32_t left = w.limit.value_or(1000);
    for (std::size_t i = 0; i < newest_first.size() && left != 0; ++i) {
      if (!w.matches(all.events[newest_first[i]])) continue;
      chosen[i] = true;
      --left;
    }
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) found.push_back(newest_first[i]);
  }
  if (oldest_first_) std::reverse(found.begin(), found.end());
  const std::size_t cut = random.percent(faults.drops_mid_stored) ? random.index(found.size() + 1) : event_set::npos;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i == cut) {
      state_.saw(situation::dropped_mid_stored);
      to.give({.kind = down_frame::what::cut}, latency());
    }
    send_event(to, wire_id, asked.subscription, found[i]);
  }
  const char* const hints[] = {"", "", ",\"finish\"", ",\"more\""};
  to.give({.kind = down_frame::what::eose, .text = "[\"EOSE\",\"" + wire_id + "\"" + random.of(hints) + "]", .subscription = asked.subscription, .asked_at = state_.now()},
          latency() + random.between(0ms, faults.eose_delay));
  if (random.percent(faults.drops_after_eose)) {
    state_.saw(situation::dropped_after_eose);
    to.give({.kind = down_frame::what::cut}, 0ms);
  }
}

void sim_relay::send_event(link& to, const std::string& wire_id, unsigned subscription, std::size_t event) {
  random_source& random = state_.random;
  const event_set& all = event_set::get();
  const auto forge = [&] {
    state_.saw(situation::forged);
    const forgery how = static_cast<forgery>(random.below(static_cast<std::uint64_t>(forgery::count_)));
    to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.forged(event, how)), .event = event, .subscription = subscription}, latency());
  };
  if (random.percent(faults.garbage) || random.percent(faults.strays)) send_noise(to, wire_id, subscription);
  if (random.percent(faults.forges)) forge();
  to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.events[event].real.json()), .event = event, .genuine = true, .subscription = subscription}, latency());
  if (random.percent(faults.duplicates)) {
    state_.saw(situation::duplicated);
    to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.events[event].real.json()), .event = event, .genuine = true, .subscription = subscription}, latency());
  }
  if (random.percent(faults.forges / 4)) forge();
}

/// What has nothing to do with what was asked. False events among it are of real ids that somebody else may bring.
void sim_relay::send_noise(link& to, const std::string& wire_id, unsigned subscription) {
  random_source& random = state_.random;
  const event_set& all = event_set::get();
  const std::size_t any = random.index(all.events.size());
  constexpr const char* texts[] = {"[\"NOTICE\",\"hello\"]", "[\"NOTICE\",\"ERROR: bad req\"]", "[\"COUNT\",\"x\",{\"count\":1}]", "[]", "{}", "[\"EVENT\"]", "",
                                   "[\"EVENT\",\"x\",{}]", "[\"OK\",\"x\",true]", "[\"EOSE\",\"no-such\"]", "[\"CLOSED\",\"no-such\",\"error: x\"]", "[\"OK\",1,2]",
                                   "not json", "[\"EVENT\",\"0-0\",{\"id\":\"x\"}]", "[\"NEG-MSG\",\"x\",\"00\"]", "[\"EOSE\"]", "[\"AUTH\",\"\"]"};
  switch (random.below(6)) {
    case 0:
    case 1:
      state_.saw(situation::garbage);
      send(to, random.of(texts));
      state_.saw(situation::noticed);
      break;
    case 2:
      to.give({.kind = down_frame::what::binary, .text = "binary"}, latency());
      break;
    case 3:  // a true event that may be outside of the filter
      state_.saw(situation::off_filter);
      to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.events[any].real.json()), .event = any, .genuine = true, .subscription = subscription}, latency());
      break;
    case 4:
      state_.saw(situation::forged);
      to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.forged(any, static_cast<forgery>(random.below(4)))), .event = any, .subscription = subscription}, latency());
      break;
    default:
      to.give({.kind = down_frame::what::event, .text = event_text("ffff-0", all.events[any].real.json()), .event = any, .genuine = true}, latency());
  }
}

void sim_relay::on_event(link& from, const client_message& message) {
  const std::size_t event = event_set::get().find(message.event_id);
  state_.log("   it is event ", event);
  if (event == event_set::npos) return state_.fail("an event was published that the application does not have: ", message.event_id);
  if (wants_auth && !from.authenticated) return send_ok(from, event, message.event_id, false, "auth-required: who are you?");
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
  state_.log(name(), (e.ephemeral() ? " passes on event " : " stores event "), event);
  if (!e.ephemeral()) events.push_back({event, state_.now()});
  for (const auto& each : std::vector(links_)) {
    if (!each->is_up()) continue;
    for (const auto& [wire_id, asked] : each->requests) {
      if (any_matches(asked.filters, e)) send_event(*each, wire_id, asked.subscription, event);
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
