// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <libwebsockets.h>

#include <uvnostr/error.hpp>

#include "net/tls_settings.hpp"

namespace uvnostr::net {

/// The vhosts of a context: one for plain connections, and one for each set of TLS settings. They live as long as the context,
/// because libwebsockets takes seconds to close the connections of a vhost that ends.
class vhost_table {
 public:
  /// The settings' files are read only once, on first use. Errors: option_certificate, unsupported, tls_failed.
  result<lws_vhost*> get(lws_context*, bool secure, const tls_settings&) noexcept;

 private:
  struct entry {
    bool secure;
    tls_settings settings;
    std::string name;  // libwebsockets keeps the pointer
    lws_vhost* vhost;
  };
  std::vector<std::unique_ptr<entry>> entries_;
};

}  // namespace uvnostr::net
