// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <libwebsockets.h>

#include <uvnostr/error.hpp>

namespace uvnostr::net {

/// The vhosts of a context: one for plain connections, and one per CA file for TLS. They live as long as the context,
/// because libwebsockets takes seconds to close the connections of a vhost that ends.
class vhost_table {
 public:
  /// An empty `ca_file` means the system's CAs. A CA file is read only once, on first use.
  /// Errors: option_ca_file, tls_failed.
  result<lws_vhost*> get(lws_context*, bool secure, const std::string& ca_file) noexcept;

 private:
  struct entry {
    bool secure;
    std::string ca_file;
    std::string name;  // libwebsockets keeps the pointer
    lws_vhost* vhost;
  };
  std::vector<std::unique_ptr<entry>> entries_;
};

}  // namespace uvnostr::net
