// SPDX-License-Identifier: MIT
#include "testing/simulation/simulated_host.hpp"

#include <utility>

#include "testing/relay/relay_core.hpp"
#include "testing/simulation/simulated_link.hpp"
#include "testing/simulation/virtual_timer.hpp"

namespace uvnostr::testing::detail {

simulated_host::simulated_host(simulated_network& network, const base::url& at)
    : network_(network), url_(at.text), port_(at.port) {
  network_.relays.emplace(url_, this);
  network_.machines.insert(at.host);
}

bool simulated_host::take(simulated_caller caller) {
  if (core_ == nullptr) return false;
  const auto keep = core_->shared_from_this();
  if (auto record = keep->next_client()) {
    keep->admit(std::make_shared<simulated_link>(*keep, std::move(record), std::move(caller)));
  } else {
    caller.down->put({.kind = frame::type::end, .why = simulated_link::lost_before_answer(caller.secure)});
  }
  return true;
}

std::error_code simulated_host::listen(relay_core& to) noexcept {
  core_ = &to;
  return {};
}

void simulated_host::close() noexcept {
  core_ = nullptr;
  if (!std::exchange(closed_, true)) network_.relays.erase(url_);
}

const std::string& simulated_host::ca_file() const noexcept {
  static const std::string none;
  return none;
}

std::unique_ptr<timer> simulated_host::make_timer() { return std::make_unique<virtual_timer>(network_.agenda); }

}  // namespace uvnostr::testing::detail
