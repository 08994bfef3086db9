// SPDX-License-Identifier: MIT
// How to connect to a relay and keep the connection. The defaults suit most programs.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/signer.hpp>

namespace uvnostr {

/// When a relay is dialled again after a failure. The first attempt counts like any other. After HTTP 429 or 503, and
/// after a close frame with 1008 or 4000 to 4999, delays are ten times as long. Retry-After lengthens the delay to its
/// value (at most ten minutes), plus a random part.
struct reconnect_options {
  /// False: only one attempt is made.
  bool enabled = true;
  /// The delay after the first failure. 100 ms to 365 days.
  std::chrono::milliseconds initial_delay{1'000};
  /// No delay is longer. initial_delay to 365 days.
  std::chrono::milliseconds max_delay{60'000};
  /// Each failure multiplies the delay by this. 1 to 1000.
  double multiplier = 2.0;
  /// Each delay is shortened or lengthened by a random part of up to this fraction. 0 to 1.
  double jitter = 0.2;
  /// How many attempts after the first may fail in a row. 0: no limit.
  unsigned max_retries = 0;
  /// Only a connection that has lasted this long resets the delay. Otherwise a relay that accepts connections and
  /// closes them at once would be dialled in a tight loop. 0 to 365 days.
  std::chrono::milliseconds stable_after{30'000};
};

/// When a relay's AUTH challenge is answered. Source: NIP-42.
enum class auth_policy {
  /// Only after the relay has refused a REQ or EVENT with "auth-required:", or if its information (NIP-11), once fetched,
  /// has `auth_required`.
  on_demand,
  eager,  ///< at once, for relays that withhold events without refusing; reveals your key to the relay
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(auth_policy) noexcept;

/// How relays' names are resolved.
enum class name_resolver {
  c_ares,  ///< /etc/hosts, then the name servers, from the loop; a build without c-ares uses getaddrinfo()
  /// Everything that the system knows (NSS, mDNS). Each look-up has a thread of its own, of which a loop has at most 256.
  /// One that hangs keeps its thread, even after the pool is gone, and delays nothing.
  getaddrinfo,
};

/// The name of the enumerator.
UVNOSTR_API std::string_view to_string(name_resolver) noexcept;

/// One line of the upgrade request.
struct http_header {
  std::string name;   ///< a token. Source: RFC 9110, 5.1
  std::string value;  ///< no control characters except tabs
};

/// The call that takes the options checks them; the subject of errc::option_range names the wrong one.
struct relay_options {
  reconnect_options reconnect{};
  /// How the relay's name is resolved. Addresses of both families are tried in parallel. If the resolver fails or does
  /// not answer for two seconds, the addresses of the last connection are tried. Source: RFC 8305.
  name_resolver resolver = name_resolver::c_ares;
  /// Name servers that c-ares asks instead of the system's: "192.0.2.1", "192.0.2.1:5353", "[2001:db8::1]:53".
  std::vector<std::string> name_servers{};
  /// The proxy for all traffic with this relay: "socks5://127.0.0.1:9050", or "http://user:password@proxy.example:3128"
  /// for CONNECT. Empty: no proxy. Only the proxy resolves the relay's name. In user and password, percent-encode all
  /// characters except letters and digits. Names in .onion need a proxy. Source: RFC 1928, RFC 1929, RFC 9110, 9.3.6,
  /// RFC 7686.
  std::string proxy{};
  /// How many redirects of the upgrade (HTTP 301, 302, 307, 308) are followed, only to wss://; relay_status says where
  /// they led. Only the first host gets the headers below. 0 to 20.
  unsigned max_redirects = 0;
  /// The limit from the DNS query to the end of the WebSocket upgrade. 1 ms to 365 days.
  std::chrono::milliseconds connect_timeout{10'000};
  /// How long the relay may be silent before it is pinged. Each ping wakes up a phone's radio. A longer interval saves
  /// power, but a dead connection is noticed later. 1 ms to 365 days, or 0: no pings, and no TCP keep-alive.
  std::chrono::milliseconds ping_interval{30'000};
  /// How long the relay may stay silent after a ping. Where the system supports it, as on Linux, TCP also ends a
  /// connection on which our bytes stay unacknowledged for this long. So a reconnect follows if the line is interrupted
  /// for longer, or if the relay reads nothing for this long while we send. 1 ms to 365 days.
  std::chrono::milliseconds pong_timeout{10'000};
  /// How long the relay's half of the close handshake may take. 1 ms to 365 days.
  std::chrono::milliseconds close_timeout{2'000};
  /// A longer message is skipped and counted, and its subscription gets a gap (gap_reason::too_big). A message of more
  /// than sixteen times this size closes the connection with 1009. 1 byte to 1 GiB.
  std::size_t max_message_bytes = 1024 * 1024;
  /// The limit for events that wait to be sent to this relay or answered by it. At least 1 byte.
  std::size_t max_publish_bytes = 16 * 1024 * 1024;
  /// The limit for received events that wait for verification or, while the program holds them back, for delivery. Above
  /// it, the socket is not read; once half of it is left, it is read again. Any size.
  std::size_t max_unverified_bytes = 4 * 1024 * 1024;
  /// A PEM file with the CAs to trust. Empty: the system's CAs, which SSL_CERT_FILE can replace.
  std::string ca_file{};
  /// The CAs to trust, as PEM text instead of a file. At most one of the two may be set.
  std::string ca_pem{};
  /// The relay's key must be one of these, besides having a certificate that is valid. Each is the SHA-256 of the
  /// SubjectPublicKeyInfo of the relay's own certificate, as 64 hex digits. List the next key before the relay changes
  /// to it. Another key ends the connection with errc::tls_pinned_key before anything is sent. Empty: any key. Source:
  /// RFC 5280, 4.1.2.7; RFC 7469, 2.4.
  std::vector<std::string> pinned_keys{};
  /// The certificate that we show to a relay that asks for one, as a PEM file: ours first, then its intermediates. Empty:
  /// none.
  std::string client_certificate_file{};
  /// The same as PEM text. At most one of the two may be set.
  std::string client_certificate_pem{};
  /// The PEM file with that certificate's key, which has no passphrase. Empty, and client_key_pem too: the key is beside
  /// the certificate.
  std::string client_key_file{};
  /// The same as PEM text. At most one of the two may be set.
  std::string client_key_pem{};
  /// The User-Agent header of the upgrade request; empty: none.
  std::string user_agent{"uvnostr"};
  /// Further headers of the upgrade request. At most 16 KiB, including user_agent.
  std::vector<http_header> headers{};
  /// Who answers AUTH challenges: a secret_key, or a signer that answers later. If there are several, each of them
  /// answers, and one that the relay accepts is enough. Empty: challenges are not answered. Source: NIP-42.
  std::vector<signer> auth_users{};
  auth_policy auth = auth_policy::on_demand;
  /// How many offences are tolerated. An offence is a message that is forged, malformed or binary, an event that matches
  /// none of its subscription's filters, or a message of a flood. A flood is more than 200 messages that were not asked
  /// for, and more than five a second: events for no subscription or one that was closed a minute before, NOTICE, AUTH,
  /// and OK for nothing. Every twenty good events cancel one offence. Above the limit, the connection ends with
  /// errc::misbehaved. 0: no limit.
  std::size_t max_offences = 200;
  /// How long a relay that misbehaved is not dialled. 1 ms to 365 days.
  std::chrono::milliseconds offence_pause{600'000};
};

}  // namespace uvnostr
