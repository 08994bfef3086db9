// SPDX-License-Identifier: MIT
// What can go wrong: error, which says what it is about, and result<T> for calls that give a value.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <uvnostr/export.hpp>

namespace uvnostr {

/// Everything that uvnostr reports.
enum class errc {
  // A value given by the application.
  url_scheme = 1,      ///< neither ws:// nor wss://
  url_host,            ///< no host, or characters that a host cannot have
  url_port,            ///< not 1 to 65535
  url_userinfo,        ///< user:password@ in a relay URL
  url_fragment,        ///< #... in a relay URL
  url_path,            ///< a space, a control character or non-ASCII text in path or query
  hex_length,          ///< not the number of hex digits that the type has
  hex_digit,           ///< a character other than 0-9 and a-f
  bech32_format,       ///< not bech32: mixed case, odd character, no separator, wrong length
  bech32_checksum,     ///< a mistyped npub, nsec or note
  bech32_prefix,       ///< valid bech32, but of another kind (an nsec where an npub belongs)
  secret_key_range,    ///< zero, or not below the order of secp256k1
  event_json,          ///< not one JSON object with the seven members of NIP-01
  event_field,         ///< a member of the event has the wrong type, length or value
  event_utf8,          ///< text of the event is not UTF-8
  wrong_id,            ///< the event's id is not the hash of the event
  wrong_signature,     ///< the event's signature is not its author's
  filter_json,         ///< not one JSON object
  filter_field,        ///< a member of the filter is unknown, or has the wrong type, length or value
  filter_tag_name,     ///< a tag condition whose name is not one letter, or is that of another condition
  filter_tag_value,    ///< a tag condition without values, not UTF-8, or #e/#p that is not 64 hex digits
  filter_time_range,   ///< since is later than until
  filter_count,        ///< no filter at all
  cursor_format,       ///< not a subscription::cursor(): cut, edited, or made by another version
  cursor_filters,      ///< the cursor belongs to other filters
  option_range,        ///< an option is outside its range; subject() names the option, its value and the range
  option_certificate,  ///< a file or PEM text of the options is not what it must be; subject() names the option
  // The state of the object on which the call was made.
  closed,              ///< the pool, relay or subscription is closed, was moved from, or was never made
  unknown_relay,       ///< no relay of this pool has that relay_id or URL
  duplicate_relay,     ///< the pool has a relay with the same normalised URL
  no_relay,            ///< there is no relay to publish to
  event_too_big,       ///< the event alone is larger than a relay's max_publish_bytes
  queue_full,          ///< max_publish_bytes of events already wait for that relay
  loop_unusable,       ///< libuv or libwebsockets could not start on this loop
  random_unavailable,  ///< the system gave no random bytes
  unsupported,         ///< this build cannot do it
  // Why a connection was not made, or ended.
  host_not_found,       ///< the name does not resolve
  resolver_failed,      ///< the resolver did not answer
  connection_refused,   ///< nothing listens on that port
  network_unreachable,  ///< no route to any address of that host
  connection_failed,    ///< the connection could not be made for another reason
  connect_timeout,      ///< DNS, TCP, TLS and upgrade together took longer than connect_timeout
  tls_certificate,      ///< the certificate was refused: unknown CA, other host, or out of its dates
  tls_pinned_key,       ///< the certificate is valid, but its key is none of relay_options::pinned_keys
  tls_failed,           ///< TLS failed for another reason, in its handshake or later
  http_status,          ///< an HTTP answer other than 101
  handshake_failed,     ///< the answer is not a valid WebSocket upgrade (RFC 6455, 4.1)
  connection_lost,      ///< the connection ended without a close frame
  closed_by_relay,      ///< the relay sent a close frame
  protocol_error,       ///< the relay broke RFC 6455
  message_too_big,      ///< the relay sent a message of more than sixteen times max_message_bytes
  misbehaved,           ///< the relay exceeded relay_options::max_offences
  ping_timeout,         ///< no pong within pong_timeout
  retries_exhausted,    ///< max_retries attempts failed; there will be no more
  // Why a publish or a request did not succeed.
  relay_removed,  ///< the relay was removed from the pool
  send_timeout,   ///< the relay could not be reached within send_timeout
  ok_timeout,     ///< the relay did not answer within ok_timeout
  refused,        ///< the relay refused; receipt::message has its words
  auth_required,  ///< the relay wants NIP-42 AUTH and there are no auth_users, or it refused them
  relay_limit,    ///< it was not sent: the relay's information (NIP-11) says that it refuses such events
  not_signed,     ///< the signer refused, did not answer within its timeout, or returned another event
  no_document,    ///< the relay's information document (NIP-11) is missing, too long or no JSON object
};

}  // namespace uvnostr

