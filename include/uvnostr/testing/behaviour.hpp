// SPDX-License-Identifier: MIT
// How a test_relay misbehaves: plain values that may be changed at any time, also while clients are connected.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <uvnostr/relay_options.hpp>
#include <uvnostr/types.hpp>

namespace uvnostr::testing {

/// For every `times` below: without end.
inline constexpr unsigned always = std::numeric_limits<unsigned>::max();

/// How the relay ends a connection.
enum class ending {
  clean,  ///< a close frame, TLS close_notify, FIN
  cut,    ///< FIN alone: no close frame, no close_notify
  reset,  ///< RST
};

/// What a client meets that connects.
enum class handshake {
  accept,          ///< what RFC 6455 says
  reset,           ///< TCP is accepted, then RST
  close,           ///< TCP is accepted, then FIN
  silence,         ///< TCP is accepted, nothing is ever said (with TLS: not even TLS)
  banner,          ///< `bytes` are sent at once, before TLS, as an SMTP server would
  no_answer,       ///< the request is read and never answered
  http_status,     ///< `status`, `headers` and `body`, then the end
  wrong_accept,    ///< 101 with a Sec-WebSocket-Accept for another key
  no_accept,       ///< 101 without Sec-WebSocket-Accept
  no_upgrade,      ///< 101 without Upgrade
  extension,       ///< 101 with an extension that nobody offered
  subprotocol,     ///< 101 with a subprotocol that nobody offered
  garbage,         ///< `bytes` instead of HTTP
  drip,            ///< the right answer, one byte every `interval`
  endless_header,  ///< 101 and header lines without end
};

struct handshake_rule {
  handshake how = handshake::accept;
  unsigned times = always;                  ///< for that many connections; then `accept`
  int status = 503;                         ///< http_status
  std::vector<http_header> headers{};            ///< http_status; with accept and drip: added to the 101
  std::string body{};                       ///< http_status
  std::string bytes{"220 mail.example.com ESMTP\r\n"};  ///< banner, garbage
  std::chrono::milliseconds interval{20};   ///< drip
};

/// A refusal in the relay's words, such as "blocked: not you". Source: NIP-01.
struct refusal {
  std::string reason{};
  unsigned times = always;
};

/// What is wrong with the events that are sent.
enum class forgery {
  none,
  signature,  ///< one digit of the signature is another
  id,         ///< one digit of the id is another
  content,    ///< the content is longer than what was signed
};

/// When a connection is lost.
struct drop_rule {
  std::optional<std::size_t> after_events{};  ///< sent on that connection
  bool after_eose = false;
  bool mid_frame = false;                     ///< the message after which it happens is cut in the middle
  ending how = ending::cut;
  unsigned times = always;                    ///< for that many connections
};

/// Whether clients must say who they are. Source: NIP-42.
enum class auth_demand {
  none,
  challenge_first,       ///< the challenge is sent on connecting; what comes before AUTH is refused
  challenge_on_refusal,  ///< the challenge is sent after the first refusal only
};

struct auth_rule {
  auth_demand demand = auth_demand::none;
  std::string challenge{};          ///< empty: one of its own for each connection
  std::vector<pubkey> allowed{};    ///< others get "restricted:"; empty: everybody
  std::optional<refusal> refuse{};  ///< AUTH itself is answered with OK false
};

/// All of it. The defaults are those of a good relay. Example:
/// `relay.behave().refuse_req = refusal{"rate-limited: slow down", 1};`
struct behaviour {
  handshake_rule on_connect{};

  bool answer_req = true;     ///< false: neither events nor EOSE nor CLOSED, now or later
  bool send_eose = true;
  std::optional<refusal> refuse_req{};    ///< with CLOSED
  bool answer_events = true;  ///< false: no OK; the event is stored and passed on
  std::optional<refusal> refuse_event{};  ///< with OK false
  auth_rule auth{};

  bool answer_pings = true;
  bool answer_close = true;   ///< false: a close frame of the client is not answered, TCP stays open

  std::chrono::milliseconds delay{0};  ///< of each message that is sent; order is kept
  std::size_t split_bytes = 0;         ///< each TCP write is at most so long, one for each turn of the loop; 0: no limit
  std::size_t fragment_bytes = 0;      ///< text messages are cut into WebSocket fragments of so many bytes; 0: not cut
  unsigned copies = 1;                 ///< each event is sent so many times
  forgery forge = forgery::none;
  std::optional<drop_rule> drop{};
};

}  // namespace uvnostr::testing
