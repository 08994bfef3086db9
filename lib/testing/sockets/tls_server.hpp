// SPDX-License-Identifier: MIT
// Server-side TLS from string to string, without a socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <uvnostr/error.hpp>
#include <uvnostr/testing/certificates.hpp>

#include "testing/entropy.hpp"

namespace uvnostr::testing::detail {

/// The TLS state that all connections of a relay share.
class tls_server {
 public:
  /// Errors: option_range (not a certificate and its key), random_unavailable, unsupported (the TLS version).
  static result<std::shared_ptr<tls_server>> make(const tls_identity&) noexcept;
  tls_server() noexcept;
  tls_server(const tls_server&) = delete;
  tls_server& operator=(const tls_server&) = delete;
  ~tls_server();

 private:
  friend class tls_stream;
  error configure(const tls_identity&) noexcept;

  entropy entropy_;
  mbedtls_x509_crt certificate_;
  mbedtls_x509_crt client_ca_;
  mbedtls_pk_context key_;
  mbedtls_ssl_config config_;
};

/// One connection.
class tls_stream {
 public:
  enum class state { handshake, open, ended, failed };

  explicit tls_stream(std::shared_ptr<tls_server>) noexcept;
  tls_stream(const tls_stream&) = delete;
  tls_stream& operator=(const tls_stream&) = delete;
  ~tls_stream();

  /// Reads bytes of the client. Appends the plain text to `plain`, and bytes that must be sent to `answer`.
  state receive(std::string_view cipher, std::string& plain, std::string& answer);
  /// Appends these bytes, encrypted, to `cipher`; nothing before the handshake is done.
  void send(std::string_view plain, std::string& cipher);
  void close_notify(std::string& cipher);

 private:
  std::shared_ptr<tls_server> server_;
  mbedtls_ssl_context ssl_;
  state state_ = state::handshake;
  std::string in_;
  std::size_t in_used_ = 0;
  std::string* out_ = nullptr;  // the destination of mbedTLS's writes during a call
};

}  // namespace uvnostr::testing::detail
