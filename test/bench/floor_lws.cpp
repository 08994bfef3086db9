// SPDX-License-Identifier: MIT
// The cost of libwebsockets alone: clients on a foreign libuv loop that discard what they receive.
//
//   bench_floor_lws URL...
//
// The settings are those of lib/net/. It ends with the last EOSE, without cleaning up.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <libwebsockets.h>
#include <uv.h>

#include "bench/arguments.hpp"
#include "bench/cost.hpp"

namespace uvnostr::bench {
namespace {

constexpr std::string_view request = "[\"REQ\",\"b\",{}]";

std::size_t open_relays = 0;
std::uint64_t frames = 0;
cost spent;
cost started;

int on_event(lws* wsi, lws_callback_reasons reason, void*, void* in, std::size_t size) {
  switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED: lws_callback_on_writable(wsi); break;
    case LWS_CALLBACK_CLIENT_WRITEABLE: {
      unsigned char frame[LWS_PRE + request.size()];
      std::memcpy(frame + LWS_PRE, request.data(), request.size());
      return lws_write(wsi, frame + LWS_PRE, request.size(), LWS_WRITE_TEXT) < 0 ? -1 : 0;
    }
    case LWS_CALLBACK_CLIENT_RECEIVE: {
      if (lws_is_final_fragment(wsi) == 0) break;
      ++frames;
      if (!std::string_view(static_cast<const char*>(in), size).starts_with("[\"EOSE\"")) break;
      if (--open_relays != 0) break;
      spent = cost_now() - started;
      uv_stop(uv_default_loop());
      break;
    }
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ: {  // the bundled libwebsockets asks where the answer's head ends
      auto& reply = *static_cast<lws_ws_reply*>(in);
      const std::string_view came(reinterpret_cast<const char*>(reply.in), reply.in_len);
      const std::size_t end = came.find("\r\n\r\n");
      if (end == std::string_view::npos) return -1;  // the blaster sends it at once
      reply.head = came.data();
      reply.head_len = reply.used = end + 4;
      break;
    }
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      std::fprintf(stderr, "bench_floor_lws: no connection: %.*s\n", static_cast<int>(size),
                   static_cast<const char*>(in));
      std::exit(1);
    default: break;
  }
  return 0;
}

const lws_protocols protocols[] = {{"floor", &on_event, 0, 0, 0, nullptr, 0}, {nullptr, nullptr, 0, 0, 0, nullptr, 0}};

int run(const arguments& given) {
  lws_set_log_level(LLL_ERR, nullptr);
  open_relays = given.rest.size();
  started = cost_now();
  void* loops[] = {uv_default_loop()};
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = protocols;
  info.options = LWS_SERVER_OPTION_LIBUV;
  info.foreign_loops = loops;
  info.count_threads = 1;
  info.pt_serv_buf_size = 64 * 1024;
  info.http_proxy_address = "none:0";
  lws_context* const context = lws_create_context(&info);
  if (context == nullptr) return 1;
  for (const std::string& url : given.rest) {
    lws_client_connect_info to{};
    to.context = context;
    to.address = "127.0.0.1";
    to.host = "127.0.0.1";
    to.path = "/";
    to.port = std::atoi(url.c_str() + url.rfind(':') + 1);
    to.local_protocol_name = "floor";
    if (lws_client_connect_via_info(&to) == nullptr) return 1;
  }
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  std::printf("{\"peer\":\"lws\",\"relays\":%zu,\"frames_in\":%" PRIu64
              ",\"wall_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f,\"peak_rss_kb\":%ld}\n",
              given.rest.size(), frames, spent.wall_s, spent.user_s, spent.sys_s, peak_rss_kb());
  return 0;
}

}  // namespace
}  // namespace uvnostr::bench

int main(int argc, char** argv) {
  const int status = uvnostr::bench::run(uvnostr::bench::arguments(argc, argv));
  std::fflush(stdout);
  std::_Exit(status);
}
