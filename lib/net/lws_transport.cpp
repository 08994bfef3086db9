// SPDX-License-Identifier: MIT
#include "net/lws_transport.hpp"

#include <utility>

#include <libwebsockets.h>

#include "net/ca_bundle.hpp"
#include "net/lws_connection.hpp"

namespace uvnostr::net {

result<port::connection*> lws_transport::dial(const port::dial_request& request,
                                              port::connection_listener& listener) noexcept {
  reactor_.assert_thread();
  auto vhost = context_.vhost(request.url.secure, request.options.ca_file);
  if (!vhost) return vhost.error();
  dial_target target;
  target.vhost = *vhost;
  target.secure = request.url.secure;
  target.host = request.url.host;
  target.port = request.url.port;
  target.authority = request.url.authority();
  target.path = request.url.target;
  target.for_document = request.for_document;
  target.user_agent = request.options.user_agent;
  target.headers = request.options.headers;
  target.silence = request.options.ping_interval;
  target.patience = request.options.pong_timeout;
  return lws_connection::dial(*this, std::move(target), request.options.max_message_bytes, listener);
}

std::error_code lws_transport::check(const relay_options& options) noexcept {
  if (!options.ca_file.empty() && !holds_certificate(options.ca_file)) return errc::option_ca_file;
  return {};
}

void lws_transport::release() noexcept {
  while (auto* connection = connections_.front()) connection->abort();
  context_.release();
}

void lws_transport::add(lws_connection& connection) noexcept { connections_.push_front(connection.in_transport_); }

}  // namespace uvnostr::net
