// SPDX-License-Identifier: MIT
// A program in a simulation that records its callbacks and their times.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <uvnostr/testing/simulation.hpp>

#include "support/recorder.hpp"

namespace uvnostr {

using testing::simulation;

inline constexpr std::string_view url = "wss://relay.example.com";

struct program : recorder {
  program(simulation& in, relay_options options, std::string_view at = url) {
    stamp = [&in] { return std::to_string(in.elapsed().count()) + " "; };
    relay.emplace(*uvnostr::relay::make(in.loop(), at, std::move(options), relay_calls()));
    notes.emplace(*relay->subscribe(filter{.kinds = {1}}, noting()));
  }

  std::optional<uvnostr::relay> relay;
  std::optional<subscription> notes;
};

}  // namespace uvnostr
