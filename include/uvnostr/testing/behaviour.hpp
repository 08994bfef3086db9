// SPDX-License-Identifier: MIT
// What a test_relay does wrong, as plain values. They may change at any time, even while clients are connected.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <uvnostr/relay_options.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr::testing {

/// For every `times` below: no end.
inline constexpr unsigned always = std::numeric_limits<unsigned>::max();
/// For every limit below: no limit.
inline constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

/// How the relay ends a connection.
enum class ending {
  graceful,  ///< close frame (1001), TLS close_notify, FIN
  abrupt,    ///< FIN alone, without a close frame or close_notify
  reset,     ///< RST
};

/// How the relay answers a client that connects. Everything but `accept` is a fault.
enum class handshake {
  accept,                 ///< as RFC 6455 demands
  reset,                  ///< TCP is accepted, then RST
  close,                  ///< TCP is accepted, then FIN
  silent,                 ///< TCP is accepted, then nothing is sent; with TLS: no TLS handshake either
  banner,                 ///< `bytes` are sent at once and before TLS, as an SMTP server would
  no_answer,              ///< the upgrade request is read and never answered
  http_status,            ///< an HTTP answer with `status`, `headers` and `body`, then the end
  wrong_accept_header,    ///< 101 with a Sec-WebSocket-Accept for another key
  no_accept_header,       ///< 101 without Sec-WebSocket-Accept
  no_upgrade_header,      ///< 101 without Upgrade
  unoffered_extension,    ///< 101 with an extension that the client did not offer
  unoffered_subprotocol,  ///< 101 with a subprotocol that the client did not offer
  garbage,                ///< `bytes` in place of an HTTP answer
  slow,                   ///< the right answer, one byte every `interval`
  endless_headers,        ///< 101, then header lines without end
};

/// The answer to connections, and how many of them get it. Comments name the answers that use a member.
struct handshake_rule {
  handshake how = handshake::accept;
  unsigned times = always;                              ///< how many connections; later ones are accepted
  int status = 503;                                     ///< http_status
  std::vector<http_header> headers{};                   ///< of every HTTP answer; a Date here replaces the relay's own
  std::string body{};                                   ///< http_status
  std::string bytes{"220 mail.example.com ESMTP\r\n"};  ///< banner, garbage
  std::chrono::milliseconds interval{20};               ///< slow
};

/// A refusal and its reason, such as "blocked: not you". Source: NIP-01.
struct refusal {
  std::string reason{};
  unsigned times = always;  ///< how many messages; later ones are answered as usual
};

/// How many REQs a relay takes: a bucket that holds `burst` and is filled at `per_second`. Those beyond are refused.
struct req_rate {
  double per_second = 10;
  double burst = 10;
  std::string reason{"rate-limited: slow down"};
};

/// What is wrong with the events that the relay sends.
enum class forgery {
  none,
  signature,  ///< one digit of the signature differs
  id,         ///< one digit of the id differs
  content,    ///< the content is longer than the signed one
};

/// When the relay drops a connection. Every condition that is set applies.
struct drop_rule {
  std::optional<std::size_t> after_events{};  ///< events sent on the connection; 0: instead of answering a REQ
  bool after_eose = false;
  bool mid_frame = false;  ///< the last message is cut in the middle of its frame
  ending how = ending::abrupt;
  unsigned times = always;  ///< how many connections
};

/// What the relay says about its stored events in EOSE. Source: NIP-67.
enum class eose_hints {
  none,    ///< nothing
  honest,  ///< "finish" if all matching events were sent, "more" if a limit left some out
  finish,  ///< always "finish", even if that is a lie
  more,    ///< always "more", even if that is a lie
};

/// When the relay sends a challenge. It refuses a client's requests until the client has answered. Source: NIP-42.
enum class auth_demand {
  none,        ///< never: every client is served
  on_connect,  ///< when the client connects
  on_refusal,  ///< with the first refusal
};

struct auth_rule {
  auth_demand demand = auth_demand::none;
  std::string challenge{};          ///< empty: a different one for each connection
  std::vector<pubkey> allowed{};    ///< other keys are refused with "restricted:"; empty: all keys are allowed
  std::optional<refusal> refuse{};  ///< AUTH itself is answered with OK false
};

/// Everything that can be changed. The defaults make a well-behaved relay. Example:
/// `relay.behaviour().refuse_req = refusal{"rate-limited: slow down", 1};`
struct behaviour {
  handshake_rule on_connect{};

  bool answer_reqs = true;  ///< false: no events, EOSE or CLOSED, now or later
  bool send_eose = true;
  eose_hints hints = eose_hints::none;
  std::optional<refusal> refuse_req{};        ///< with CLOSED
  std::optional<refusal> close_after_eose{};  ///< EOSE, then CLOSED with this reason
  std::optional<req_rate> max_req_rate{};     ///< of each connection
  bool refuse_by_notice = false;              ///< REQs are refused by NOTICE instead of CLOSED, as some relays do
  bool answer_events = true;                  ///< false: no OK, though the event is stored and passed on
  std::optional<refusal> refuse_event{};      ///< with OK false
  auth_rule auth{};

  /// Answers each filter with at most this many stored events, the newest ones, whatever its `limit`. EOSE then follows
  /// as if the answer were complete. Such a limit is common among relays.
  std::size_t max_limit = unlimited;
  /// A longer REQ or EVENT message ends the connection with close code 1009. The whole message counts.
  std::size_t max_req_bytes = unlimited;
  std::size_t max_event_bytes = unlimited;
  /// How far the relay's clock is ahead; negative: behind. Used in the Date header of the answer to the upgrade
  /// request, and to check the date of an AUTH event.
  std::chrono::seconds clock_offset{0};

  /// The answer to a request for the relay's information document; empty: 404. Source: NIP-11.
  std::string information{};

  bool answer_pings = true;
  bool answer_close = true;  ///< false: a close frame of the client is not answered, and TCP stays open

  std::chrono::milliseconds delay{0};          ///< before each message is sent; the order stays the same
  std::size_t max_write_bytes = unlimited;     ///< per TCP write, at least 1; each write takes a turn of the loop
  std::size_t max_fragment_bytes = unlimited;  ///< per WebSocket frame, at least 1; longer messages are fragmented
  unsigned copies = 1;                         ///< how often each event is sent
  forgery forge = forgery::none;
  std::optional<drop_rule> drop{};
};

}  // namespace uvnostr::testing
