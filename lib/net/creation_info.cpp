// SPDX-License-Identifier: MIT
#include "net/creation_info.hpp"

#include "net/lws_attempt.hpp"
#include "net/socket_calls.hpp"

namespace uvnostr::net {
namespace {

// The most that is read from a socket at once, and so the largest piece of a message. The bundled libwebsockets has one
// such buffer for all connections; others have one for each as well. Nearly all frames fit, and need not be joined.
// Measured: beyond 64 KiB nothing is gained; at 4 KiB a frame costs twice as much.
constexpr unsigned serv_buffer_bytes = 64 * 1024;
// The limit for the header of an answer; if it is longer, the connection fails. Some relays' front ends send several
// KiB of policies.
constexpr unsigned header_bytes = 16 * 1024;
// Our callers enforce the time limits. These only have to be longer.
constexpr unsigned no_timeout_seconds = 3600;
// libwebsockets sizes its tables by RLIMIT_NOFILE, which containers set to a billion. Given this number, it searches a
// list of that many connections instead.
constexpr unsigned descriptors_with_huge_limit = 4096;

const lws_protocols protocols[] = {
    {"uvnostr", &lws_attempt::on_event, 0, 0, 0, nullptr, 0},
    {nullptr, nullptr, 0, 0, 0, nullptr, 0},
};

}  // namespace

lws_context_creation_info creation_info() noexcept {
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = protocols;
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.pt_serv_buf_size = serv_buffer_bytes;
  info.max_http_header_data2 = header_bytes;
  info.timeout_secs = no_timeout_seconds;
  info.connect_timeout_secs = no_timeout_seconds;
  // Port 0 means "no proxy". Without it libwebsockets would use the http_proxy of the environment.
  info.http_proxy_address = "none:0";
  if (has_huge_descriptor_limit()) info.fd_limit_per_thread = descriptors_with_huge_limit;
  return info;
}

}  // namespace uvnostr::net
