// SPDX-License-Identifier: MIT
// A private certificate authority, for tests of TLS with good and bad certificates. No file is needed but ca_file().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/error.hpp>

namespace uvnostr::testing {

enum class tls_versions {
  from_1_2,  ///< all that mbedTLS has, but nothing below 1.2
  only_1_2,
  only_1_3,  ///< not with mbedTLS 2.28
};

/// What a TLS server shows, and the key to it, both as PEM; and what it speaks.
struct tls_identity {
  std::string certificate_pem{};
  std::string key_pem{};
  tls_versions versions = tls_versions::from_1_2;
};

enum class certificate_dates {
  valid,          ///< 2020 to 2049
  expired,        ///< 2020 to 2021
  not_yet_valid,  ///< 2048 to 2049
};

enum class certificate_key { ec_p256, rsa_2048 };

/// What stands in a certificate. Made with mbedTLS 2.28, it has the IP addresses among the DNS names as well: that
/// version looks for them only there.
struct certificate_options {
  std::vector<std::string> dns_names{"localhost"};  ///< "*.example.com" is a wildcard
  std::vector<std::string> ip_addresses{"127.0.0.1", "::1"};
  certificate_dates dates = certificate_dates::valid;
  certificate_key key = certificate_key::ec_p256;  ///< an RSA key takes a moment to make
};

/// A CA with an EC P-256 key, made at run time. A relay whose certificate comes from another object of this
/// class is one of an unknown CA.
class UVNOSTR_API certificate_authority {
 public:
  /// Errors: random_unavailable, unsupported (mbedTLS cannot write certificates).
  static result<certificate_authority> make(std::string_view name = "uvnostr test CA") noexcept;

  certificate_authority(certificate_authority&&) noexcept;
  certificate_authority& operator=(certificate_authority&&) noexcept;
  ~certificate_authority();

  /// A server certificate with a key of its own.
  /// Errors: option_range (a name or address that cannot be in a certificate), random_unavailable, unsupported.
  result<tls_identity> issue(const certificate_options& = {}) const noexcept;

  /// The CA's certificate.
  const std::string& pem() const noexcept;
  /// A temporary file that holds pem(), for relay_options::ca_file.
  /// Lifetime: removed when this object is destroyed. Empty if it could not be written.
  const std::string& ca_file() const noexcept;

 private:
  struct state;
  explicit certificate_authority(std::unique_ptr<state>) noexcept;
  std::unique_ptr<state> state_;
};

/// A certificate that vouches for itself.
/// Errors: as certificate_authority::issue().
UVNOSTR_API result<tls_identity> make_self_signed(const certificate_options& = {}) noexcept;

}  // namespace uvnostr::testing
