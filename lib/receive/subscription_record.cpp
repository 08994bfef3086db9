// SPDX-License-Identifier: MIT
#include "receive/subscription_record.hpp"

#include <algorithm>

namespace uvnostr {

relay_request::relay_request(subscription_record& subscription, base::ref<session::relay_session> session)
    : request(subscription.filters, subscription.options, subscription.wants_only_stored),
      subscription_(&subscription),
      session_(std::move(session)) {}

void relay_request::cut_off() noexcept {
  subscription_ = nullptr;
  session_->requests().remove(*this);
}

namespace {

using ending = session::request::ending;

relay_answer answer_of(const relay_request& request) {
  const std::span<const gap> gaps = request.history().gaps();
  return {.relay = request.session().id(), .end = request.end(), .gaps = {gaps.begin(), gaps.end()}};
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
  session::relay_session& at = *session;
  requests_.push_back(base::make_ref<relay_request>(*this, std::move(session)));
  if (const auto known = resume_from.find(at.url().text); known != resume_from.end()) {
    requests_.back()->history().restore(known->second);
  }
  at.requests().add(*requests_.back());
}

void subscription_record::remove_relay(const session::relay_session& session) noexcept {
  const auto found =
      std::find_if(requests_.begin(), requests_.end(), [&](const auto& each) { return &each->session() == &session; });
  if (found == requests_.end()) return;
  resume_from = position();
  const base::ref<relay_request> removed = std::move(*found);
  requests_.erase(found);
  if (!all_eose_told) {
    gone_.push_back(answer_of(*removed));
    if (!removed->settled()) gone_.back().end = ending::unreachable;
  }
  removed->cut_off();
  forget_waiting(*removed);
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
  for (const base::ref<relay_request>& each : requests_) gone_.push_back(answer_of(*each));
  for (const base::ref<relay_request>& each : std::exchange(requests_, {})) each->cut_off();
}

relay_request* subscription_record::at(relay_id id) const noexcept {
  const auto found =
      std::find_if(requests_.begin(), requests_.end(), [&](const auto& each) { return each->session().id() == id; });
  return found == requests_.end() ? nullptr : found->get();
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
    std::optional<session::history_position> at = each->history().position();
    if (!at) continue;
    ask_for_unsafe(*at);
    all.insert_or_assign(each->session().url().text, *std::move(at));
  }
  return all;
}

answer_counts subscription_record::answers() const noexcept {
  answer_counts all;
  for (const relay_answer& each : gone_) count(all, each.end);
  for (const base::ref<relay_request>& each : requests_) count(all, each->end());
  return all;
}

std::vector<relay_answer> subscription_record::relay_answers() const {
  std::vector<relay_answer> all = gone_;
  for (const base::ref<relay_request>& each : requests_) all.push_back(answer_of(*each));
  return all;
}

}  // namespace uvnostr
