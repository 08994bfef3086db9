// SPDX-License-Identifier: MIT
#include "receive/subscription_record.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

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

void relay_request::restore(const session::history_position& whole) {
  history().restore(is_part() ? position_of_part(whole, origins) : whole);
}

namespace {

using ending = session::request::ending;

// What lies between was delivered, and would come again in the next run; each stretch costs a REQ.
constexpr std::size_t most_stretches = 16;

/// How a relay answered that ended one part so and another so: as the worse of them.
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
    std::optional<session::history_position> part = each->history().position();
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
  resume_from = progress();
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
  std::vector<unix_seconds> dates = unverified_dates(&session);
  for (const auto& each : removed) {
    each->cut_off();
    const std::vector<unix_seconds> forgotten = forget_waiting(*each);
    dates.insert(dates.end(), forgotten.begin(), forgotten.end());
  }
  const auto left_at = resume_from.find(session.url().text);
  if (left_at != resume_from.end()) ask_for(left_at->second, std::move(dates));
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
  add_answers(gone_);
  for (const base::ref<relay_request>& each : std::exchange(requests_, {})) each->cut_off();
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
/// dates, in few stretches with the least between them.
void subscription_record::ask_for(session::history_position& at, std::vector<unix_seconds> dates) const {
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
    std::optional<session::history_position> at =
        each->is_part() ? position_at(each->session()) : each->history().position();
    if (at) all.insert_or_assign(each->session().url().text, *std::move(at));
  }
  return all;
}

std::vector<unix_seconds> subscription_record::unverified_dates(const session::relay_session* from) const {
  std::vector<unix_seconds> dates;
  if (unverified == nullptr) return dates;
  unverified->for_each_unverified([&](const relay_request& to, unix_seconds created_at) {
    if (to.subscription() == this && (from == nullptr || &to.session() == from)) dates.push_back(created_at);
  });
  return dates;
}

/// Of what has come and was not given to the program.
std::vector<unix_seconds> subscription_record::undelivered_dates() const {
  std::vector<unix_seconds> dates = dates_of(waiting);
  const std::vector<unix_seconds> unverified_too = unverified_dates();
  dates.insert(dates.end(), unverified_too.begin(), unverified_too.end());
  return dates;
}

/// Whatever relay gave an event that is not safe may be gone in the next run, so all are asked for it.
cursor_positions subscription_record::position() const {
  std::vector<unix_seconds> unsafe = undelivered_dates();
  unsafe.insert(unsafe.end(), unsafe_.begin(), unsafe_.end());
  if (in_hand_) unsafe.push_back(*in_hand_);
  cursor_positions all = progress();
  for (auto& [url, at] : all) ask_for(at, unsafe);
  return all;
}

void subscription_record::keep_progress() {
  const std::vector<unix_seconds> unsafe = undelivered_dates();
  resume_from = progress();
  for (auto& [url, at] : resume_from) ask_for(at, unsafe);
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
