// SPDX-License-Identifier: MIT
// A private certificate authority for tests of TLS with valid and invalid certificates.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/error.hpp>

namespace uvnostr::testing {

enum class tls_versions {
  from_1_2,  ///< 1.2 and all newer versions that mbedTLS has
  only_1_2,
  only_1_3,  ///< not with mbedTLS 2.28
};

/// A server's certificate and key, both as PEM, and the TLS versions that the server speaks.
struct tls_identity {
  std::string certificate_pem{};
  std::string key_pem{};
  tls_versions versions = tls_versions::from_1_2;
  std::string client_ca_pem{};  ///< if set, clients must show a certificate of this CA
};

enum class certificate_dates {
  valid,          ///< 2020 to 2049
  expired,        ///< 2020 to 2021
  not_yet_valid,  ///< 2048 to 2049
};

enum class certificate_key { ec_p256, rsa_2048 };

/// The contents of a certificate. With mbedTLS 2.28, the DNS names include the IP addresses, because that version does
/// not look for them elsewhere.
struct certificate_options {
  std::vector<std::string> dns_names{"localhost"};  ///< "*.example.com" is a wildcard
  std::vector<std::string> ip_addresses{"127.0.0.1", "::1"};
  certificate_dates dates = certificate_dates::valid;
  certificate_key key = certificate_key::ec_p256;  ///< generating an RSA key takes a moment
};

/// A CA with its own newly generated EC P-256 key: each object is a different CA. Move-only.
class UVNOSTR_API certificate_authority {
 public:
  /// A CA with this common name. Errors: random_unavailable, unsupported (mbedTLS cannot write certificates).
  static result<certificate_authority> make(std::string_view name = "uvnostr test CA") noexcept;

  certificate_authority(certificate_authority&&) noexcept;
  certificate_authority& operator=(certificate_authority&&) noexcept;
  ~certificate_authority();

  /// A server certificate with a key of its own.
  /// Errors: option_range (a name or address that cannot be in a certificate), random_unavailable, unsupported.
  result<tls_identity> issue(const certificate_options& = {}) const noexcept;

  /// The CA's certificate as PEM. Lifetime: as this object.
  const std::string& pem() const noexcept;
  /// The path of a temporary file that holds pem(), for relay_options::ca_file; empty if it could not be written.
  /// Lifetime: the file is removed with this object.
  const std::string& ca_file() const noexcept;

 private:
  struct state;
  explicit certificate_authority(std::unique_ptr<state>) noexcept;
  std::unique_ptr<state> state_;
};

/// A certificate that is signed with its own key. Errors: as certificate_authority::issue().
UVNOSTR_API result<tls_identity> make_self_signed(const certificate_options& = {}) noexcept;

}  // namespace uvnostr::testing
