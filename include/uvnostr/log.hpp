// SPDX-License-Identifier: MIT
// What a pool does, as entries for a log.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <uvnostr/export.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr {

/// How much an entry matters. Each level includes those before it.
enum class log_level : unsigned char {
  none,     ///< of no entry: switches the log off
  error,    ///< it will not recover by itself: a relay was given up
  warning,  ///< something was lost, refused or forged, or a connection failed; it is tried again where that helps
  info,     ///< connections, authentication, notices
  debug,    ///< requests, answers, offences one by one, each address that was tried
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(log_level) noexcept;

struct log_field {
  std::string_view key{};    ///< lower-case words joined by underscores
  std::string_view value{};  ///< at most 300 bytes of printable UTF-8: text of relays is shortened
  bool is_number = false;    ///< an integer, which JSON can hold without quotes
};

/// Lifetime: all texts are valid until the callback returns.
struct log_entry {
  log_level level{};
  std::string_view message{};           ///< what happened: always the same words for the same thing
  relay_id relay{};                     ///< 0 if the entry is about no relay
  std::string_view url{};               ///< of that relay
  std::span<const log_field> fields{};  ///< the details

  /// One line for humans: `warning: the relay refuses a request url=wss://relay.example words="blocked: no"`.
  UVNOSTR_API std::string line() const;
  /// The same as a JSON object with the members level, message, relay, url and one for each field.
  UVNOSTR_API std::string json() const;
};

}  // namespace uvnostr
