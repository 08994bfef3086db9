// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "net/ip_address.hpp"

namespace uvnostr::net {

/// The addresses of each name's last successful connection, for when the resolver fails. If there are too many names,
/// the one with the oldest connection is removed.
class good_addresses {
 public:
  static constexpr std::size_t most_names = 1024;

  /// Null if nothing is known.
  const std::vector<ip_address>* find(const std::string& host) const noexcept {
    const auto known = place_of(host);
    return known != entries_.end() ? &known->addresses : nullptr;
  }

  void remember(const std::string& host, std::vector<ip_address> addresses) noexcept {
    if (const auto known = place_of(host); known != entries_.end()) {
      entries_.erase(known);
    } else if (entries_.size() == most_names) {
      entries_.erase(entries_.begin());
    }
    entries_.push_back({host, std::move(addresses)});
  }

 private:
  struct entry {
    std::string host;
    std::vector<ip_address> addresses;
  };
  std::vector<entry>::const_iterator place_of(const std::string& host) const noexcept {
    return std::find_if(entries_.begin(), entries_.end(), [&](const entry& each) { return each.host == host; });
  }

  std::vector<entry> entries_;  // the latest success last
};

}  // namespace uvnostr::net
