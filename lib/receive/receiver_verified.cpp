// SPDX-License-Identifier: MIT
// What the receiver does after verification: is it known already, seen, callback. Events for a subscription that takes
// nothing now are kept.
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "receive/receiver.hpp"
#include "receive/waiting_item.hpp"

namespace uvnostr {

using session::relay_session;
using verify::verdict;

namespace {

/// Source: NIP-40.
bool is_expired(const event_view& event, unix_seconds now) noexcept {
  const std::optional<tag_view> tag = event.tag("expiration");
  if (!tag) return false;
  const std::string_view digits = tag->value();
  std::int64_t at = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), at);
  return parsed.ec == std::errc() && parsed.ptr == digits.data() + digits.size() &&
         at <= now.time_since_epoch().count();
}

}  // namespace

void receiver::dequeued(relay_request& to, std::size_t bytes) noexcept {
  --to.session().counted().messages.unverified;
  to.session().remove_pending(bytes);
}

void receiver::on_verified(verify::source& from, const verify::verified_event& event, verify::id_form form) noexcept {
  session::sent_req& to = req_of(from);
  relay_request& request = request_of(to);
  dequeued(request, event.fields().json.size());
  pending_.decide(event, form, request.subscription() == nullptr);
  deliver(to, event, form);
}

void receiver::on_refused(verify::source& from, const wire::event_fields& event, verdict why) noexcept {
  session::sent_req& to = req_of(from);
  relay_request& request = request_of(to);
  dequeued(request, event.json.size());
  pending_.decide(event, why);
  refuse(request, why);
}

/// These bytes were checked before, because another relay had sent them: the verdict is the same.
void receiver::on_joined(verify::source& from, std::uint32_t number) noexcept {
  session::sent_req& to = req_of(from);
  relay_request& request = request_of(to);
  dequeued(request, joined_bytes);
  const pending_events::fate& fate = pending_.fate_of(number);
  if (fate.outcome != verdict::good) {
    refuse(request, fate.outcome);
  } else if (fate.kept) {
    deliver(to, *fate.kept, fate.form);
  } else if (request.subscription() == nullptr) {
    ++request.session().counted().messages.unknown_subscription;
  } else if (request.subscription()->must_wait()) {
    hold(*request.subscription(), {.to = base::ref<session::sent_req>::retain(to),
                                   .event = {},
                                   .end_of_answer = {},
                                   .copied = fate.id,
                                   .created_at = fate.created_at,
                                   .bytes = joined_bytes});
  } else {
    count_copy(*request.subscription(), to, fate.id, fate.created_at);
  }
  pending_.leave(number);
}

/// The event of which this is a copy came first. If it was valid, it is known by now.
void receiver::on_copy(verify::source& from, const wire::raw_event& event) noexcept {
  session::sent_req& to = req_of(from);
  relay_request& request = request_of(to);
  const wire::event_fields& fields = event.fields();
  dequeued(request, fields.json.size());
  verify::id_form form;
  if (request.subscription() == nullptr) {
    ++request.session().counted().messages.unknown_subscription;
  } else if (const auto known = seen_.repeats(fields.id, request.subscription()->in_seen, request.session().slot(),
                                              [&](std::uint32_t tag) { return has_tag(fields.sig_digits, tag); })) {
    note(to, fields.id, known->created_at, &fields);
    count_known(request.session(), known->is_same);
  } else if (seen_.verified_before(fields.id, fields.sig_digits)) {
    const std::optional<verify::verified_event> trusted = verifier_.trust(event, form);
    trusted ? deliver(to, *trusted, form) : refuse(request, verdict::wrong_id);
  } else {
    verdict why = verdict::good;
    const std::optional<verify::verified_event> checked = verifier_.check_now(event, form, why);
    checked ? deliver(to, *checked, form) : refuse(request, why);
  }
}

void receiver::for_each_unverified(callback<void(const relay_request&, unix_seconds)> call) const {
  verifier_.for_each_queued([&](const verify::item& queued, const wire::event_fields* event) {
    session::sent_req& to = req_of(*queued.from);
    const subscription_record* const subscription = request_of(to).subscription();
    const bool is_of_answer =
        to.what == session::sent_req::kind::page || !to.answer_ended || to.state == session::sent_req::state::asked;
    if (subscription == nullptr || is_of_answer) return;
    const pending_events::fate* const joined = event == nullptr ? &pending_.fate_of(queued.number) : nullptr;
    if (seen_.has(event != nullptr ? event->id : joined->id, subscription->in_seen)) return;
    call(request_of(to), event != nullptr ? event->created_at_time() : joined->created_at);
  });
}

