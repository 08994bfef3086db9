// SPDX-License-Identifier: MIT
#include "pool/inbound.hpp"

#include <optional>
#include <utility>

namespace uvnostr {

using session::relay_session;
using verify::treatment;
using verify::verdict;

namespace {

/// What a message holds while it waits; without it a flood of them would grow the queue.
std::size_t cost_of(const wire::relay_message& message) noexcept {
  return sizeof(verify::item) + sizeof message + message.subscription.size() + message.text.size();
}

/// Of a copy that joined the one being checked: generous, for a flood of them is to be bounded as well.
constexpr std::size_t joined_bytes = 64;

}  // namespace

inbound::inbound(port::reactor& reactor, inbound_listener& listener, const pool_options& options, const dedup::gate::key& secret)
    : reactor_(reactor),
      listener_(listener),
      gate_(options.seen_entries, secret),
      pending_(secret),
      verifier_(reactor, *this, options.verification) {}

void inbound::on_text(relay_session& from, std::string_view message) noexcept {
  ++from.stats.messages_in;
  from.stats.bytes_in += message.size();
  const wire::frame_head head = wire::scan_head(message);
  switch (head.verb) {
    case wire::verb::event: on_event_message(from, head); break;
    case wire::verb::unknown: ++from.stats.messages.unknown_verb; break;
    case wire::verb::malformed: ++from.stats.messages.malformed; break;
    default: on_other_message(from, head.verb, message);
  }
}

void inbound::on_binary(relay_session& from) noexcept {
  ++from.stats.messages_in;
  ++from.stats.messages.binary;
}

void inbound::on_event_message(relay_session& from, const wire::frame_head& head) {
  message_counts& counts = from.stats.messages;
  auto* const to = static_cast<leg*>(from.requests().find(head.subscription));
  if (to == nullptr || to->subscription() == nullptr) {
    ++counts.unknown_subscription;
    return;
  }
  const std::optional<event_id> id = wire::scan_id(head.event);
  if (id && gate_.repeats(*id, to->subscription()->number, from.slot)) {
    ++counts.duplicate;
    to->note_repeat(reactor_.wall_clock());
    return;
  }
  const auto joined = id ? pending_.join(*id, head.event, to->subscription()->number) : std::nullopt;
  if (joined) {
    ++counts.unverified;
    from.add_pending(joined_bytes);
    verifier_.add_joined(*to, *joined);
    return;
  }
  const std::optional<wire::raw_event> event = wire::scan_event(head.event);
  if (!event) {
    ++counts.malformed_event;
    return;
  }
  record_.assign(event->fields());
  if (!to->subscription()->matches(record_.view())) {
    ++counts.not_matching;
    return;
  }
  accept(*to, *event);
}

/// An event that somebody wants: straight on if it needs no verification and nothing is before it.
void inbound::accept(leg& to, const wire::raw_event& event) {
  const wire::event_fields& fields = event.fields();
  if (verifier_.off() || gate_.verified_before(fields.id, fields.sig)) {
    verify::id_form form;
    const std::optional<verify::verified_event> trusted = verifier_.trust(event, form);
    if (!trusted) {
      refuse(to, verdict::wrong_id);
    } else if (verifier_.idle()) {
      deliver(to, *trusted, form);
    } else {
      queue(treatment::trusted, to, event);
    }
  } else if (is_copy(fields)) {
    queue(treatment::copy, to, event);
  } else {
    const wire::event_fields& queued = queue(treatment::check, to, event);
    pending_.add(queued, to.subscription()->number, to.session().slot, gate_.tag_of(fields.sig));
  }
}

bool inbound::is_copy(const wire::event_fields& fields) const noexcept {
  const auto before = pending_.find(fields.id);
  if (!before || before->sig_tag != gate_.tag_of(fields.sig)) return false;
  const relay_session* const sender = listener_.session_in_slot(before->relay_slot);
  return sender != nullptr && !sender->lied;
}

const wire::event_fields& inbound::queue(treatment how, leg& to, const wire::raw_event& event) {
  ++to.session().stats.messages.unverified;
  to.session().add_pending(event.fields().json.size());
  return verifier_.add(how, to, event);
}

void inbound::on_other_message(relay_session& from, wire::verb verb, std::string_view text) {
  message_counts& counts = from.stats.messages;
  std::optional<wire::relay_message> message = wire::parse_relay_message(verb, text);
  if (!message) {
    ++counts.malformed;
    return;
  }
  switch (verb) {
    case wire::verb::ok:
      ++counts.ok;
      if (!from.auth().on_ok(message->event, message->accepted, message->text)) {
        from.outbox().on_ok(message->event, message->accepted, message->text);
      }
      break;
    case wire::verb::notice:
      ++counts.notice;
      listener_.on_notice(from, message->text);
      break;
    case wire::verb::auth:
      ++counts.auth;
      from.auth().on_challenge(message->text);
      break;
    case wire::verb::eose:
      ++counts.eose;
      in_its_turn(from, std::move(*message));
      break;
    default:
      ++counts.closed;
      in_its_turn(from, std::move(*message));
  }
}

/// EOSE and CLOSED must not overtake the events before them.
void inbound::in_its_turn(relay_session& from, wire::relay_message&& message) {
  auto* const to = static_cast<leg*>(from.requests().find(message.subscription));
  if (to == nullptr) return;
  if (verifier_.idle()) {
    answer(*to, message);
  } else {
    from.add_pending(cost_of(message));
    verifier_.add_marker(*to, std::move(message));
  }
}

void inbound::on_marker(verify::source& from, const wire::relay_message& message) noexcept {
  leg& to = static_cast<leg&>(from);
  to.session().remove_pending(cost_of(message));
  answer(to, message);
}

/// EOSE or CLOSED, in its turn.
void inbound::answer(leg& to, const wire::relay_message& message) {
  session::request_table& requests = to.session().requests();
  // It may have waited: the request may be over, or asked anew under another id.
  if (!session::request_table::has_or_had_id(to, message.subscription)) return;
  if (message.verb == wire::verb::closed) {
    requests.on_closed(to, message.text);
  } else if (requests.on_eose(to)) {
    listener_.on_first_eose(to, message.hint);
  }
}

void inbound::dequeued(leg& to, std::size_t bytes) noexcept {
  --to.session().stats.messages.unverified;
  to.session().remove_pending(bytes);
}

void inbound::on_verified(verify::source& from, const verify::verified_event& event, verify::id_form form) noexcept {
  leg& to = static_cast<leg&>(from);
  dequeued(to, event.fields().json.size());
  pending_.decide(event, form, to.subscription() == nullptr);
  deliver(to, event, form);
}

void inbound::on_refused(verify::source& from, const wire::event_fields& event, verdict why) noexcept {
  leg& to = static_cast<leg&>(from);
  dequeued(to, event.json.size());
  pending_.decide(event, why);
  refuse(to, why);
}

/// These bytes were checked before, as another relay had sent them: their fate is this one's too.
void inbound::on_joined(verify::source& from, std::uint32_t number) noexcept {
  leg& to = static_cast<leg&>(from);
  dequeued(to, joined_bytes);
  const pending_events::fate& fate = pending_.fate_of(number);
  if (fate.outcome != verdict::good) {
    refuse(to, fate.outcome);
  } else if (fate.kept) {
    deliver(to, *fate.kept, fate.form);
  } else if (to.subscription() == nullptr) {
    ++to.session().stats.messages.unknown_subscription;
  } else {
    to.note_event(fate.created_at, reactor_.wall_clock());
    gate_.repeats(fate.id, to.subscription()->number, to.session().slot);
    ++to.session().stats.messages.duplicate;
  }
  pending_.leave(number);
}

/// The event that this is a copy of was before it. If that was good, it is known by now.
void inbound::on_copy(verify::source& from, const wire::raw_event& event) noexcept {
  leg& to = static_cast<leg&>(from);
  const wire::event_fields& fields = event.fields();
  dequeued(to, fields.json.size());
  verify::id_form form;
  if (to.subscription() == nullptr) {
    ++to.session().stats.messages.unknown_subscription;
  } else if (gate_.repeats(fields.id, to.subscription()->number, to.session().slot)) {
    ++to.session().stats.messages.duplicate;
  } else if (gate_.verified_before(fields.id, fields.sig)) {
    const std::optional<verify::verified_event> trusted = verifier_.trust(event, form);
    trusted ? deliver(to, *trusted, form) : refuse(to, verdict::wrong_id);
  } else {
    const verdict found = verifier_.check_now(event, form);
    found == verdict::good ? deliver(to, verify::verifier::passed(event), form) : refuse(to, found);
  }
}

void inbound::refuse(leg& to, verdict why) noexcept {
  message_counts& counts = to.session().stats.messages;
  ++(why == verdict::wrong_id ? counts.wrong_id : counts.wrong_signature);
  to.session().lied = true;
}

void inbound::deliver(leg& to, const verify::verified_event& event, verify::id_form form) noexcept {
  relay_stats& stats = to.session().stats;
  if (form == verify::id_form::escaped_controls) ++stats.nonstandard_ids;
  if (to.subscription() == nullptr) {
    ++stats.messages.unknown_subscription;
    return;
  }
  to.note_event(event.fields().created_at_time(), reactor_.wall_clock());
  const std::optional<dedup::gate::admission> admitted = gate_.admit(event, to.subscription()->number, to.session().slot);
  if (!admitted) {
    ++stats.messages.duplicate;
    return;
  }
  if (admitted->forgotten_by) listener_.on_forgotten(*admitted->forgotten_by);
  ++stats.messages.delivered;
  record_.assign(event.fields(), !verifier_.off());
  listener_.on_fresh_event(to, admitted->event, record_.view(), admitted->first);
}

}  // namespace uvnostr
