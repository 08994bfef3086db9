// SPDX-License-Identifier: MIT
#include "reentrancy/stage.hpp"

#include <memory>
#include <utility>

namespace uvnostr {

stage::stage(world_kind kind) : world_(kind) {
  static const event stored[] = {make_event("one"), make_event("two")};
  for (int i = 0; i < 3; ++i) relays_.push_back(world_.start_relay());
  for (const event& each : stored) relays_[0].add(each);
  relays_[0].behaviour().refuse_req = refusal{"blocked: not this one", 1};
}

void stage::make_quick(relay_options& options) {
  if (world_.simulated() != nullptr) return;
  options.reconnect.initial_delay = 100ms;
  options.reconnect.max_delay = 100ms;
}

bool stage::step() {
  if ((notice_is_due_ || drop_is_due_) && relays_[0].counters().open != 0) {
    if (std::exchange(notice_is_due_, false)) relays_[0].connections().back().send_text(R"(["NOTICE","hello"])");
    if (std::exchange(drop_is_due_, false)) relays_[0].drop_connections(ending::reset);
  }
  return world_.step();
}

void stage::leave() {
  while (simulation() != nullptr && world_.step()) {
  }
  relays_.clear();
}

error pool_stage::make(pool_callbacks callbacks) {
  pool_options options;
  options.relays = {relays_[0].url(), relays_[1].url()};
  options.verification = mode_;
  make_quick(options.relay_defaults);
  result<pool> made = pool::make(world_.loop(), std::move(options), std::move(callbacks));
  if (made) pool_.emplace(std::move(made).value());
  return made.error();
}

error relay_stage::make(pool_callbacks given) {
  const auto all = std::make_shared<pool_callbacks>(std::move(given));
  relay_callbacks callbacks;
  callbacks.known = [all](const event_id& id) { return all->known(id); };
  callbacks.on_event = [all](const event_view& e) { all->on_event(relay_id{1}, e); };
  callbacks.on_eose = [all](subscription_id id) { all->on_eose(relay_id{1}, id); };
  callbacks.on_notice = [all](std::string_view words) { all->on_notice(relay_id{1}, words); };
  callbacks.on_relay_state = [all](const relay_status& now) { all->on_relay_state(now); };
  if (all->on_log) {
    callbacks.on_log = [all](const log_entry& entry) { all->on_log(entry); };
  }
  callbacks.on_close = [all](std::error_code) { all->on_close(); };
  relay_options options;
  make_quick(options);
  result<relay> made = relay::make(world_.loop(), relays_[0].url(), std::move(options), std::move(callbacks));
  if (made) relay_.emplace(std::move(made).value());
  return made.error();
}

}  // namespace uvnostr
