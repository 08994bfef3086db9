// SPDX-License-Identifier: MIT
#include "receive/subscription_record.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

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

// What lies between was delivered, and would come again in the next run; each stretch costs a REQ.
constexpr std::size_t most_stretches_of_unsafe = 1;
constexpr std::size_t most_stretches_of_removed = 16;

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

std::vector<unix_seconds> dates_of(const held_items& items) {
  std::vector<unix_seconds> dates;
  for (const held_item& each : items) {
    if (each.event) dates.push_back(each.event->fields.created_at_time());
  }
  return dates;
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
  resume_from = progress();
  const base::ref<relay_request> removed = std::move(*found);
  requests_.erase(found);
  if (!all_eose_told) {
    gone_.push_back(answer_of(*removed));
    if (!removed->settled()) gone_.back().end = ending::unreachable;
  }
  removed->cut_off();
  std::vector<unix_seconds> dates = forget_waiting(*removed);
  const auto left_at = resume_from.find(session.url().text);
  if (left_at != resume_from.end()) ask_for(left_at->second, std::move(dates), most_stretches_of_removed);
}

/// Events that wait for a removed relay are not delivered. If another relay sent the same event, it is delivered as
/// that relay's. Returns the dates of the others.
std::vector<unix_seconds> subscription_record::forget_waiting(const relay_request& removed) {
  held_items left;
  held_items dropped;
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
  return dates_of(dropped);
}

void subscription_record::remove_all_relays() noexcept {
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
  if (options.max_unacknowledged != 0) {
    unsafe_.push_back(created_at);
  } else {
    in_hand_ = created_at;
  }
}

void subscription_record::acknowledge(std::uint64_t n) noexcept {
  for (n = std::min(n, delivered); acknowledged < n; ++acknowledged) {
    if (!unsafe_.empty()) unsafe_.pop_front();
  }
  if (acknowledged == delivered) in_hand_.reset();
}

/// Events of these dates must come again. What lies within the overlap comes anyway; what is older is asked for by its
/// dates, in at most so many stretches with the least between them.
void subscription_record::ask_for(session::history_position& at, std::vector<unix_seconds> dates,
                                  std::size_t most_stretches) const {
  std::optional<unix_seconds> begin;  // of what comes anyway
  if (at.answered && at.reached) begin = *at.reached - options.resume_overlap;
  for (const std::optional<unix_seconds>& floor : at.floors) {
    if (begin && floor) begin = std::max(*begin, *floor);
  }
  if (begin) std::erase_if(dates, [&](unix_seconds each) { return each >= *begin; });
  std::sort(dates.begin(), dates.end());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  if (dates.empty()) return;
  std::vector<std::size_t> ends(dates.size() - 1);  // dates after which a stretch may end
  std::iota(ends.begin(), ends.end(), std::size_t{0});
  std::sort(ends.begin(), ends.end(),
            [&](std::size_t a, std::size_t b) { return dates[a + 1] - dates[a] > dates[b + 1] - dates[b]; });
  ends.resize(std::min(ends.size(), most_stretches - 1));
  ends.push_back(dates.size() - 1);
  std::sort(ends.begin(), ends.end());
  std::size_t first = 0;
  for (const std::size_t last : ends) {
    for (std::uint32_t i = 0; i < filters.size(); ++i) {
      session::missing_stretch each{.filter = i, .since = dates[first], .until = dates[last]};
      if (std::find(at.missing.begin(), at.missing.end(), each) == at.missing.end()) at.missing.push_back(each);
    }
    first = last + 1;
  }
}

cursor_positions subscription_record::progress() const {
  cursor_positions all = resume_from;
  for (const base::ref<relay_request>& each : requests_) {
    if (std::optional<session::history_position> at = each->history().position()) {
      all.insert_or_assign(each->session().url().text, *std::move(at));
    }
  }
  return all;
}

/// Whatever relay gave an event that is not safe may be gone in the next run, so all are asked for it.
cursor_positions subscription_record::position() const {
  std::vector<unix_seconds> unsafe = dates_of(waiting);
  unsafe.insert(unsafe.end(), unsafe_.begin(), unsafe_.end());
  if (in_hand_) unsafe.push_back(*in_hand_);
  cursor_positions all = progress();
  for (auto& [url, at] : all) ask_for(at, unsafe, most_stretches_of_unsafe);
  return all;
}

void subscription_record::keep_progress() {
  resume_from = progress();
  for (auto& [url, at] : resume_from) ask_for(at, dates_of(waiting), most_stretches_of_unsafe);
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
