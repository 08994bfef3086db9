// SPDX-License-Identifier: MIT
// Publishing: one receipt for each relay, then on_done.
#include <algorithm>
#include <span>
#include <utility>

#include "pool/option_check.hpp"
#include "pool/pool_core.hpp"
#include "pool/publish_limits.hpp"
#include "pool/turn.hpp"
#include "wire/client_message.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr {

using session::relay_session;

result<std::span<relay_session* const>> pool_core::targets(const std::vector<relay_id>& named) {
  std::vector<relay_session*>& found = targets_;
  found.clear();
  for (std::size_t i = 0; i < named.size(); ++i) {
    relay_session* const session = relays_.find(named[i]);
    if (session == nullptr) {
      const std::string number = std::to_string(static_cast<std::uint32_t>(named[i]));
      return error(errc::unknown_relay, "relays[" + std::to_string(i) + "] (relay_id " + number + ")");
    }
    if (std::find(found.begin(), found.end(), session) == found.end()) found.push_back(session);
  }
  if (named.empty()) {
    for (const auto& [id, each] : relays_.present()) found.push_back(each.get());
  }
  return std::span<relay_session* const>(found);
}

result<std::span<relay_session* const>> pool_core::publish_targets(const publish_options& options,
                                                                   const std::vector<relay_id>& named) {
  if (closed()) return errc::closed;
  if (error wrong = check_options(options)) return wrong;
  result<std::span<relay_session* const>> found = targets(named);
  if (!found) return found;
  if (found->empty()) return errc::no_relay;
  if (options.enough_accepted > found->size()) {
    return error(errc::option_range, "publish_options::enough_accepted is " + std::to_string(options.enough_accepted) +
                                         "; it must be at most " + std::to_string(found->size()) +
                                         ", the number of relays");
  }
  return found;
}

error pool_core::publish(const event& event, publish_callbacks callbacks, const publish_options& options,
                         const std::vector<relay_id>& relays) {
  const result<std::span<relay_session* const>> asked = publish_targets(options, relays);
  if (!asked) return asked.error();
  const std::size_t bytes = wire::event_message_bytes(event.json());
  for (const relay_session* const each : *asked) {
    const std::size_t most = each->options().max_publish_bytes;
    if (bytes <= most) continue;
    return {errc::event_too_big,
            each->url().text + " (" + std::to_string(bytes) + " bytes, at most " + std::to_string(most) + ")"};
  }
  if (options.verify) {
    if (error wrong = event.verify()) return wrong;
  }

  const turn guard(*this);
  auto record = publish_record::make(std::move(callbacks), options, asked->size(), bytes);
  record->set_event(event.id(), event.json());
  const std::chrono::microseconds now = reactor_.now().time_since_epoch();
  for (relay_session* const each : *asked) send(*record, event, *each, now);
  keep(*record);
  return {};
}

void pool_core::keep(publish_record& record) noexcept {
  publishes_.push_back(record.hook);
  record.retain();  // the pool's count
}

void pool_core::send(publish_record& record, const event_view& event, relay_session& to,
                     std::chrono::microseconds now) {
  publish_target& target = record.add_target(to.id());
  const relay_limitation& limits = to.limitation();
  const bool has_date_limit = limits.created_at_lower_limit || limits.created_at_upper_limit;
  const unix_seconds date = has_date_limit ? to.relay_time() : unix_seconds();  // reads a clock
  const auto refused = foresee_refusal(limits, event, record.message().size(), date, !to.options().auth_users.empty());
  if (refused) return delivery_done(target, outcome::not_sent, refused->words, refused->cause);
  const std::error_code cause = to.stopped() ? make_error_code(errc::retries_exhausted) : to.outbox().add(target, now);
  if (cause) delivery_done(target, outcome::not_sent, {}, cause);
}

error pool_core::publish(draft unsigned_event, const signer& who, publish_callbacks callbacks,
                         const publish_options& options, const std::vector<relay_id>& relays) {
  const result<std::span<relay_session* const>> asked = publish_targets(options, relays);
  if (!asked) return asked.error();
  if (error wrong = check_signer(who)) return wrong;

  const turn guard(*this);
  auto record = publish_record::make(std::move(callbacks), options, asked->size(), 0);
  for (const relay_session* const each : *asked) record->unsigned_for.push_back(each->id());
  record->asked = std::make_shared<publish_record::ticket>(publish_record::ticket{this, record.get()});
  keep(*record);
  timers_.schedule(record->sign_timer, reactor_.now().time_since_epoch() + who.timeout());
  draft to_sign = unsigned_event;
  ask_signer(
      who, std::move(to_sign),
      [asked = record->asked, unsigned_event = std::move(unsigned_event), user = who.pubkey()](result<event> made) {
        if (asked->record != nullptr) asked->core->on_signed(*asked->record, unsigned_event, user, std::move(made));
      });
  return {};
}

