// SPDX-License-Identifier: MIT
#include <uvnostr/pool.hpp>

#include <utility>

#include <uvnostr/url.hpp>

#include "api/world_of_loop.hpp"
#include "pool/pool_core.hpp"

namespace uvnostr {

pool::pool(pool_core* core, uv_loop_t* loop) noexcept : core_(core), loop_(loop) {}
pool::pool(pool&& other) noexcept
    : core_(std::exchange(other.core_, nullptr)), loop_(std::exchange(other.loop_, nullptr)) {}

pool& pool::operator=(pool&& other) noexcept {
  if (this != &other) {
    pool old(std::move(*this));
    core_ = std::exchange(other.core_, nullptr);
    loop_ = std::exchange(other.loop_, nullptr);
  }
  return *this;
}

pool::~pool() {
  if (core_ == nullptr) return;
  const auto core = base::ref<pool_core>::adopt(std::exchange(core_, nullptr));
  core->destroy();
}

result<pool> pool::make(uv_loop_t* loop, pool_options options, pool_callbacks callbacks) noexcept {
  const result<port::world*> world = world_of_loop(loop, options.keep_loop_alive);
  if (!world) return world.error();
  result<base::ref<pool_core>> core = pool_core::make(**world, std::move(options), std::move(callbacks));
  if (!core) return core.error();
  return pool(core->leak(), loop);
}

result<relay_id> pool::add_relay(std::string_view url, relay_options options) noexcept {
  if (core_ == nullptr) return errc::closed;
  return core_->add_relay(url, std::move(options));
}

result<relay_id> pool::add_relay(std::string_view url) noexcept {
  if (core_ == nullptr) return errc::closed;
  return core_->add_relay(url);
}

error pool::remove_relay(relay_id id) noexcept {
  return core_ == nullptr ? error(errc::closed) : core_->remove_relay(id);
}
error pool::reconnect() noexcept { return core_ == nullptr ? error(errc::closed) : core_->reconnect(); }
error pool::reconnect(relay_id id) noexcept { return core_ == nullptr ? error(errc::closed) : core_->reconnect(id); }

result<subscription> pool::subscribe(std::span<const filter> filters, subscription_callbacks callbacks,
                                     subscribe_options options, std::vector<relay_id> relays) noexcept {
  if (core_ == nullptr) return errc::closed;
  return core_->subscribe(filters, std::move(callbacks), options, relays);
}

result<subscription> pool::fetch(std::span<const filter> filters, fetch_callbacks callbacks, fetch_options options,
                                 std::vector<relay_id> relays) noexcept {
  if (core_ == nullptr) return errc::closed;
  return core_->fetch(filters, std::move(callbacks), options, relays);
}

error pool::publish(const event& event, publish_callbacks callbacks, publish_options options,
                    std::vector<relay_id> relays) noexcept {
  if (core_ == nullptr) return errc::closed;
  return core_->publish(event, std::move(callbacks), options, relays);
}

error pool::publish(draft unsigned_event, const signer& who, publish_callbacks callbacks, publish_options options,
                    std::vector<relay_id> relays) noexcept {
  if (core_ == nullptr) return errc::closed;
  return core_->publish(std::move(unsigned_event), who, std::move(callbacks), options, relays);
}

error pool::information(relay_id id, callback<void(const result<relay_information>&)> take,
                        std::chrono::seconds max_age) noexcept {
  return core_ == nullptr ? error(errc::closed) : core_->information(id, std::move(take), max_age);
}

void pool::close() noexcept {
  if (core_ != nullptr) core_->close();
}

std::vector<relay_id> pool::relays() const { return core_ == nullptr ? std::vector<relay_id>() : core_->relays(); }
std::string_view pool::url(relay_id id) const noexcept {
  return core_ == nullptr ? std::string_view() : core_->url(id);
}

result<relay_id> pool::find(std::string_view url) const noexcept {
  if (core_ == nullptr || core_->closed()) return errc::closed;
  const result<std::string> normal = normalize_url(url);
  if (!normal) return normal.error();
  for (const relay_id each : core_->relays()) {
    if (core_->url(each) == *normal) return each;
  }
  return error(errc::unknown_relay, *normal);
}

std::vector<relay_id> pool::seen_on(const event_id& id) const {
  return core_ == nullptr ? std::vector<relay_id>() : core_->seen_on(id);
}
pool_stats pool::stats() const { return core_ == nullptr ? pool_stats() : core_->stats(); }

}  // namespace uvnostr
