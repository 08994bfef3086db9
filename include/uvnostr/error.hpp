// SPDX-License-Identifier: MIT
// What can go wrong, as std::error_code, and result<T> for calls that give a value.
#pragma once

#include <cassert>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <uvnostr/export.hpp>

namespace uvnostr {

/// Everything that uvnostr reports, one sentence each in error_category().
enum class errc {
  // A value given by the application.
  url_scheme = 1,        ///< neither ws:// nor wss://
  url_host,              ///< no host, or characters that a host cannot have
  url_port,              ///< not 1 to 65535
  url_userinfo,          ///< user:password@ in a relay URL
  url_fragment,          ///< #... in a relay URL
  url_path,              ///< control characters or spaces in path or query
  hex_length,            ///< not the number of hex digits that the type has
  hex_digit,             ///< something else than 0-9 and a-f
  bech32_format,         ///< not bech32: mixed case, odd character, no separator, wrong length
  bech32_checksum,       ///< a mistyped npub, nsec or note
  bech32_prefix,         ///< valid bech32, but of another kind (an nsec where an npub belongs)
  secret_key_range,      ///< zero, or not below the order of secp256k1
  event_json,            ///< not one JSON object with the seven members of NIP-01
  event_field,           ///< a member has the wrong type, length or range
  event_utf8,            ///< text that is not UTF-8
  filter_tag_name,       ///< a tag condition whose name is not one letter
  filter_tag_value,      ///< a tag condition without values, or #e/#p that is not 64 hex digits
  filter_time_range,     ///< since is later than until
  filter_count,          ///< no filter at all
  cursor_format,         ///< not what subscription::cursor() gave: cut, edited, or of another version
  cursor_filters,        ///< a cursor of other filters
  option_range,          ///< an option is outside of what its comment allows
  option_ca_file,        ///< the CA file cannot be read or holds no certificate
  // The object the call was made on.
  closed,                ///< the pool, relay or subscription is closed (or was moved from)
  unknown_relay,         ///< no relay of this pool has that relay_id
  duplicate_relay,          ///< the pool has a relay with the same normalised URL
  no_relay,            ///< there is no relay to publish to
  event_too_big,     ///< a message larger than max_publish_bytes
  queue_full,            ///< max_publish_bytes of messages already wait for that relay
  loop_unusable,         ///< libuv or libwebsockets could not start on this loop
  random_unavailable,    ///< the system gave no random bytes
  unsupported,           ///< this build cannot do it
  // Why a connection was not made, or ended.
  host_not_found,        ///< the name does not resolve
  resolver_failed,       ///< the resolver did not answer
  connection_refused,    ///< nobody listens on that port
  network_unreachable,   ///< no route to any address of that host
  connection_failed,     ///< the connection could not be made for another reason
  connect_timeout,       ///< DNS, TCP, TLS and upgrade together took longer than connect_timeout
  tls_certificate,       ///< the certificate was refused: unknown CA, other host, or out of its dates
  tls_failed,            ///< the TLS handshake failed for another reason
  http_status,           ///< an HTTP answer other than 101
  handshake_failed,      ///< the answer is no valid WebSocket upgrade (RFC 6455, 4.1)
  connection_lost,       ///< the connection ended without a close frame
  closed_by_relay,       ///< the relay sent a close frame
  protocol_error,        ///< the relay broke RFC 6455
  message_too_big,       ///< the relay sent a message above max_message_bytes
  ping_timeout,          ///< no pong within pong_timeout
  retries_exhausted,     ///< max_retries attempts failed; there will be no other
  // Why a publish or a request did not succeed.
  relay_removed,         ///< the relay was removed from the pool
  send_timeout,          ///< the relay could not be reached within send_timeout
  ok_timeout,            ///< the relay did not answer within ok_timeout
  refused,               ///< the relay answered with a refusal; its words are given beside
  auth_required,         ///< the relay wants NIP-42 AUTH and no auth_key was given, or it refused it
};

/// The category of errc: message() is one sentence that says what to do where something can be done.
UVNOSTR_API const std::error_category& error_category() noexcept;

inline std::error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), error_category()}; }

/// A value or an error code; member names as in std::expected. Reading the value of an error
/// (or the error of a value) is a programming error, caught by assert in debug builds.
template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;

  result(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value)) {}
  result(std::error_code error) noexcept : error_(error) { assert(error && "an error of 0 is no error"); }
  result(errc error) noexcept : error_(make_error_code(error)) {}

  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & noexcept { assert(has_value()); return *value_; }
  const T& value() const& noexcept { assert(has_value()); return *value_; }
  T&& value() && noexcept { assert(has_value()); return std::move(*value_); }
  T& operator*() & noexcept { return value(); }
  const T& operator*() const& noexcept { return value(); }
  T&& operator*() && noexcept { return std::move(*this).value(); }
  T* operator->() noexcept { return &value(); }
  const T* operator->() const noexcept { return &value(); }

  std::error_code error() const noexcept { return error_; }

  template <class U>
  T value_or(U&& other) && {
    return has_value() ? std::move(*value_) : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::optional<T> value_;
  std::error_code error_;
};

}  // namespace uvnostr

template <>
struct std::is_error_code_enum<uvnostr::errc> : std::true_type {};
