// SPDX-License-Identifier: MIT
// Whom we trust and as whom we appear in TLS: from relay_options to what libwebsockets takes.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <libwebsockets.h>

#include <uvnostr/error.hpp>
#include <uvnostr/relay_options.hpp>

namespace uvnostr::net {

/// The options that make a vhost of its own necessary.
struct tls_settings {
  std::string ca_file{};  // empty, and ca_pem too: the system's CAs
  std::string ca_pem{};
  std::string certificate_file{};
  std::string certificate_pem{};
  std::string key_file{};
  std::string key_pem{};

  static tls_settings of(const relay_options&);
  /// Nothing is wrong with options that are not set. Reads files. Errors: option_certificate, unsupported (the subject
  /// names the option).
  error check() const noexcept;
  bool has_client_certificate() const noexcept { return !certificate_file.empty() || !certificate_pem.empty(); }

  friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

using key_pin = std::array<std::uint8_t, 32>;
/// Errors: option_range.
result<std::vector<key_pin>> parse_pins(const std::vector<std::string>& pinned_keys) noexcept;
/// Whether the key of the relay's certificate is one of these. If not, `found` describes it.
bool has_pinned_key(lws*, const std::vector<key_pin>&, std::string& found) noexcept;
/// The SubjectPublicKeyInfo of a certificate in DER form; empty if it is none. Source: RFC 5280, 4.1.
std::string_view public_key_info(std::string_view certificate) noexcept;

/// Makes a vhost use TLS with these settings. It must live until the vhost is made.
class tls_material {
 public:
  explicit tls_material(const tls_settings& settings) noexcept : settings_(settings) {}

  /// Reads the files and changes the info. Errors: option_certificate; the subject names the option.
  error apply(lws_context_creation_info&) noexcept;
  /// Called by libwebsockets while it makes the vhost: gives OpenSSL the settings that libwebsockets
  /// cannot. Does nothing with mbedTLS.
  void complete(void* ssl_context) noexcept;
  /// Whether complete() could not use what it was given.
  bool has_failed() const noexcept { return has_failed_; }

 private:
  error load() noexcept;
  error check_pair() const noexcept;

  const tls_settings& settings_;
  std::string cas_;          // PEM; empty: from a file, or the system's
  std::string certificate_;  // PEM
  std::string key_;          // PEM, and two further NULs
  std::string first_ca_;
  std::string first_certificate_;
  std::string ca_path_;
  bool has_failed_ = false;
};

}  // namespace uvnostr::net
