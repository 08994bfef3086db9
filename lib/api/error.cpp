// SPDX-License-Identifier: MIT
#include <uvnostr/error.hpp>

#include <cstddef>
#include <iterator>
#include <string>

#include "api/error_sentence.hpp"

namespace uvnostr {
namespace {

struct entry {
  errc code;
  std::string_view name;
  const char* sentence;
};

#if UVNOSTR_BUNDLED_LWS
constexpr const char* loop_unusable_sentence =
    "libuv or libwebsockets could not start on this loop: check the limit of open files.";
#else
constexpr const char* loop_unusable_sentence =
    "libuv or libwebsockets could not start on this loop: check that the libuv plugin of libwebsockets is installed "
    "(Debian: libwebsockets-evlib-uv), and the limit of open files.";
#endif

// In the order of errc, without gaps.
constexpr entry entries[] = {
    {errc::url_scheme, "url_scheme", "A relay URL begins with ws:// or wss://."},
    {errc::url_host, "url_host",
     "The relay URL has no valid host: use an ASCII name (xn-- for others), an IPv4 address, or an "
     "IPv6 address in brackets."},
    {errc::url_port, "url_port", "The port of the relay URL is not a number from 1 to 65535."},
    {errc::url_userinfo, "url_userinfo",
     "The relay URL has a user name or password: send credentials in relay_options::headers instead."},
    {errc::url_fragment, "url_fragment", "The relay URL has a fragment: remove the # and everything after it."},
    {errc::url_path, "url_path",
     "The path or query of the relay URL has a space, a control character or a character that is not ASCII: "
     "percent-encode it."},
    {errc::hex_length, "hex_length",
     "The hex text is too short or too long: ids and keys have 64 digits, signatures 128."},
    {errc::hex_digit, "hex_digit",
     "The hex text has a character other than 0-9 and a-f: Nostr writes hex in lower case."},
    {errc::bech32_format, "bech32_format",
     "The text is not bech32 of 32 bytes: mixed case, an odd character, no separator, or the wrong length."},
    {errc::bech32_checksum, "bech32_checksum", "The checksum of the bech32 text is wrong: look for a typing error."},
    {errc::bech32_prefix, "bech32_prefix",
     "The bech32 text is of the wrong kind: compare its first letters (npub, nsec, note)."},
    {errc::secret_key_range, "secret_key_range",
     "The secret key is zero or not below the order of secp256k1: generate another."},
    {errc::event_json, "event_json",
     "The text is not one JSON object with id, pubkey, created_at, kind, tags, content and sig, each once."},
    {errc::event_field, "event_field", "A member of the event has the wrong type, length or value."},
    {errc::event_utf8, "event_utf8", "The text of the event is not valid UTF-8."},
    {errc::wrong_id, "wrong_id",
     "The event's id is not the hash of the event: it was changed, or its id was computed differently."},
    {errc::wrong_signature, "wrong_signature", "The event's signature is not its author's."},
    {errc::filter_json, "filter_json", "The text is not one JSON object in UTF-8."},
    {errc::filter_field, "filter_field",
     "A member of the filter is unknown or repeated, or has the wrong type, length or value."},
    {errc::filter_tag_name, "filter_tag_name",
     "The name of a tag condition must be a single letter, a-z or A-Z, that no other condition has."},
    {errc::filter_tag_value, "filter_tag_value",
     "A tag condition needs UTF-8 values; those of 'e' and 'p' have 64 lower-case hex digits."},
    {errc::filter_time_range, "filter_time_range", "The filter's since is later than its until: nothing can match."},
    {errc::filter_count, "filter_count", "There is no filter: give at least one."},
    {errc::cursor_format, "cursor_format",
     "The text is not a subscription::cursor(): it was cut, edited, or made by another version."},
    {errc::cursor_filters, "cursor_filters",
     "The cursor belongs to other filters: use the filters for which it was made, or start without it."},
    {errc::option_range, "option_range", "An option is outside its range."},
    {errc::option_certificate, "option_certificate",
     "A file or PEM text of the options cannot be read, holds no certificate or key, or the key is not the "
     "certificate's."},
    {errc::closed, "closed", "The pool, relay or subscription is closed, was moved from, or was never made."},
    {errc::unknown_relay, "unknown_relay", "The pool has no such relay: it was removed, or belongs to another pool."},
    {errc::duplicate_relay, "duplicate_relay", "The pool already has a relay with this URL."},
    {errc::no_relay, "no_relay", "There is no relay to publish to: add one first."},
    {errc::event_too_big, "event_too_big",
     "The event is larger than relay_options::max_publish_bytes: it could never be sent."},
    {errc::queue_full, "queue_full",
     "Too many events already wait for that relay: publish more slowly, or raise relay_options::max_publish_bytes."},
    {errc::loop_unusable, "loop_unusable", loop_unusable_sentence},
    {errc::random_unavailable, "random_unavailable",
     "The system gave no random bytes: check that getrandom or /dev/urandom is available."},
    {errc::unsupported, "unsupported", "This build of uvnostr cannot do that."},
    {errc::host_not_found, "host_not_found", "The host name of the relay does not resolve: check the URL."},
    {errc::resolver_failed, "resolver_failed",
     "The name resolver did not answer: check the network and its DNS server."},
    {errc::connection_refused, "connection_refused", "Nothing listens on that port of the relay's host."},
    {errc::network_unreachable, "network_unreachable",
     "There is no route to any address of the relay's host: check the network."},
    {errc::connection_failed, "connection_failed", "The connection to the relay could not be made."},
    {errc::connect_timeout, "connect_timeout", "Connecting took longer than relay_options::connect_timeout."},
    {errc::tls_certificate, "tls_certificate",
     "The relay's certificate was refused: unknown CA, another host, or out of its dates (check the clock and "
     "relay_options::ca_file)."},
    {errc::tls_pinned_key, "tls_pinned_key",
     "The relay's certificate is valid, but its key is none of relay_options::pinned_keys."},
    {errc::tls_failed, "tls_failed", "TLS with the relay failed."},
    {errc::http_status, "http_status",
     "The relay answered with an HTTP status other than 101: the URL may not be a relay's."},
    {errc::handshake_failed, "handshake_failed",
     "The relay's answer is not a valid WebSocket upgrade: the URL may not be a relay's."},
    {errc::connection_lost, "connection_lost", "The connection to the relay ended without a close frame."},
    {errc::closed_by_relay, "closed_by_relay", "The relay closed the connection."},
    {errc::protocol_error, "protocol_error", "The relay broke the WebSocket protocol."},
    {errc::message_too_big, "message_too_big",
     "The relay sent a message of more than sixteen times relay_options::max_message_bytes."},
    {errc::misbehaved, "misbehaved",
     "The relay sent more forged, garbled or unasked messages than relay_options::max_offences."},
    {errc::ping_timeout, "ping_timeout", "The relay did not answer a ping within relay_options::pong_timeout."},
    {errc::retries_exhausted, "retries_exhausted",
     "reconnect_options::max_retries attempts failed: call reconnect() to try again."},
    {errc::relay_removed, "relay_removed", "The relay was removed from the pool."},
    {errc::send_timeout, "send_timeout", "The relay could not be reached within publish_options::send_timeout."},
    {errc::ok_timeout, "ok_timeout",
     "The relay did not answer within publish_options::ok_timeout: it may still have the event."},
    {errc::refused, "refused", "The relay refused."},
    {errc::auth_required, "auth_required",
     "The relay wants to know who you are: give relay_options::auth_users, of whom it accepts one."},
    {errc::relay_limit, "relay_limit",
     "The relay's information document (NIP-11) says that it refuses such an event, so it was not sent."},
    {errc::not_signed, "not_signed", "The signer refused, did not answer in its time, or gave another event."},
    {errc::no_document, "no_document",
     "The relay's information document (NIP-11) is missing, too long or no JSON object."},
};

constexpr bool is_in_order() noexcept {
  for (std::size_t i = 0; i < std::size(entries); ++i) {
    if (static_cast<std::size_t>(entries[i].code) != i + 1) return false;
  }
  return entries[std::size(entries) - 1].code == errc::no_document;
}
static_assert(is_in_order());

const entry* find(int value) noexcept {
  return value < 1 || static_cast<std::size_t>(value) > std::size(entries) ? nullptr : &entries[value - 1];
}

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "uvnostr"; }
  std::string message(int value) const override {
    const entry* const found = find(value);
    return found != nullptr ? found->sentence : "uvnostr has no error with the number " + std::to_string(value) + ".";
  }
};

}  // namespace

std::string_view to_string(errc code) noexcept {
  const entry* const found = find(static_cast<int>(code));
  return found != nullptr ? found->name : "unknown";
}

const char* api::error_sentence(errc code) noexcept {
  const entry* const found = find(static_cast<int>(code));
  return found != nullptr ? found->sentence : nullptr;
}

const std::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

std::string error::message() const {
  if (subject_.empty()) return code_.message();
  if (code_ == make_error_code(errc::option_range)) return subject_ + '.';  // the subject is already a sentence
  return subject_ + ": " + code_.message();
}

}  // namespace uvnostr
