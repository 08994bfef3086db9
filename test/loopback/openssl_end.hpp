// SPDX-License-Identifier: MIT
// A server's end of TLS 1.3 by OpenSSL, whichever library the client uses. OpenSSL is loaded at run time: linked, its names
// would meet those of libwebsockets' wrapper for mbedTLS.
#pragma once

#include <string>
#include <string_view>

namespace uvnostr::test {

/// It has no socket: bytes go in and out by calls.
class openssl_end {
 public:
  /// Whether this machine has OpenSSL 3.
  static bool is_available() noexcept;

  openssl_end(std::string_view chain_pem, std::string_view key_pem);
  ~openssl_end();
  openssl_end(const openssl_end&) = delete;
  openssl_end& operator=(const openssl_end&) = delete;

  /// Refuses clients that show no certificate. To be called before any byte comes.
  void demand_certificate();
  /// Returns what it says in the clear.
  std::string receive(std::string_view bytes);
  void send(std::string_view plain);
  enum class change { ours, both };
  /// Source: RFC 8446, 4.6.3.
  void change_keys(change);
  std::string take_output();

 private:
  void* settings_;
  void* in_;
  void* out_;
  void* ssl_;
};

}  // namespace uvnostr::test