template <>
struct std::is_error_code_enum<uvnostr::errc> : std::true_type {};

namespace uvnostr {

/// The name of the enumerator; "unknown" for any other number.
UVNOSTR_API std::string_view to_string(errc) noexcept;

/// The category of errc. Its message() is one sentence, which also says what to do if anything can be done.
UVNOSTR_API const std::error_category& error_category() noexcept;

inline std::error_code make_error_code(errc e) noexcept { return {static_cast<int>(e), error_category()}; }

/// An error code and its subject. True if there is an error. An object without an error does not allocate.
class UVNOSTR_API error {
 public:
  error() noexcept = default;
  error(errc code) noexcept : code_(make_error_code(code)) {}
  error(std::error_code code) noexcept : code_(code) {}
  error(std::error_code code, std::string subject) noexcept : code_(code), subject_(std::move(subject)) {}

  explicit operator bool() const noexcept { return static_cast<bool>(code_); }
  std::error_code code() const noexcept { return code_; }
  operator std::error_code() const noexcept { return code_; }

  /// What is wrong: an option with its value and range, one URL of several, a member of a filter or event, a position
  /// in JSON (bytes count from 0). Empty if the call itself leaves no doubt. Examples: "relays[1] (htp://x)",
  /// "filters[2].tags[0].name", "content at byte 117",
  /// "relay_options::ping_interval is -5 ms; it must be 0 or from 1 ms to 365 days".
  const std::string& subject() const noexcept { return subject_; }
  /// The code and the subject in one sentence, for humans.
  std::string message() const;

  friend bool operator==(const error& a, const error& b) noexcept {
    return a.code_ == b.code_ && a.subject_ == b.subject_;
  }
  friend bool operator==(const error& a, errc b) noexcept { return a.code_ == make_error_code(b); }
  friend bool operator==(const error& a, std::error_code b) noexcept { return a.code_ == b; }

 private:
  std::error_code code_;
  std::string subject_;
};

/// A value or an error, with the member names of std::expected. Reading a value that is not there is a programming
/// error, which debug builds catch by assert. If there is a value, error() is empty.
template <class T>
class [[nodiscard]] result {
 public:
  using value_type = T;

  result(T value) noexcept(std::is_nothrow_move_constructible_v<T>) : value_(std::move(value)) {}
  result(uvnostr::error why) noexcept : error_(std::move(why)) { assert(error_ && "an error of 0 is no error"); }
  result(std::error_code why) noexcept : result(uvnostr::error(why)) {}
  result(errc why) noexcept : error_(why) {}

  bool has_value() const noexcept { return value_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & noexcept {
    assert(has_value());
    return *value_;
  }
  const T& value() const& noexcept {
    assert(has_value());
    return *value_;
  }
  T&& value() && noexcept {
    assert(has_value());
    return std::move(*value_);
  }
  T& operator*() & noexcept { return value(); }
  const T& operator*() const& noexcept { return value(); }
  T&& operator*() && noexcept { return std::move(*this).value(); }
  T* operator->() noexcept { return &value(); }
  const T* operator->() const noexcept { return &value(); }

  const uvnostr::error& error() const& noexcept { return error_; }
  uvnostr::error error() && noexcept { return std::move(error_); }

  template <class U>
  T value_or(U&& other) && {
    return has_value() ? std::move(*value_) : static_cast<T>(std::forward<U>(other));
  }

 private:
  std::optional<T> value_;
  uvnostr::error error_;
};

}  // namespace uvnostr
