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
  if (!scene_.dice.percent(sky.fails_at_once)) return {};
  scene_.met(trouble::failed_at_once);
  return errc::connection_failed;
}

void sim_relay::on_dialled(std::shared_ptr<link> l) {
  chance& dice = scene_.dice;
  std::erase_if(links_, [](const auto& each) { return each->has_ended(); });
  links_.push_back(l);
  if (dice.percent(sky.narrow_socket)) l->longest_queue = 1 + static_cast<unsigned>(dice.below(2));
  if (dice.percent(sky.refuses)) {
    scene_.met(trouble::refused);
    scene_.after(latency(), [l, kind = dice.below(4), wait = dice.below(700)] {
      switch (kind) {
        case 0: l->drop(errc::connection_refused); break;
        case 1: l->drop(errc::host_not_found); break;
        case 2: l->drop(errc::http_status, 503, std::chrono::seconds(wait)); break;
        default: l->drop(errc::http_status, 403);
      }
    });
  } else if (dice.percent(sky.hangs)) {
    scene_.met(trouble::hung);
  } else if (dice.percent(sky.drops_before_open)) {
    scene_.met(trouble::dropped_before_open);
    scene_.after(latency(), [l] { l->drop(errc::connection_lost); });
  } else {
    scene_.after(latency() + latency(), [this, l] {
      if (l->has_ended()) return;
      l->open();
      live_and_die(*l);
    });
  }
}

/// How long this connection will last, and how it will end.
void sim_relay::live_and_die(link& l) {
  chance& dice = scene_.dice;
  if (l.has_ended()) return;
  if (wants_auth) {
    send(l, "[\"AUTH\",\"challenge " + std::to_string(dice.below(1'000'000)) + "\"]");
    l.challenged = true;
  }
  if (dice.percent(sky.drops_at_open)) {
    scene_.met(trouble::dropped_at_open);
    scene_.after(dice.between(0ms, 40ms), [self = l.shared_from_this()] { self->drop(errc::connection_lost); });
  } else if (sky.longest_life.count() != 0) {
    const bool freezes = dice.percent(sky.freezes);
    scene_.after(dice.between(1ms, sky.longest_life), [this, self = l.shared_from_this(), freezes] {
      if (!self->is_up() || is_well_) return;
      scene_.met(freezes ? trouble::frozen : trouble::dropped_live);
      if (freezes) {
        scene_.say(name(), ": connection ", self->number, " freezes");
        self->freeze();
      } else {
        self->drop(scene_.dice.one_in(2) ? errc::connection_lost : errc::closed_by_relay);
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
      scene_.met(trouble::authenticated);
      from.authenticated = true;
      send_ok(from, stock::npos, message.event_id, true, "");
      break;
    default: scene_.broken("the core sent what no relay understands: ", text);
  }
}

void sim_relay::on_req(link& from, client_message&& message, port::time_point sent_at, std::uint64_t sent_step) {
  chance& dice = scene_.dice;
  if (message.wishes.empty()) return scene_.broken("a REQ without a filter");
  if (!from.used_ids.insert(message.subscription).second) return scene_.broken("the id of a REQ was used twice on one connection: ", message.subscription);
  const unsigned subscription = static_cast<unsigned>(std::strtoul(message.wishes.front().search.c_str(), nullptr, 10));
  watched_by->on_request(from, subscription, message.wishes.front().since.has_value(), sent_at, sent_step);
  if (wants_auth && !from.authenticated) {
    send(from, "[\"CLOSED\",\"" + message.subscription + "\",\"auth-required: who are you?\"]");
    return;
  }
  if (dice.percent(sky.ignores_req)) {
    scene_.met(trouble::silent_req);
    from.must_restart = true;
    return;
  }
  if (dice.percent(sky.closes_req)) {
    constexpr const char* reasons[] = {"error: try later", "rate-limited: slow down", "blocked: not you", "restricted: members only", "", "shutting down"};
    const std::string reason = dice.of(reasons);
    scene_.met(trouble::closed);
    from.must_restart = from.must_restart || reason.starts_with("blocked") || reason.starts_with("restricted");
    send(from, "[\"CLOSED\",\"" + message.subscription + "\",\"" + reason + "\"]");
    return;
  }
  link::request& asked = from.requests[message.subscription] = {std::move(message.wishes), subscription};
  answer(from, message.subscription, asked);
}

void sim_relay::answer(link& to, const std::string& wire_id, const link::request& asked) {
  chance& dice = scene_.dice;
  const stock& all = stock::get();
  std::vector<std::size_t> newest_first;
  for (const stored& each : events) newest_first.push_back(each.event);
  std::stable_sort(newest_first.begin(), newest_first.end(), [&](std::size_t a, std::size_t b) { return all.events[a].at > all.events[b].at; });
  std::vector<bool> chosen(newest_first.size());
  for (const wish& w : asked.wishes) {
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
  const std::size_t cut = dice.percent(sky.drops_mid_stored) ? dice.index(found.size() + 1) : stock::npos;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i == cut) {
      scene_.met(trouble::dropped_mid_stored);
      to.give({.kind = down_frame::what::cut}, latency());
    }
    send_event(to, wire_id, asked.subscription, found[i]);
  }
  const char* const hints[] = {"", "", ",\"finish\"", ",\"more\""};
  to.give({.kind = down_frame::what::eose, .text = "[\"EOSE\",\"" + wire_id + "\"" + dice.of(hints) + "]", .subscription = asked.subscription, .asked_at = scene_.now()},
          latency() + dice.between(0ms, sky.eose_delay));
  if (dice.percent(sky.drops_after_eose)) {
    scene_.met(trouble::dropped_after_eose);
    to.give({.kind = down_frame::what::cut}, 0ms);
  }
}

void sim_relay::send_event(link& to, const std::string& wire_id, unsigned subscription, std::size_t event) {
  chance& dice = scene_.dice;
  const stock& all = stock::get();
  const auto forge = [&] {
    scene_.met(trouble::forged);
    const lie how = static_cast<lie>(dice.below(static_cast<std::uint64_t>(lie::count_)));
    to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.forged(event, how)), .event = event, .subscription = subscription}, latency());
  };
  if (dice.percent(sky.garbage) || dice.percent(sky.strays)) send_noise(to, wire_id, subscription);
  if (dice.percent(sky.forges)) forge();
  to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.events[event].real.json()), .event = event, .genuine = true, .subscription = subscription}, latency());
  if (dice.percent(sky.duplicates)) {
    scene_.met(trouble::duplicated);
    to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.events[event].real.json()), .event = event, .genuine = true, .subscription = subscription}, latency());
  }
  if (dice.percent(sky.forges / 4)) forge();
}

