// SPDX-License-Identifier: MIT
#include <uvnostr/testing/relay.hpp>

#include <utility>

#include "testing/relay/connection_access.hpp"
#include "testing/relay/relay_core.hpp"
#include "testing/sockets/socket_host.hpp"

namespace uvnostr::testing {

result<test_relay> test_relay::start(uv_loop_t* loop, test_relay_options options) noexcept {
  result<std::unique_ptr<detail::host>> port = detail::socket_host::make(loop, options);
  if (!port) return port.error();
  auto made = std::make_shared<detail::relay_core>(*std::move(port), std::move(options));
  if (const std::error_code error = made->listen()) return error;
  return test_relay(std::move(made));
}

test_relay::test_relay(std::shared_ptr<detail::relay_core> made) noexcept : core_(std::move(made)) {}
test_relay::test_relay(test_relay&&) noexcept = default;

test_relay& test_relay::operator=(test_relay&& other) noexcept {
  if (this != &other) {
    if (core_) core_->shut_down();
    core_ = std::move(other.core_);
  }
  return *this;
}

// If the core is in the middle of a call, it lives until that returns.
test_relay::~test_relay() {
  if (core_) core_->shut_down();
}

std::string test_relay::url() const { return core_->host().url({}); }
std::string test_relay::url(std::string_view host) const { return core_->host().url(host); }
std::uint16_t test_relay::port() const noexcept { return core_->host().port(); }
const std::string& test_relay::ca_file() const noexcept { return core_->host().ca_file(); }

void test_relay::stop(ending how) noexcept { core_->stop(how); }
std::error_code test_relay::restart() noexcept { return core_->listen(); }
bool test_relay::is_listening() const noexcept { return core_->is_listening(); }
void test_relay::drop_connections(ending how) noexcept { core_->drop_links(how); }
void test_relay::pause_reading() noexcept { core_->pause_reading(true); }
void test_relay::resume_reading() noexcept { core_->pause_reading(false); }

void test_relay::add(const event& e, delivery to) {
  core_->events().force(e);
  if (to == delivery::live) core_->offer(e);
}

void test_relay::add_json(std::string json, delivery to) {
  if (const result<event> e = event::parse(json)) return add(*e, to);
  if (to == delivery::live) core_->offer_raw(json);
  core_->events().force(std::move(json));
}

std::vector<event> test_relay::events() const { return core_->events().all(); }
bool test_relay::has(const event_id& id) const noexcept { return core_->events().has(id); }
void test_relay::clear_events() noexcept { core_->events().clear(); }

behaviour& test_relay::behaviour() noexcept { return core_->behaviour(); }
testing::script& test_relay::script() noexcept { return core_->script(); }

void test_relay::on_message(callback<bool(const connection&, std::string_view)> f) {
  core_->set_on_message(std::move(f));
}

relay_counters test_relay::counters() const noexcept { return core_->counters(); }

std::vector<connection> test_relay::connections() const {
  std::vector<connection> open;
  for (const auto& l : core_->links()) {
    if (l->is_open()) open.push_back(detail::connection_access::make(*l));
  }
  return open;
}

std::vector<connection> test_relay::all_connections() const {
  std::vector<connection> all;
  for (const auto& [record, l] : core_->known_links()) all.push_back(detail::connection_access::make(record, l));
  return all;
}

std::vector<std::string> test_relay::received() const { return core_->received(); }

}  // namespace uvnostr::testing
