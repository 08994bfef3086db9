// SPDX-License-Identifier: MIT
// How one relay is connected to and kept. Every option has a default that suits most programs.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/signer.hpp>

namespace uvnostr {

/// When a connection is tried again. The first attempt counts like any other. After HTTP 429 or 503, and after a close
/// frame with 1008 or 4000 to 4999, delays are ten times as long; Retry-After makes them as long as it says, up to ten
/// minutes, or longer by a random part.
struct reconnect_options {
  /// False: one attempt is made and no other.
  bool enabled = true;
  /// The delay after the first failure. 100 ms to 365 days.
  std::chrono::milliseconds initial_delay{1'000};
  /// No delay is longer. initial_delay to 365 days.
  std::chrono::milliseconds max_delay{60'000};
  /// Each failure multiplies the delay by this. 1 to 1000.
  double multiplier = 2.0;
  /// Each delay becomes shorter or longer by a random part of itself, at most this. 0 to 1.
  double jitter = 0.2;
  /// How many attempts may fail in a row after the first. 0: no limit.
  unsigned max_retries = 0;
  /// A connection that lasted this long resets the delay, so that a relay that accepts and closes at once is not
  /// dialled in a tight loop. 0 to 365 days.
  std::chrono::milliseconds stable_after{30'000};
};

/// When a relay's AUTH challenge is answered. Source: NIP-42.
enum class auth_policy {
  on_demand,  ///< only after the relay refused a REQ or EVENT with "auth-required:"
  eager,      ///< at once; for relays that withhold events without a refusal. Shows who you are
};

/// The name as it stands above.
UVNOSTR_API std::string_view to_string(auth_policy) noexcept;

/// Who is asked for the addresses of a relay's name.
enum class name_resolver {
  c_ares,       ///< /etc/hosts, then the name servers, from the loop. A build without c-ares asks getaddrinfo()
  getaddrinfo,  ///< all that the system knows (NSS, mDNS), on libuv's threads: names that hang hold up others
};

/// The name as it stands above.
UVNOSTR_API std::string_view to_string(name_resolver) noexcept;

/// One line of the upgrade request.
struct http_header {
  std::string name;   ///< a token. Source: RFC 9110, 5.1
  std::string value;  ///< no control characters but tabs
};

/// Every time and size is checked by the call that takes the options; errc::option_range names the one that is wrong.
struct relay_options {
  reconnect_options reconnect{};
  /// Both families are asked for, and their addresses raced. When the resolver fails or says nothing for two seconds,
  /// the addresses of the last connection are tried. Source: RFC 8305.
  name_resolver resolver = name_resolver::c_ares;
  /// Name servers to ask instead of the system's, by c-ares: "192.0.2.1", "192.0.2.1:5353", "[2001:db8::1]:53".
  std::vector<std::string> name_servers{};
  /// How all traffic with this relay goes: "socks5://127.0.0.1:9050" or "http://user:password@proxy.example:3128", for
  /// CONNECT. Empty: without a proxy. The proxy is told the relay's name, which is looked up nowhere else. Other
  /// characters of user and password than letters and digits as %41. Names in .onion need a proxy. Source: RFC 1928,
  /// RFC 1929, RFC 9110, 9.3.6, RFC 7686.
  std::string proxy{};
  /// How many redirects of the upgrade (HTTP 301, 302, 307, 308) are followed, to wss:// only; relay_status says where
  /// they led. The headers below go to the first host alone. 0 to 20.
  unsigned max_redirects = 0;
  /// From the DNS question to the end of the WebSocket upgrade. 1 ms to 365 days.
  std::chrono::milliseconds connect_timeout{10'000};
  /// A ping is sent after so long a silence of the relay. A phone's radio wakes up for each; longer intervals save it,
  /// and a dead connection on which nothing is sent is noticed later. 1 ms to 365 days, or 0: no pings, and the system
  /// is not asked to look for dead connections either.
  std::chrono::milliseconds ping_interval{30'000};
  /// How long nothing at all may come after a ping. TCP ends a connection too (where the system can, as Linux does) when
  /// bytes of ours stay unacknowledged for so long, so a line that is interrupted for longer costs a reconnect, and so
  /// does a relay that reads nothing for so long while we send. 1 ms to 365 days.
  std::chrono::milliseconds pong_timeout{10'000};
  /// How long the relay's half of the close handshake may take. 1 ms to 365 days.
  std::chrono::milliseconds close_timeout{2'000};
  /// A received message above this is not kept: it is read past, counted, and told to its subscription as a gap. One of
  /// more than sixteen times this closes the connection with 1009. 1 byte to 1 GiB.
  std::size_t max_message_bytes = 1024 * 1024;
  /// Events that wait to be sent to this relay or for its answer. At least 1 byte.
  std::size_t max_publish_bytes = 16 * 1024 * 1024;
  /// Received events that wait for verification: above this the socket is not read. Any size.
  std::size_t max_unverified_bytes = 4 * 1024 * 1024;
  /// A PEM file of the CAs to trust. Empty: those of the system, which SSL_CERT_FILE can replace.
  std::string ca_file{};
  /// The User-Agent header of the upgrade request; empty: none.
  std::string user_agent{"uvnostr"};
  /// Sent with the upgrade request. Together with user_agent at most 16 KiB.
  std::vector<http_header> headers{};
  /// Who answers AUTH challenges: a secret_key, or a signer that takes its time. With several, each of them answers, and
  /// the relay counts as satisfied once it has accepted one. Empty: challenges are not answered. Source: NIP-42.
  std::vector<signer> auth_users{};
  auth_policy auth = auth_policy::on_demand;
  /// How badly the relay may behave. Each message counts one that is forged, garbled, or for none of the filters that it
  /// names; every twentieth good event takes one off again. Beyond this the relay is left for offence_pause with
  /// errc::misbehaved. 0: it is never left.
  std::size_t max_offences = 200;
  /// 1 ms to 365 days.
  std::chrono::milliseconds offence_pause{600'000};
};

}  // namespace uvnostr