/// What has nothing to do with what was asked. False events among it are of real ids that somebody else may bring.
void sim_relay::send_noise(link& to, const std::string& wire_id, unsigned subscription) {
  chance& dice = scene_.dice;
  const stock& all = stock::get();
  const std::size_t any = dice.index(all.events.size());
  constexpr const char* texts[] = {"[\"NOTICE\",\"hello\"]", "[\"NOTICE\",\"ERROR: bad req\"]", "[\"COUNT\",\"x\",{\"count\":1}]", "[]", "{}", "[\"EVENT\"]", "",
                                   "[\"EVENT\",\"x\",{}]", "[\"OK\",\"x\",true]", "[\"EOSE\",\"no-such\"]", "[\"CLOSED\",\"no-such\",\"error: x\"]", "[\"OK\",1,2]",
                                   "not json", "[\"EVENT\",\"0-0\",{\"id\":\"x\"}]", "[\"NEG-MSG\",\"x\",\"00\"]", "[\"EOSE\"]", "[\"AUTH\",\"\"]"};
  switch (dice.below(6)) {
    case 0:
    case 1:
      scene_.met(trouble::garbage);
      send(to, dice.of(texts));
      scene_.met(trouble::noticed);
      break;
    case 2:
      to.give({.kind = down_frame::what::binary, .text = "binary"}, latency());
      break;
    case 3:  // a true event that may be outside of the filter
      scene_.met(trouble::off_filter);
      to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.events[any].real.json()), .event = any, .genuine = true, .subscription = subscription}, latency());
      break;
    case 4:
      scene_.met(trouble::forged);
      to.give({.kind = down_frame::what::event, .text = event_text(wire_id, all.forged(any, static_cast<lie>(dice.below(4)))), .event = any, .subscription = subscription}, latency());
      break;
    default:
      to.give({.kind = down_frame::what::event, .text = event_text("ffff-0", all.events[any].real.json()), .event = any, .genuine = true}, latency());
  }
}

void sim_relay::on_event(link& from, const client_message& message) {
  const std::size_t event = stock::get().find(message.event_id);
  scene_.say("   it is event ", event);
  if (event == stock::npos) return scene_.broken("an event was published that the application does not have: ", message.event_id);
  if (wants_auth && !from.authenticated) return send_ok(from, event, message.event_id, false, "auth-required: who are you?");
  if (scene_.dice.percent(sky.ignores_event)) {
    scene_.met(trouble::silent_ok);
    if (scene_.dice.one_in(2)) store(event);
  } else if (scene_.dice.percent(sky.rejects_event)) {
    constexpr const char* reasons[] = {"blocked: no", "error: disk", "rate-limited: slow", "", "pow: 28 bits"};
    scene_.met(trouble::rejected);
    send_ok(from, event, message.event_id, false, scene_.dice.of(reasons));
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
  const stock_event& e = stock::get().events[event];
  scene_.say(name(), (e.ephemeral() ? " passes on event " : " stores event "), event);
  if (!e.ephemeral()) events.push_back({event, scene_.now()});
  for (const auto& each : std::vector(links_)) {
    if (!each->is_up()) continue;
    for (const auto& [wire_id, asked] : each->requests) {
      if (any_matches(asked.wishes, e)) send_event(*each, wire_id, asked.subscription, event);
    }
  }
  return true;
}

void sim_relay::drop_all() {
  for (const auto& each : std::vector(links_)) {
    if (each->at == link::state::open) each->drop(errc::connection_lost);
  }
}

void sim_relay::heal() {
  scene_.say(name(), " is healthy from now on");
  sky = weather{};
  is_well_ = true;
  for (const auto& each : std::vector(links_)) {
    each->longest_queue = 1000;
    if (each->must_restart && each->is_up()) each->drop(errc::closed_by_relay);
  }
}

}  // namespace uvnostr::sim
