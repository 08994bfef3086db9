// SPDX-License-Identifier: MIT
#include "receive/receiver.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "receive/waiting_item.hpp"
#include "wire/event_ends.hpp"
#include "wire/json_escape.hpp"

namespace uvnostr {

using session::relay_session;
using verify::treatment;
using verify::verdict;

namespace {

/// An id of ours has at most sixteen characters, of which each may be written as \u0030.
constexpr std::size_t longest_escaped_id = std::size_t{16} * 6;

/// After so many new events in a row, the next one is expected to be new as well.
constexpr unsigned char many_new = 64;

}  // namespace

receiver::receiver(port::reactor& reactor, receiver_host& host, subscription_set& subscriptions,
                   dedup::seen_events& seen, turn_budget& budget, const pool_options& options, pool_times& times)
    : reactor_(reactor),
      host_(host),
      subscriptions_(subscriptions),
      seen_(seen),
      budget_(budget),
      pending_(seen.secret()),
      verifier_(reactor, *this, options.verification, times.verification),
      in_store_(subscriptions.has_store() ? seen.add_subscription() : 0) {
  subscriptions.set_unverified(*this);
}

void receiver::pump() noexcept {
  verifier_.pump();
  subscriptions_.for_each_waiting([this](subscription_record& each) { give_waiting(each); });
}

void receiver::on_text(relay_session& from, std::string_view message) noexcept {
  ++from.counted().messages_in;
  from.counted().bytes_in += message.size();
  const wire::frame_head head = wire::scan_head(message);
  if (head.verb == wire::verb::event) return on_event_message(from, head);
  switch (head.verb) {
    case wire::verb::unknown:
      ++from.counted().messages.unknown_verb;
      from.note_unasked();
      break;
    case wire::verb::malformed:
      ++from.counted().messages.malformed;
      from.note_offence("a message that is no JSON array with a verb");
      break;
    default:
      host_.begin_work();
      on_other_message(from, head.verb, message);
      host_.end_work();
  }
}

/// Only this event is lost: the rest of the answer goes on.
void receiver::on_too_big(relay_session& from, std::size_t bytes, std::string_view beginning,
                          std::string_view end) noexcept {
  host_.begin_work();
  ++from.counted().messages_in;
  from.counted().bytes_in += bytes;
  ++from.counted().messages.too_big;
  const wire::frame_head head = wire::scan_head(beginning);
  if (head.verb == wire::verb::event) {
    session::sent_req* const req = from.requests().find(head.subscription);
    if (req != nullptr) from.requests().on_too_big(*req, wire::scan_ends(beginning, end));
  }
  host_.end_work();
}

void receiver::on_binary(relay_session& from) noexcept {
  ++from.counted().messages_in;
  ++from.counted().messages.binary;
  from.note_offence("a binary message");
}

void receiver::on_event_message(relay_session& from, const wire::frame_head& head) {
  session::sent_req* const req = from.requests().find(head.subscription);
  req != nullptr ? on_event_of(*req, head.event) : on_event_of_other(from, head);
}

/// The id may be written with escapes. Otherwise nothing waits for the event.
void receiver::on_event_of_other(relay_session& from, const wire::frame_head& head) {
  const bool may_be_escaped = head.subscription.size() <= longest_escaped_id;
  const std::string wire_id = may_be_escaped ? wire::unescaped(head.subscription) : std::string();
  session::sent_req* const req = from.requests().find(wire_id);
  if (req != nullptr) return on_event_of(*req, head.event);
  ++from.counted().messages.unknown_subscription;
  if (!from.requests().may_still_come(wire_id)) from.note_unasked();
}

/// Nine events of ten are known if ten relays are read. They are dealt with here, and cost only what they need: we look
/// for the id before we read anything else. Where only new events come, that is wasted, so we read them at once.
void receiver::on_event_of(session::sent_req& req, std::string_view message_rest) {
  const relay_request& request = request_of(req);
  relay_session& from = request.session();
  const subscription_record* const subscription = request.subscription();
  if (subscription == nullptr) {
    ++from.counted().messages.unknown_subscription;
    return;
  }
  const bool is_stored = req.state == session::sent_req::state::asked;
  if (is_stored && !std::exchange(req.has_event, true)) {
    from.times().first_event.add(reactor_.now().time_since_epoch() - req.sent_at);
  }
  const bool may_be_known = req.new_in_a_row != many_new;
  const std::optional<wire::raw_event> event = may_be_known ? std::nullopt : wire::scan_event(message_rest);
  const std::optional<wire::found_id> found =
      event ? wire::found_id{.id = event->fields().id, .rest = {}} : wire::scan_id(message_rest);
  // With several filters, the event must be read to see which of them it matches.
  const bool is_read = is_stored && req.owner().history().needs_event();
  if (found) {
    const auto known = seen_.repeats(found->id, subscription->in_seen, from.slot(), [&](std::uint32_t tag) {
      if (event) return has_tag(event->fields().sig_digits, tag);
      return has_tag(wire::guess_sig(found->rest), tag) || has_tag(wire::scan_sig(message_rest, found->rest), tag);
    });
    if (known) {
      req.new_in_a_row = 0;
      count_known(from, known->is_same);
      if (!known->is_same) {  // it says nothing of what the relay stores, but the relay is not silent
        if (is_stored) req.owner().note_progress();
        return;
      }
      const auto note_known = [&](const std::optional<wire::raw_event>& read) {
        note_copy(req, found->id, known->created_at, read ? &read->fields() : nullptr);
      };
      return is_read && !event ? note_known(wire::scan_event(message_rest)) : note_known(event);
    }
  }
  // From here on, the application may be called.
  host_.begin_work();
  if (is_read || !found || !join(req, found->id, message_rest)) {
    event ? on_new_event(req, event) : on_new_event(req, wire::scan_event(message_rest));
  }
  host_.end_work();
}

/// Lets a copy of an event that is being verified wait for its verdict. Returns false if it is none.
bool receiver::join(session::sent_req& req, const event_id& id, std::string_view message_rest) {
  const relay_request& request = request_of(req);
  const auto joined = pending_.join(id, message_rest, request.subscription()->number);
  if (!joined) return false;
  req.new_in_a_row = 0;
  ++request.session().counted().messages.unverified;
  request.session().add_pending(joined_bytes);
  verifier_.add_joined(req, *joined);
  return true;
}

void receiver::on_new_event(session::sent_req& req, const std::optional<wire::raw_event>& event) {
  const relay_request& request = request_of(req);
  relay_session& from = request.session();
  if (!event) {
    req.new_in_a_row = 0;
    ++from.counted().messages.malformed_event;
    from.note_offence("an EVENT without a valid event");
    return;
  }
  if (req.new_in_a_row != many_new) ++req.new_in_a_row;
  record_.assign(event->fields());
  if (!request.subscription()->wanted.matches(record_.view())) {
    ++from.counted().messages.not_matching;
    from.note_offence("an event outside the filters");
    return;
  }
  if (!subscriptions_.has_store() || !is_in_store(req, *event)) accept(req, *event);
}

void receiver::count_known(relay_session& from, bool is_same) noexcept {
  if (is_same) {
    ++from.counted().messages.duplicate;
    from.note_good_event();
  } else {
    ++from.counted().messages.false_copy;
    from.note_offence("a copy of an event with another signature");
  }
}

/// Whether the program has this event from an earlier run. The program vouches for the signature; the id is checked,
/// because it covers the date, and pages go by dates. Also true if the program ended the subscription when it was asked:
/// the event's bytes may be gone then.
bool receiver::is_in_store(session::sent_req& to, const wire::raw_event& event) {
  const auto keep = base::ref<session::sent_req>::retain(to);
  const relay_request& request = request_of(to);
  relay_session& from = request.session();
  const event_id id = event.fields().id;
  if (const auto known = seen_.repeats(id, in_store_, from.slot())) {
    ++from.counted().messages.duplicate;
    note_copy(to, id, *known, &event.fields());
    return true;
  }
  if (seen_.has(id) || pending_.find(id)) return false;  // it was asked before
  budget_.begin_call();
  const bool is_known = subscriptions_.is_in_store(id);
  budget_.end_call();
  if (request.subscription() == nullptr) {
    ++from.counted().messages.unknown_subscription;
    return true;
  }
  if (!is_known) return false;
  verify::id_form form;
  const std::optional<verify::verified_event> trusted = verifier_.trust(event, form);
  if (!trusted) {
    refuse(request_of(to), verdict::wrong_id);
    return true;
  }
  ++from.counted().messages.duplicate;
  note_copy(to, id, event.fields().created_at_time(), &event.fields());
  seen_.admit(*trusted, in_store_, from.slot(), dedup::seen_events::origin::recent, false);
  return true;
}

/// Notes how far the relay's answer has come by an event that is verified or known. Returns false if an earlier answer had
/// brought it. Only a subscription with several filters needs the fields.
bool receiver::note(session::sent_req& req, const event_id& id, unix_seconds created_at,
                    const wire::event_fields* fields) noexcept {
  session::request& to = req.owner();
  switch (req.state) {
    case session::sent_req::state::asked:
      to.note_progress();
      if (!to.history().needs_event()) {
        return to.history().note_stored(id, created_at);
      }
      // The date is part of what the id stands for: a copy with another is not that event.
      if (fields == nullptr || fields->created_at_time() != created_at) return true;
      record_.assign(*fields);
      return to.history().note_stored(id, record_.view());
    case session::sent_req::state::live:
      to.history().note_live(id, created_at, request_of(req).session().trusted_time());
      return true;
    case session::sent_req::state::over: return true;
  }
  return true;
}

/// A copy of an event that the subscription already had may overtake waiting events and an EOSE. Then it says nothing
/// about how far the relay has come, because what still waits for its turn must not count as received.
void receiver::note_copy(session::sent_req& req, const event_id& id, unix_seconds created_at,
                         const wire::event_fields* fields) noexcept {
  const bool is_live = req.state == session::sent_req::state::live;
  if (is_live && request_of(req).session().counted().messages.unverified != 0) {
    req.owner().history().note_published(id, created_at);
  } else if (is_live || !req.answer_ended) {
    note(req, id, created_at, fields);
  }
}

/// Handles a wanted event. It is delivered at once if it needs no verification and nothing waits before it.
void receiver::accept(session::sent_req& to, const wire::raw_event& event) {
  const wire::event_fields& fields = event.fields();
  if (verifier_.off() || seen_.verified_before(fields.id, fields.sig_digits)) {
    verify::id_form form;
    const std::optional<verify::verified_event> trusted = verifier_.trust(event, form);
    if (!trusted) {
      refuse(request_of(to), verdict::wrong_id);
    } else if (verifier_.idle() && budget_.has_time()) {
      deliver(to, *trusted, form);
    } else {
      queue(treatment::trusted, to, event);
    }
  } else if (is_copy(fields)) {
    queue(treatment::copy, to, event);
  } else {
    const wire::event_fields& queued = queue(treatment::check, to, event);
    const relay_request& request = request_of(to);
    pending_.add(queued, request.subscription()->number, request.session().slot(), seen_.tag_of(fields.sig_digits));
  }
}

bool receiver::is_copy(const wire::event_fields& fields) const noexcept {
  const auto before = pending_.find(fields.id);
  if (!before || before->sig_tag != seen_.tag_of(fields.sig_digits)) return false;
  const relay_session* const sender = host_.session_in_slot(before->relay_slot);
  return sender != nullptr && !sender->has_forged();
}

const wire::event_fields& receiver::queue(treatment how, session::sent_req& to, const wire::raw_event& event) {
  relay_session& from = request_of(to).session();
  ++from.counted().messages.unverified;
  from.add_pending(event.fields().json.size());
  return verifier_.add(how, to, event);
}

void receiver::on_other_message(relay_session& from, wire::verb verb, std::string_view text) {
  message_counts& counts = from.counted().messages;
  std::optional<wire::relay_message> message = wire::parse_relay_message(verb, text);
  if (!message) {
    ++counts.malformed;
    from.note_offence("a message whose elements do not fit its verb");
    return;
  }
  switch (verb) {
    case wire::verb::ok:
      ++counts.ok;
      if (!from.auth().on_ok(message->event, message->accepted, message->text)) {
        if (!from.outbox().on_ok(message->event, message->accepted, message->text)) from.note_unasked();
      }
      break;
    case wire::verb::notice:
      ++counts.notice;
      from.note_unasked();
      from.requests().on_notice(message->text);
      host_.on_notice(from, message->text);
      break;
    case wire::verb::auth:
      ++counts.auth;
      from.note_unasked();
      from.auth().on_challenge(message->text);
      break;
    case wire::verb::eose:
      ++counts.eose;
      in_its_turn(from, std::move(*message));
      break;
    default: ++counts.closed; in_its_turn(from, std::move(*message));
  }
}

/// EOSE and CLOSED must not overtake the events before them.
void receiver::in_its_turn(relay_session& from, wire::relay_message&& message) {
  session::sent_req* const to = from.requests().find(message.subscription);
  if (to == nullptr) {
    if (!from.requests().may_still_come(message.subscription)) from.note_unasked();
    return;
  }
  if (message.verb == wire::verb::eose && to->state == session::sent_req::state::asked && !to->answer_ended) {
    from.times().eose.add(reactor_.now().time_since_epoch() - to->sent_at);
  }
  to->answer_ended = true;
  if (verifier_.idle()) {
    answer(*to, message);
  } else {
    from.add_pending(cost_of(message));
    verifier_.add_marker(*to, std::move(message));
  }
}

void receiver::on_marker(verify::source& from, const wire::relay_message& message) noexcept {
  session::sent_req& to = req_of(from);
  request_of(to).session().remove_pending(cost_of(message));
  answer(to, message);
}

/// Handles EOSE or CLOSED in its turn. If it had to wait, its REQ may be over.
void receiver::answer(session::sent_req& to, const wire::relay_message& message) {
  subscription_record* const subscription = request_of(to).subscription();
  if (subscription != nullptr && subscription->must_wait()) {
    auto end = std::make_unique<wire::relay_message>(message);
    return hold(*subscription, {.to = base::ref<session::sent_req>::retain(to),
                                .event = {},
                                .end_of_answer = std::move(end),
                                .bytes = cost_of(message)});
  }
  session::request_table& requests = request_of(to).session().requests();
  message.verb == wire::verb::closed ? requests.on_closed(to, message.text) : requests.on_eose(to, message.hint);
}

}  // namespace uvnostr