/// Called by whoever signs, at any time.
void pool_core::on_signed(publish_record& record, const draft& wanted, const pubkey& user, result<event> made) {
  const turn guard(*this);
  reactor_.wake_soon();
  const bool is_it = made && made->pubkey() == user && made->kind() == wanted.kind &&
                     made->view().content() == wanted.content && made->view().tags().size() == wanted.tags.size();
  if (!is_it || (record.options.verify && made->verify())) return give_up_signing(record, errc::not_signed);
  record.forget_signer();
  record.set_event(made->id(), made->json());
  const std::vector<relay_id> relays = std::exchange(record.unsigned_for, {});
  const std::chrono::microseconds now = reactor_.now().time_since_epoch();
  for (const relay_id each : relays) {
    relay_session* const to = relays_.find(each);
    if (to == nullptr) {
      delivery_done(record.add_target(each), outcome::not_sent, {}, errc::relay_removed);
    } else if (record.message().size() > to->options().max_publish_bytes) {
      delivery_done(record.add_target(each), outcome::not_sent, {}, errc::event_too_big);
    } else {
      send(record, *made, *to, now);
    }
  }
}

void pool_core::give_up_signing(publish_record& record, std::error_code cause) {
  record.forget_signer();
  for (const relay_id each : std::exchange(record.unsigned_for, {})) {
    delivery_done(record.add_target(each), outcome::not_sent, {}, cause);
  }
}

void publish_record::on_sign_timeout() noexcept { asked->core->give_up_signing(*this, errc::not_signed); }

void pool_core::on_delivery_done(relay_session& session, session::delivery& delivery, outcome what,
                                 std::string_view words, std::error_code cause) noexcept {
  receipt_counts& counts = session.counted().receipts;
  switch (what) {
    case outcome::accepted: ++counts.accepted; break;
    case outcome::rejected: ++counts.rejected; break;
    case outcome::timed_out: ++counts.timed_out; break;
    case outcome::not_sent: ++counts.not_sent; break;
  }
  log_receipt(session, delivery, what, words, cause);
  delivery_done(static_cast<publish_target&>(delivery), what, words, cause);
}

void pool_core::delivery_done(publish_target& target, outcome what, std::string_view words, std::error_code cause) {
  target.outcome = what;
  target.words = words;
  target.cause = cause;
  later_.add([this, keep = base::ref<publish_record>::retain(target.record), &target] {
    const std::string_view message = target.words;
    const std::string_view prefix = wire::reason_prefix(message);
    std::string_view text = prefix.empty() ? message : message.substr(prefix.size() + 1);
    while (text.starts_with(' ')) text.remove_prefix(1);
    give_receipt(*keep, {.relay = target.relay,
                         .event = keep->id,
                         .outcome = target.outcome,
                         .message = message,
                         .prefix = prefix,
                         .text = text,
                         .cause = target.cause});
  });
}

void pool_core::give_receipt(publish_record& record, receipt answer) {
  ++record.receipts;
  if (answer.outcome == outcome::accepted) ++record.accepted;
  if (record.callbacks.on_receipt) record.callbacks.on_receipt(answer);
  const std::size_t wanted = record.options.enough_accepted;
  const std::size_t possible = record.accepted + (record.targets().size() - record.receipts);
  if (wanted != 0 && phase_ != phase::over && (record.accepted >= wanted || possible < wanted) &&
      !std::exchange(record.enough_told, true)) {
    if (record.callbacks.on_enough) record.callbacks.on_enough(record.accepted >= wanted);
  }
  if (record.receipts != record.targets().size() || phase_ == phase::over) return;
  record.hook.unlink();
  record.release();  // the pool's count; the caller has its own
  if (record.callbacks.on_done) record.callbacks.on_done(record.accepted, record.targets().size());
}

}  // namespace uvnostr
