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
  target.user_agent = request.options.user_agent;
  target.headers = request.options.headers;
  auto dialled = lws_connection::dial(*this, std::move(target), request.options.max_message_bytes, listener);
  if (!dialled) return dialled.error();
  return static_cast<port::connection*>(*dialled);
}

std::error_code lws_transport::check(const relay_options& options) noexcept {
  if (!options.ca_file.empty() && !holds_certificate(options.ca_file)) return errc::option_ca_file;
  return {};
}

void lws_transport::release() noexcept {
  while (connections_ != nullptr) connections_->abort();
  context_.release();
}

void lws_transport::add(lws_connection& connection) noexcept {
  connection.next_ = connections_;
  connection.previous_ = nullptr;
  if (connections_ != nullptr) connections_->previous_ = &connection;
  connections_ = &connection;
}

void lws_transport::remove(lws_connection& connection) noexcept {
  (connection.previous_ != nullptr ? connection.previous_->next_ : connections_) = connection.next_;
  if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
}

}  // namespace uvnostr::net
