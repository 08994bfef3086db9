// SPDX-License-Identifier: MIT
#include "dedup/seen_events.hpp"

#include <algorithm>
#include <utility>

namespace uvnostr::dedup {

void provenance::make_room_for(std::uint32_t slot) {
  const std::size_t wider = slot / 64 + 1;
  if (wider <= width_) return;
  auto bits = std::make_unique_for_overwrite<std::uint64_t[]>(entries_ * wider);
  for (std::size_t entry = 0; entry < used_; ++entry) {
    for (std::size_t i = 0; i < wider; ++i) bits[entry * wider + i] = i < width_ ? bits_[entry * width_ + i] : 0;
  }
  bits_ = std::move(bits);
  width_ = wider;
}

seen_events::seen_events(std::size_t capacity, const key& secret)
    : secret_(secret),
      sig_hash_(secret),
      table_(seen_table::make<seen_table>(capacity, secret)),
      provenance_(table_->entry_count()) {}

std::uint32_t seen_events::add_subscription() {
  ++live_;
  if (unused_.empty()) {
    subscriptions_.emplace_back();
    return static_cast<std::uint32_t>(subscriptions_.size() - 1);
  }
  const std::uint32_t number = unused_.back();
  unused_.pop_back();
  subscriptions_[number] = {};
  return number;
}

void seen_events::end_subscription(std::uint32_t subscription) noexcept {
  --live_;
  share& s = subscriptions_[subscription];
  s.ended = true;
  (s.count() == 0 ? unused_ : ended_).push_back(subscription);
}

std::optional<unix_seconds> seen_events::repeats(const event_id& id, std::uint32_t subscription,
                                                 std::uint32_t relay_slot) noexcept {
  const std::uint32_t entry = table_->find(id, subscription);
  if (entry == none) return std::nullopt;
  provenance_.note(table_->head(entry), relay_slot);
  return table_->created_at(entry);
}

bool seen_events::has(const event_id& id) const noexcept { return table_->find_any(id) != none; }

bool seen_events::verified_before(const event_id& id, std::string_view sig_digits) const noexcept {
  const std::uint32_t entry = table_->find_any(id);
  return entry != none && table_->sig_tag(entry) == tag_of(sig_digits);
}

seen_events::admission seen_events::admit(const verify::verified_event& event, std::uint32_t subscription,
                                          std::uint32_t relay_slot, origin from, bool stored) noexcept {
  const wire::event_fields& fields = event.fields();
  const seen_table::spot spot = table_->look_up(fields.id, subscription);
  if (spot.entry != none) {
    provenance_.note(spot.head, relay_slot);
    return admission::known;
  }
  if (stored && subscriptions_[subscription].forgotten.contains(fields.created_at_time())) return admission::doubtful;
  const std::uint32_t entry =
      table_->insert_at(spot, fields.id, subscription, tag_of(fields.sig_digits), fields.created_at_time()).entry;
  provenance_.clear(entry);
  provenance_.note(spot.head == none ? entry : spot.head, relay_slot);
  push(subscriptions_[subscription], from, entry);
  if (table_->size() > table_->capacity()) forget_one(subscription);
  return spot.head == none ? admission::first : admission::fresh;
}

void seen_events::push(share& s, origin from, std::uint32_t entry) noexcept {
  queue& q = from == origin::page ? s.pages : s.recent;
  q.newest == none ? void(q.oldest = entry) : table_->set_next(q.newest, entry);
  q.newest = entry;
  ++q.count;
  if (from != origin::page) return;
  if (s.unpassed == none) s.unpassed = entry;
  ++s.unpassed_count;
}

/// Removes an entry, because there is one too many. The last was added by this subscription.
void seen_events::forget_one(std::uint32_t subscription) noexcept {
  if (!ended_.empty()) {
    const std::uint32_t ended = ended_.back();
    drop_oldest(ended);
    if (subscriptions_[ended].count() == 0) {
      ended_.pop_back();
      unused_.push_back(ended);
    }
    return;
  }
  drop_oldest(subscriptions_[subscription].count() > fair_share() ? subscription : one_above_its_share());
}

/// A subscription that has more than its share. There is one whenever the cache is full and another has not used up its
/// share. Subscriptions are tried in turn, and one is kept until it has no more than its share, so the search is cheap
/// however many there are.
std::uint32_t seen_events::one_above_its_share() noexcept {
  const std::size_t fair = fair_share();
  if (above_its_share_ >= subscriptions_.size()) above_its_share_ = 0;
  while (subscriptions_[above_its_share_].count() <= fair) {
    if (++above_its_share_ == subscriptions_.size()) above_its_share_ = 0;
  }
  return above_its_share_;
}

void seen_events::drop_oldest(std::uint32_t subscription) noexcept {
  share& s = subscriptions_[subscription];
  queue& q = s.pages.count > s.recent.count ? s.pages : s.recent;
  const std::uint32_t entry = q.oldest;
  const std::uint32_t next = table_->next(entry);
  if (&q == &s.pages && entry == s.unpassed) {
    s.unpassed = next;
    --s.unpassed_count;
  }
  q.oldest = next;
  if (next == none) q.newest = none;
  --q.count;
  s.forgotten.add(table_->created_at(entry));
  if (next != none) table_->set_first(next);
  if (const std::uint32_t moved = table_->erase(entry); moved != none) follow_move(moved, entry);
  if (q.oldest != none) table_->expect_erase(q.oldest);
}

/// The contents of an entry have moved to another; the table's own links are already updated.
void seen_events::follow_move(std::uint32_t from, std::uint32_t to) noexcept {
  share& s = subscriptions_[table_->owner(to)];
  for (std::uint32_t* const at : {&s.recent.oldest, &s.recent.newest, &s.pages.oldest, &s.pages.newest, &s.unpassed}) {
    if (*at == from) *at = to;
  }
}

std::size_t seen_events::room_for_pages(std::uint32_t subscription, unix_seconds not_newer_than) noexcept {
  share& s = subscriptions_[subscription];
  while (s.unpassed != none && table_->created_at(s.unpassed) > not_newer_than) {
    s.unpassed = table_->next(s.unpassed);
    --s.unpassed_count;
  }
  const std::size_t most = half_share();
  return most > s.unpassed_count ? most - s.unpassed_count : 0;
}

}  // namespace uvnostr::dedup
