// SPDX-License-Identifier: MIT
// A URL in a simulation. It exists from the start, also while the relay refuses clients.
#pragma once

#include <memory>
#include <string>

#include "base/url.hpp"

#include "testing/relay/host.hpp"
#include "testing/simulation/lane.hpp"
#include "testing/simulation/simulated_network.hpp"

namespace uvnostr::testing::detail {

/// A client that has found the URL, and the two lanes to it.
struct simulated_caller {
  std::string request;
  bool secure;
  std::shared_ptr<lane> down;  // to the client
  std::shared_ptr<lane> up;
};

class simulated_host final : public host, public simulated_peer {
 public:
  /// The URL must be free.
  simulated_host(simulated_network&, const base::url&);
  simulated_host(const simulated_host&) = delete;
  simulated_host& operator=(const simulated_host&) = delete;
  ~simulated_host() override { close(); }

  bool take(simulated_caller) override;

  std::error_code listen(relay_core& to) noexcept override;
  void refuse() noexcept override { core_ = nullptr; }
  void close() noexcept override;
  /// The relay has one URL, whatever host name is asked for.
  std::string url(std::string_view) const override { return url_; }
  std::uint16_t port() const noexcept override { return port_; }
  const std::string& ca_file() const noexcept override;
  std::unique_ptr<timer> make_timer() override;
  unix_seconds wall_clock() const noexcept override { return network_.wall_clock(); }
  std::chrono::microseconds elapsed() const noexcept override { return network_.agenda.now(); }

 private:
  simulated_network& network_;
  const std::string url_;
  const std::uint16_t port_;
  relay_core* core_ = nullptr;  // while it listens
  bool closed_ = false;
};

}  // namespace uvnostr::testing::detail
