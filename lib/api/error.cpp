// SPDX-License-Identifier: MIT
#include <uvnostr/error.hpp>

#include <string>

namespace uvnostr {
namespace {

const char* value_sentence(errc code) noexcept {
  switch (code) {
    case errc::url_scheme: return "A relay URL begins with ws:// or wss://.";
    case errc::url_host: return "The relay URL has no host, or one that cannot be: give a name in ASCII (xn-- for others), an IPv4 address, or an IPv6 address in brackets.";
    case errc::url_port: return "The port of the relay URL is not a number from 1 to 65535.";
    case errc::url_userinfo: return "The relay URL has a user name or password: send credentials in relay_options::headers instead.";
    case errc::url_fragment: return "The relay URL has a fragment: leave out the # and what follows.";
    case errc::url_path: return "The path or query of the relay URL has a space, a control character or one outside of ASCII: percent-encode it.";
    case errc::hex_length: return "The hex text is too short or too long: ids and keys have 64 digits, signatures 128.";
    case errc::hex_digit: return "The hex text has something else than 0-9 and a-f: Nostr writes hex in lower case.";
    case errc::bech32_format: return "The text is not bech32 of 32 bytes: mixed case, an odd character, no separator, or the wrong length.";
    case errc::bech32_checksum: return "The checksum of the bech32 text is wrong: look for a typing error.";
    case errc::bech32_prefix: return "The bech32 text is of another kind than the one wanted: compare its first letters (npub, nsec, note).";
    case errc::secret_key_range: return "The secret key is zero or not below the order of secp256k1: generate another.";
    case errc::event_json: return "The text is not one JSON object with id, pubkey, created_at, kind, tags, content and sig, each once.";
    case errc::event_field: return "A member of the event has the wrong type, length or value.";
    case errc::event_utf8: return "The text is not valid UTF-8.";
    case errc::filter_tag_name: return "A tag condition has a name that is not one letter, a-z or A-Z.";
    case errc::filter_tag_value: return "A tag condition has no values, or one for 'e' or 'p' that is not 64 lower-case hex digits.";
    case errc::filter_time_range: return "The filter's since is later than its until: nothing can match.";
    case errc::filter_count: return "There is no filter: give at least one.";
    case errc::cursor_format: return "subscribe_options::resume_from is not what subscription::cursor() gave: it was cut, edited, or is of another version.";
    case errc::cursor_filters: return "subscribe_options::resume_from is the cursor of other filters: start without it, or with the filters that it was made for.";
    case errc::option_range: return "An option is outside of what its comment allows.";
    case errc::option_ca_file: return "The CA file cannot be read or holds no certificate: check relay_options::ca_file.";
    default: return nullptr;
  }
}

const char* call_sentence(errc code) noexcept {
  switch (code) {
    case errc::closed: return "The pool, relay or subscription is closed, or was moved from.";
    case errc::unknown_relay: return "No relay of this pool has that relay_id: it was removed, or belongs to another pool.";
    case errc::duplicate_relay: return "The pool already has a relay with this URL.";
    case errc::no_relay: return "There is no relay to publish to: add one first.";
    case errc::event_too_big: return "The message is larger than relay_options::max_publish_bytes: it could never be sent.";
    case errc::queue_full: return "Too much already waits for that relay: publish more slowly, or raise relay_options::max_publish_bytes.";
#if UVNOSTR_BUNDLED_LWS
    case errc::loop_unusable: return "libuv or libwebsockets could not start on this loop: check the limit of open files.";
#else
    case errc::loop_unusable:
      return "libuv or libwebsockets could not start on this loop: check that the libuv plugin of libwebsockets is installed "
             "(Debian: libwebsockets-evlib-uv), and the limit of open files.";
#endif
    case errc::random_unavailable: return "The system gave no random bytes: check that getrandom or /dev/urandom is there.";
    case errc::unsupported: return "This build of uvnostr cannot do that.";
    default: return nullptr;
  }
}

const char* connection_sentence(errc code) noexcept {
  switch (code) {
    case errc::host_not_found: return "The host name of the relay does not resolve: check the URL.";
    case errc::resolver_failed: return "The name resolver did not answer: check the network and its DNS server.";
    case errc::connection_refused: return "Nobody listens on that port of the relay's host.";
    case errc::network_unreachable: return "There is no route to any address of the relay's host: check the network.";
    case errc::connection_failed: return "The connection to the relay could not be made.";
    case errc::connect_timeout: return "Connecting took longer than relay_options::connect_timeout.";
    case errc::tls_certificate: return "The relay's certificate was refused: unknown CA, another host, or out of its dates (check the clock and relay_options::ca_file).";
    case errc::tls_failed: return "The TLS handshake with the relay failed.";
    case errc::http_status: return "The relay answered with an HTTP status other than 101: the URL may not be a relay's.";
    case errc::handshake_failed: return "The relay's answer is no valid WebSocket upgrade: the URL may not be a relay's.";
    case errc::connection_lost: return "The connection to the relay ended without a close frame.";
    case errc::closed_by_relay: return "The relay closed the connection.";
    case errc::protocol_error: return "The relay broke the WebSocket protocol.";
    case errc::message_too_big: return "The relay sent a message above relay_options::max_message_bytes.";
    case errc::ping_timeout: return "The relay did not answer a ping within relay_options::pong_timeout.";
    case errc::retries_exhausted: return "reconnect_options::max_retries attempts failed: call reconnect() to try again.";
    default: return nullptr;
  }
}

const char* outcome_sentence(errc code) noexcept {
  switch (code) {
    case errc::relay_removed: return "The relay was removed from the pool.";
    case errc::send_timeout: return "The relay could not be reached within publish_options::send_timeout.";
    case errc::ok_timeout: return "The relay did not answer within publish_options::ok_timeout: it may have the event nevertheless.";
    case errc::refused: return "It was refused: by the relay, in its own words, or because the signature is wrong.";
    case errc::auth_required: return "The relay wants to know who you are: give relay_options::auth_key, one that it accepts.";
    default: return nullptr;
  }
}

class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "uvnostr"; }
  std::string message(int value) const override {
    const auto code = static_cast<errc>(value);
    for (const auto sentence : {value_sentence, call_sentence, connection_sentence, outcome_sentence}) {
      if (const char* text = sentence(code)) return text;
    }
    return "uvnostr has no error of number " + std::to_string(value) + ".";
  }
};

}  // namespace

const std::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace uvnostr
