// SPDX-License-Identifier: MIT
#include "testing/simulation/simulated_world.hpp"

#include <utility>

#include <uvnostr/printable.hpp>

#include "testing/simulation/simulated_connection.hpp"

namespace uvnostr::testing::detail {
namespace {

// The clock does not begin at 0, which would hide code that confuses "never" with "at the beginning".
constexpr port::time_point beginning{std::chrono::hours(1)};

}  // namespace

void simulated_world::release() noexcept {
  while (!connections_.empty()) connections_.back()->abort();
  clear_alarm();
  if (wake_) network_.agenda.cancel(*std::exchange(wake_, std::nullopt));
  listener_ = nullptr;
  released_ = true;
  --network_.worlds;
  network_.agenda.after({}, [over = std::unique_ptr<simulated_world>(this)] {});
}

void simulated_world::remove(simulated_connection& ended) noexcept {
  std::erase_if(connections_, [&](const auto& each) { return each.get() == &ended; });
}

port::time_point simulated_world::now() noexcept { return beginning + network_.agenda.now(); }

bool simulated_world::random_bytes(std::span<std::byte> out) noexcept {
  if (network_.faults.fails(system_call::random_bytes)) return false;
  for (std::byte& each : out) each = static_cast<std::byte>(network_.random() & 0xff);
  return true;
}

void simulated_world::set_alarm(port::time_point at) noexcept {
  clear_alarm();
  if (released_) return;
  alarm_ = network_.agenda.after(at - now(), [this] {
    alarm_.reset();
    listener_->on_alarm();
  });
}

void simulated_world::clear_alarm() noexcept {
  if (alarm_) network_.agenda.cancel(*std::exchange(alarm_, std::nullopt));
}

void simulated_world::wake_soon() noexcept {
  if (wake_ || released_) return;
  wake_ = network_.agenda.after({}, [this] {
    wake_.reset();
    listener_->on_wake();
  });
}

bool simulated_world::run_on_worker(port::work& work) noexcept {
  if (released_ || network_.faults.fails(system_call::run_on_worker)) return false;
  network_.add_work(work);
  return true;
}

error simulated_world::check(const relay_options& options) noexcept {
  if (!network_.faults.fails(system_call::read_ca_file)) return {};
  return {errc::option_certificate, "ca_file (" + printable(options.ca_file) + ")"};
}

result<port::connection*> simulated_world::dial(const port::dial_request& request,
                                                port::connection_listener& listener) noexcept {
  if (network_.faults.fails(system_call::connect)) return errc::connection_failed;
  auto made = std::make_shared<simulated_connection>(network_, *this, request, listener);
  connections_.push_back(made);
  made->start();
  return static_cast<port::connection*>(made.get());
}

}  // namespace uvnostr::testing::detail
