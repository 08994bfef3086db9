// SPDX-License-Identifier: MIT
#include "receive/subscription_record.hpp"

#include <algorithm>

#include "wire/filter_split.hpp"

namespace uvnostr {

relay_request::relay_request(subscription_record& subscription, base::ref<session::relay_session> session,
                             part_of_filters part)
    : part_of_filters(std::move(part)),
      request(origins.empty() ? subscription.filters : part_of_filters::filters, subscription.options,
              subscription.wants_only_stored),
      subscription_(&subscription),
      session_(std::move(session)) {}

void relay_request::cut_off() noexcept {
  subscription_ = nullptr;
  session_->requests().remove(*this);
}

std::optional<session::history_position> relay_request::position() const { return history().position(); }

void relay_request::restore(const session::history_position& whole) {
  history().restore(is_part() ? position_of_part(whole, origins) : whole);
}

namespace {

using ending = session::request::ending;

/// How a relay answered that ended one part so and another so. What is not over yet decides, then what went wrong.
ending both(ending a, ending b) noexcept {
  for (const ending each : {ending::none, ending::refused, ending::unreachable, ending::timed_out}) {
    if (a == each || b == each) return each;
  }
  return ending::answered;
}

void count(answer_counts& all, ending end) noexcept {
  ++all.asked;
  switch (end) {
    case ending::none: break;
    case ending::answered: ++all.answered; break;
    case ending::refused: ++all.refused; break;
    case ending::timed_out: ++all.timed_out; break;
    case ending::unreachable: ++all.unreachable; break;
  }
}

}  // namespace

bool subscription_record::all_settled() const noexcept {
  return was_asked && std::all_of(requests_.begin(), requests_.end(), [](const auto& each) { return each->settled(); });
}

void subscription_record::ask(base::ref<session::relay_session> session) {
  was_asked = true;
  const auto known = resume_from.find(session->url().text);
  ask_in_parts(std::move(session), known != resume_from.end() ? &known->second : nullptr, false);
}

void subscription_record::ask_in_parts(base::ref<session::relay_session> session, const session::history_position* from,
                                       bool eose_told) {
  session::relay_session& at = *session;
  std::vector<wire::filter_group> groups;
  if (const auto& most = at.limitation().max_message_length) groups = wire::split_filters(filters, *most);
  const bool is_whole = groups.empty() || (groups.size() == 1 && !groups.front().is_too_long);
  if (is_whole) groups.assign(1, {});
  for (wire::filter_group& each : groups) {
    requests_.push_back(base::make_ref<relay_request>(
        *this, session, part_of_filters{std::move(each.filters), std::move(each.origins)}));
    relay_request& made = *requests_.back();
    made.too_long = each.is_too_long;
    made.eose_told = eose_told;
    if (from != nullptr) made.restore(*from);
    at.requests().add(made);
  }
}

void subscription_record::fit(session::relay_session& at) {
  const std::vector<relay_request*> before = all_at(at.id());
  if (before.empty()) return;
  const std::optional<std::uint64_t>& most = at.limitation().max_message_length;
  const auto groups = most ? wire::split_filters(filters, *most) : std::vector<wire::filter_group>();
  const bool is_whole = groups.empty() || (groups.size() == 1 && !groups.front().is_too_long);
  if (is_whole && !before.front()->is_part()) return;
  const std::optional<session::history_position> come_to = position_at(at);
  const bool eose_told = before.front()->eose_told;
  const bool was_answered = std::all_of(before.begin(), before.end(),
                                        [](const relay_request* each) { return each->end() == ending::answered; });
  std::vector<base::ref<relay_request>> old;
  for (relay_request* const each : before) old.push_back(base::ref<relay_request>::retain(*each));
  std::erase_if(requests_, [&](const auto& each) { return &each->session() == &at; });
  for (const auto& each : old) each->cut_off();
  ask_in_parts(base::ref<session::relay_session>::retain(at), come_to ? &*come_to : nullptr, eose_told);
  if (!was_answered) return;
  // on_all_eose does not wait for it once more.
  for (relay_request* const each : all_at(at.id())) at.requests().settle(*each, ending::answered);
}

std::vector<relay_request*> subscription_record::all_at(relay_id id) const {
  std::vector<relay_request*> all;
  for (const auto& each : requests_) {
    if (each->session().id() == id) all.push_back(each.get());
  }
  return all;
}

std::optional<session::history_position> subscription_record::position_at(const session::relay_session& at) const {
  std::vector<session::history_position> parts;
  std::vector<const std::vector<std::uint32_t>*> origins;
  for (const relay_request* const each : all_at(at.id())) {
    std::optional<session::history_position> part = each->position();
    if (!each->is_part()) return part;
    if (!part) return std::nullopt;
    parts.push_back(*std::move(part));
    origins.push_back(&each->part_origins());
  }
  if (parts.empty()) return std::nullopt;
  return position_of_whole(parts, origins, filters.size());
}

void subscription_record::remove_relay(const session::relay_session& session) noexcept {
  std::vector<base::ref<relay_request>> removed;
  for (relay_request* const each : all_at(session.id())) removed.push_back(base::ref<relay_request>::retain(*each));
  if (removed.empty()) return;
  resume_from = position();
  if (!all_eose_told) {
    std::vector<relay_answer> answers;
    add_answers(answers);
    for (relay_answer& each : answers) {
      if (each.relay != session.id()) continue;
      if (each.end == ending::none) each.end = ending::unreachable;
      gone_.push_back(std::move(each));
    }
  }
  std::erase_if(requests_, [&](const auto& each) { return &each->session() == &session; });
  for (const auto& each : removed) {
    each->cut_off();
    forget_waiting(*each);
  }
}

/// Events that wait for a removed relay are not delivered. If another relay sent the same event, it is delivered as
/// that relay's.
void subscription_record::forget_waiting(const relay_request& removed) {
  held_items left;
  std::vector<held_item> dropped;
  for (held_item& each : waiting) {
    session::relay_session& from = static_cast<relay_request&>(each.to->owner()).session();
    if (&each.to->owner() == &removed) {
      from.remove_pending(each.bytes);
      if (each.end_of_answer) continue;
      --from.counted().messages.unverified;
      ++from.counted().messages.unknown_subscription;
      if (each.event) dropped.push_back(std::move(each));
      continue;
    }
    const auto same = std::find_if(dropped.begin(), dropped.end(), [&](const held_item& d) {
      return d.event && !each.event && !each.end_of_answer && d.event->fields.id == each.copied;
    });
    if (same != dropped.end()) {
      each.event = std::move(same->event);
      from.add_pending(same->bytes - each.bytes);
      each.bytes = same->bytes;
    }
    left.push_back(std::move(each));
  }
  waiting = std::move(left);
}

void subscription_record::remove_all_relays() noexcept {
  resume_from = position();
  add_answers(gone_);
  for (const base::ref<relay_request>& each : std::exchange(requests_, {})) each->cut_off();
}

void subscription_record::note_delivered(unix_seconds created_at) {
  ++delivered;
  if (options.max_unacknowledged != 0) unsafe_.push_back(created_at);
}

void subscription_record::acknowledge(std::uint64_t n) noexcept {
  for (n = std::min(n, delivered); acknowledged < n; ++acknowledged) {
    if (!unsafe_.empty()) unsafe_.pop_front();
  }
}

/// Whatever relay gave an event that is not safe may be gone in the next run, so all are asked for it. What lies within
/// the overlap comes anyway; what is older is asked for by its dates.
void subscription_record::ask_for_unsafe(session::history_position& at) const {
  std::optional<unix_seconds> begin;  // of what comes anyway
  if (at.answered && at.reached) begin = *at.reached - options.resume_overlap;
  for (const std::optional<unix_seconds>& floor : at.floors) {
    if (begin && floor) begin = std::max(*begin, *floor);
  }
  std::optional<unix_seconds> oldest, newest;
  const auto add = [&](unix_seconds each) {
    if (begin && each >= *begin) return;
    oldest = std::min(oldest.value_or(each), each);
    newest = std::max(newest.value_or(each), each);
  };
  std::for_each(unsafe_.begin(), unsafe_.end(), add);
  for (const held_item& each : waiting) {
    if (each.event) add(each.event->fields.created_at_time());
  }
  for (std::uint32_t i = 0; oldest && i < filters.size(); ++i) {
    at.missing.push_back({.filter = i, .since = oldest, .until = newest});
  }
}

cursor_positions subscription_record::position() const {
  cursor_positions all = resume_from;
  for (const base::ref<relay_request>& each : requests_) {
    std::optional<session::history_position> at = each->is_part() ? position_at(each->session()) : each->position();
    if (!at) continue;
    ask_for_unsafe(*at);
    all.insert_or_assign(each->session().url().text, *std::move(at));
  }
  return all;
}

answer_counts subscription_record::answers() const noexcept {
  answer_counts all;
  for (const relay_answer& each : relay_answers()) count(all, each.end);
  return all;
}

std::vector<relay_answer> subscription_record::relay_answers() const {
  std::vector<relay_answer> all = gone_;
  add_answers(all);
  return all;
}

/// One for each relay that it is asked of.
void subscription_record::add_answers(std::vector<relay_answer>& to) const {
  const relay_request* before = nullptr;
  for (const base::ref<relay_request>& each : requests_) {
    const std::span<const gap> gaps = each->history().gaps();
    // The parts of one relay stand together.
    if (before != nullptr && &before->session() == &each->session()) {
      relay_answer& same = to.back();
      same.end = both(same.end, each->end());
      same.gaps.insert(same.gaps.end(), gaps.begin(), gaps.end());
    } else {
      to.push_back({.relay = each->session().id(), .end = each->end(), .gaps = {gaps.begin(), gaps.end()}});
    }
    before = each.get();
  }
}

}  // namespace uvnostr
