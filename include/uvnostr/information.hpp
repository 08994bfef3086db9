// SPDX-License-Identifier: MIT
// What a relay says about itself. Source: NIP-11.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/error.hpp>

namespace uvnostr {

/// What the relay says it demands. Members that are missing or have the wrong type are empty. Once it is known, it is
/// obeyed: see pool::information(). 0 counts as no limit.
struct relay_limitation {
  std::optional<std::uint64_t> max_message_length{};  ///< bytes of a message to the relay
  std::optional<std::uint64_t> max_subscriptions{};   ///< of one connection
  std::optional<std::uint64_t> max_limit{};           ///< the relay gives at most this many events in one answer
  std::optional<std::uint64_t> default_limit{};
  std::optional<std::uint64_t> max_subid_length{};
  std::optional<std::uint64_t> max_event_tags{};
  std::optional<std::uint64_t> max_content_length{};
  std::optional<std::uint64_t> min_pow_difficulty{};      ///< of an event's id. Source: NIP-13
  std::optional<std::uint64_t> created_at_lower_limit{};  ///< how many seconds old an event may be
  std::optional<std::uint64_t> created_at_upper_limit{};  ///< how many seconds ahead its date may be
  std::optional<bool> auth_required{};
  std::optional<bool> payment_required{};
  std::optional<bool> restricted_writes{};
};

/// The texts are the relay's own: see printable().
struct relay_information {
  std::string name{};
  std::string description{};
  std::string pubkey{};
  std::string contact{};
  std::string software{};
  std::string version{};
  std::vector<unsigned> supported_nips{};
  relay_limitation limitation{};
  std::string json{};          ///< the whole document
  std::chrono::seconds age{};  ///< since it was received

  /// Reads a document. Errors: no_document.
  UVNOSTR_API static result<relay_information> parse(std::string_view json) noexcept;
};

}  // namespace uvnostr
