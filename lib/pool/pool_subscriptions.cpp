// SPDX-License-Identifier: MIT
// The pool's functions for subscriptions; receive/subscription_set delivers to them.
#include <utility>

#include "pool/option_check.hpp"
#include "pool/pool_core.hpp"
#include "pool/turn.hpp"

namespace uvnostr {

using session::relay_session;

result<subscription> pool_core::subscribe(std::span<const filter> filters, subscription_callbacks callbacks,
                                          const subscribe_options& options, const std::vector<relay_id>& relays) {
  auto opened = open_subscription(filters, std::move(callbacks), options, relays, false);
  if (!opened) return opened.error();
  return subscription(opened->leak());
}

result<base::ref<subscription_record>> pool_core::open_subscription(std::span<const filter> filters,
                                                                    subscription_callbacks callbacks,
                                                                    const subscribe_options& options,
                                                                    const std::vector<relay_id>& relays,
                                                                    bool only_stored) {
  if (closed()) return errc::closed;
  if (filters.empty()) return errc::filter_count;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    if (const error wrong = filters[i].check())
      return error(wrong.code(), "filters[" + std::to_string(i) + "]." + wrong.subject());
  }
  if (error wrong = check_options(options)) return wrong;
  const result<std::span<relay_session* const>> asked = targets(relays);
  if (!asked) return asked.error();
  cursor_positions from;
  if (!options.resume_from.empty()) {
    result<cursor_positions> read = read_cursor(filters, options.resume_from);
    if (!read) return read.error();
    from = std::move(*read);
  }

  const turn guard(*this);
  auto record = base::make_ref<subscription_record>(*this, subscriptions_.next_number(),
                                                    std::vector(filters.begin(), filters.end()), std::move(callbacks),
                                                    options, relays.empty(), only_stored);
  record->resume_from = std::move(from);
  subscriptions_.add(*record);
  for (relay_session* const each : *asked) record->ask(base::ref<relay_session>::retain(*each));
  if (asked->empty() && options.close_on_eose) subscriptions_.end_without_relays(*record);
  return record;
}

void pool_core::end_subscription(subscription_record& record, std::optional<close_reason> reason) {
  const turn guard(*this);
  subscriptions_.end(record, reason);
}

bool pool_core::ask_again(subscription_record& record, relay_id relay) {
  const turn guard(*this);
  bool was_refused = false;
  for (relay_request* const each : record.all_at(relay)) {
    was_refused = each->session().requests().ask_again(*each) || was_refused;
  }
  return was_refused;
}

void pool_core::on_notice(relay_session& session, std::string_view words) noexcept {
  log_.write(log_level::info, "the relay sends a notice", session.subject(), {{"words", words}});
  if (!callbacks_.on_notice) return;
  if (budget_.has_time()) {
    callbacks_.on_notice(session.id(), words);
    budget_.end_call();
    return;
  }
  const std::size_t bytes = sizeof(callback<void()>) + words.size();
  session.add_pending(bytes);
  later_.add([this, from = base::ref<relay_session>::retain(session), text = std::string(words), bytes] {
    from->remove_pending(bytes);
    callbacks_.on_notice(from->id(), text);
  });
}

}  // namespace uvnostr