void receiver::refuse(relay_request& to, verdict why) noexcept {
  message_counts& counts = to.session().counted().messages;
  ++(why == verdict::wrong_id ? counts.wrong_id : counts.wrong_signature);
  to.session().note_forgery(why == verdict::wrong_id ? "a wrong id" : "a wrong signature");
}

/// A copy of an event that waited for the same subscription. That one came first, so it is known by now, unless it was
/// doubtful, or went with its relay: then this relay is asked for it.
void receiver::count_copy(subscription_record& of, session::sent_req& to, const event_id& id,
                          unix_seconds created_at) noexcept {
  relay_session& from = request_of(to).session();
  ++from.counted().messages.duplicate;
  from.note_good_event();
  if (seen_.repeats(id, of.in_seen, from.slot())) {
    note(to, id, created_at, nullptr);
  } else {
    from.requests().ask_for_second(to, created_at);
  }
}

void receiver::deliver(session::sent_req& to, const verify::verified_event& event, verify::id_form form) noexcept {
  subscription_record* const subscription = request_of(to).subscription();
  if (subscription == nullptr) {
    ++request_of(to).session().counted().messages.unknown_subscription;
  } else if (subscription->must_wait()) {
    hold(*subscription, {.to = base::ref<session::sent_req>::retain(to),
                         .event = std::make_unique<held_item::kept_event>(event, form),
                         .end_of_answer = {},
                         .bytes = sizeof(held_item) + sizeof(held_item::kept_event) + event.fields().json.size()});
  } else {
    give(*subscription, to, event, form);
  }
}

/// The last stages: the relay's progress, seen, callback.
void receiver::give(subscription_record& subscription, session::sent_req& to, const verify::verified_event& event,
                    verify::id_form form) noexcept {
  relay_request& request = request_of(to);
  relay_stats& stats = request.session().counted();
  if (form == verify::id_form::escaped_controls) ++stats.nonstandard_ids;
  const wire::event_fields& fields = event.fields();
  const bool is_new = note(to, fields.id, fields.created_at_time(), &fields);
  using dedup::seen_events;
  const bool of_page = to.what == session::sent_req::kind::page;
  const bool stored = to.state != session::sent_req::state::live;
  const auto admitted = seen_.admit(event, subscription.in_seen, request.session().slot(),
                                    of_page ? seen_events::origin::page : seen_events::origin::recent, stored);
  if (!is_new) {
    ++stats.messages.duplicate;
    return;
  }
  switch (admitted) {
    case seen_events::admission::known: ++stats.messages.duplicate; return;
    case seen_events::admission::doubtful:
      ++stats.messages.doubtful;
      request.history().note_doubtful(fields.created_at_time());
      return;
    case seen_events::admission::first:
    case seen_events::admission::fresh: break;
  }
  request.session().note_good_event();
  record_.assign(fields, !verifier_.off());
  if (subscription.options.leave_out_expired && is_expired(record_.view(), request.session().trusted_time())) {
    ++stats.messages.expired;
    return;
  }
  ++stats.messages.delivered;
  subscriptions_.deliver(subscription, request.session().id(), record_.view(),
                         admitted == seen_events::admission::first);
  budget_.end_call();
}

void receiver::hold(subscription_record& subscription, held_item item) noexcept {
  relay_session& from = request_of(*item.to).session();
  from.add_pending(item.bytes);
  if (!item.end_of_answer) ++from.counted().messages.unverified;
  subscriptions_.hold(subscription, std::move(item));
}

/// Delivers what has waited, as long as the subscription takes it and there is time. The caller keeps the subscription
/// alive.
void receiver::give_waiting(subscription_record& subscription) noexcept {
  budget_.begin_series();
  while (!subscription.waiting.empty() && !subscription.is_held()) {
    if (!has_time()) return reactor_.wake_soon();
    const held_item item = std::move(subscription.waiting.front());
    subscription.waiting.pop_front();
    relay_session& from = request_of(*item.to).session();
    from.remove_pending(item.bytes);
    if (item.end_of_answer) {
      session::request_table& requests = from.requests();
      item.end_of_answer->verb == wire::verb::closed ? requests.on_closed(*item.to, item.end_of_answer->text)
                                                     : requests.on_eose(*item.to, item.end_of_answer->hint);
      continue;
    }
    --from.counted().messages.unverified;
    if (item.event) {
      give(subscription, *item.to, item.event->verified(), item.event->form);
    } else {
      count_copy(subscription, *item.to, item.copied, item.created_at);
    }
  }
  if (subscription.core != nullptr && subscription.waiting.empty()) subscriptions_.on_all_given(subscription);
}

}  // namespace uvnostr
