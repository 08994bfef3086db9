// SPDX-License-Identifier: MIT
// Publishing: one receipt for each relay, then on_done.
#include <algorithm>
#include <utility>

#include "pool/option_check.hpp"
#include "pool/pool_core.hpp"
#include "pool/turn.hpp"
#include "wire/client_message.hpp"
#include "wire/relay_message.hpp"

namespace uvnostr {

using session::relay_session;

result<std::vector<relay_session*>> pool_core::targets(const std::vector<relay_id>& named) const {
  std::vector<relay_session*> found;
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
  return found;
}

error pool_core::publish(const event& event, publish_callbacks callbacks, const publish_options& options,
                         const std::vector<relay_id>& relays) {
  if (closed()) return errc::closed;
  if (error wrong = check_options(options)) return wrong;
  const result<std::vector<relay_session*>> asked = targets(relays);
  if (!asked) return asked.error();
  if (asked->empty()) return errc::no_relay;
  if (options.enough_accepted > asked->size()) {
    return {errc::option_range, "publish_options::enough_accepted is " + std::to_string(options.enough_accepted) +
                                    "; it must be at most " + std::to_string(asked->size()) + ", the number of relays"};
  }
  std::string message = wire::event_message(event.json());
  for (const relay_session* const each : *asked) {
    const std::size_t most = each->options().max_publish_bytes;
    if (message.size() <= most) continue;
    return {errc::event_too_big,
            each->url().text + " (" + std::to_string(message.size()) + " bytes, at most " + std::to_string(most) + ")"};
  }
  if (options.verify) {
    if (error wrong = event.verify()) return wrong;
  }

  const turn guard(*this);
  auto record = base::make_ref<publish_record>(std::move(message), event.id(), std::move(callbacks), options);
  for (relay_session* const each : *asked) {
    publish_target& target = record->targets.emplace_back(*record);
    const std::error_code cause =
        each->stopped() ? make_error_code(errc::retries_exhausted) : each->outbox().add(target);
    if (cause) on_delivery_done(*each, target, outcome::not_sent, {}, cause);
  }
  publishes_.push_back(record->hook);
  record->retain();  // the pool's count
  return {};
}

void pool_core::on_delivery_done(relay_session& session, session::delivery& delivery, outcome what,
                                 std::string_view words, std::error_code cause) noexcept {
  publish_record& record = static_cast<publish_target&>(delivery).record;
  later_.add([this, keep = base::ref<publish_record>::retain(record), relay = session.id(), what,
              words = std::string(words), cause] {
    const std::string_view message = words;
    const std::string_view prefix = wire::reason_prefix(message);
    std::string_view text = prefix.empty() ? message : message.substr(prefix.size() + 1);
    while (text.starts_with(' ')) text.remove_prefix(1);
    give_receipt(*keep, {.relay = relay,
                         .event = keep->id,
                         .outcome = what,
                         .message = message,
                         .prefix = prefix,
                         .text = text,
                         .cause = cause});
  });
}

void pool_core::give_receipt(publish_record& record, receipt answer) {
  ++record.receipts;
  if (answer.outcome == outcome::accepted) ++record.accepted;
  if (record.callbacks.on_receipt) record.callbacks.on_receipt(answer);
  const std::size_t wanted = record.options.enough_accepted;
  const std::size_t possible = record.accepted + (record.targets.size() - record.receipts);
  if (wanted != 0 && phase_ != phase::over && (record.accepted >= wanted || possible < wanted) &&
      !std::exchange(record.enough_told, true)) {
    if (record.callbacks.on_enough) record.callbacks.on_enough(record.accepted >= wanted);
  }
  if (record.receipts != record.targets.size() || phase_ == phase::over) return;
  record.hook.unlink();
  record.release();  // the pool's count; the caller has its own
  if (record.callbacks.on_done) record.callbacks.on_done(record.accepted, record.targets.size());
}

}  // namespace uvnostr
