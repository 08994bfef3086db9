// SPDX-License-Identifier: MIT
// What a test_relay does wrong, as plain values. They may be changed at any time, also while clients are connected.
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

/// A value of every `times` below: without end.
inline constexpr unsigned always = std::numeric_limits<unsigned>::max();
/// A value of every limit below: there is none.
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

/// The answer to connections, and to how many of them it applies. The comments name the answers that use a member.
struct handshake_rule {
  handshake how = handshake::accept;
  unsigned times = always;                              ///< so many connections; later ones are accepted
  int status = 503;                                     ///< http_status
  std::vector<http_header> headers{};                   ///< of every HTTP answer; a Date here replaces the relay's own
  std::string body{};                                   ///< http_status
  std::string bytes{"220 mail.example.com ESMTP\r\n"};  ///< banner, garbage
  std::chrono::milliseconds interval{20};               ///< slow
};

/// A refusal and its words, such as "blocked: not you". Source: NIP-01.
struct refusal {
  std::string reason{};
  unsigned times = always;  ///< so many messages; later ones are answered as usual
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
  unsigned times = always;  ///< so many connections
};

/// What the relay says of its stored events in EOSE. Source: NIP-67.
enum class eose_hints {
  none,    ///< nothing
  honest,  ///< "finish" if all matching events were sent, "more" if a limit left some out
  finish,  ///< always "finish", also if that is a lie
  more,    ///< always "more", also if that is a lie
};

/// When the relay sends a challenge. Until a client has answered it, its requests are refused. Source: NIP-42.
enum class auth_demand {
  none,        ///< never: everybody is served
  on_connect,  ///< when the client connects
  on_refusal,  ///< with the first refusal
};

struct auth_rule {
  auth_demand demand = auth_demand::none;
  std::string challenge{};          ///< empty: a different one for each connection
  std::vector<pubkey> allowed{};    ///< others are refused with "restricted:"; empty: everybody is allowed
  std::optional<refusal> refuse{};  ///< AUTH itself is answered with OK false
};

/// Everything that can be changed. The defaults make a good relay. Example:
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

  /// A filter is answered with at most so many stored events, the newest, whatever `limit` it has; then comes EOSE, as
  /// from a complete answer. Relays commonly have such a limit.
  std::size_t max_limit = unlimited;
  /// A longer REQ or EVENT message ends the connection with close code 1009. Bytes of the whole message.
  std::size_t max_req_bytes = unlimited;
  std::size_t max_event_bytes = unlimited;
  /// How far the relay's clock is ahead; negative: behind. It goes into the Date header of the answer to the upgrade
  /// request, and into the judgement of the date of an AUTH event.
  std::chrono::seconds clock_offset{0};

  /// The answer to a request for the relay's information document; empty: 404. Source: NIP-11.
  std::string information{};

  bool answer_pings = true;
  bool answer_close = true;  ///< false: a close frame of the client is not answered, and TCP stays open

  std::chrono::milliseconds delay{0};          ///< of each message that is sent; their order is kept
  std::size_t max_write_bytes = unlimited;     ///< of a TCP write, at least 1; each takes a turn of the loop
  std::size_t max_fragment_bytes = unlimited;  ///< of a WebSocket frame, at least 1; longer messages are fragmented
  unsigned copies = 1;                         ///< how often each event is sent
  forgery forge = forgery::none;
  std::optional<drop_rule> drop{};
};

}  // namespace uvnostr::testing
