// SPDX-License-Identifier: MIT
#include <uvnostr/testing/certificates.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include <mbedtls/bignum.h>
#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <uv.h>

#include <uvnostr/printable.hpp>

#include "testing/entropy.hpp"
#include "testing/temporary_file.hpp"

namespace uvnostr::testing {
namespace {

using detail::entropy;

constexpr std::size_t max_pem_bytes = 8 * 1024;

class key_pair {
 public:
  key_pair() noexcept { mbedtls_pk_init(&context_); }
  ~key_pair() { mbedtls_pk_free(&context_); }
  key_pair(const key_pair&) = delete;
  key_pair& operator=(const key_pair&) = delete;

  bool generate(entropy& random, certificate_key kind = certificate_key::ec_p256) noexcept {
    if (kind == certificate_key::rsa_2048) {
      return mbedtls_pk_setup(&context_, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)) == 0 &&
             mbedtls_rsa_gen_key(mbedtls_pk_rsa(context_), mbedtls_ctr_drbg_random, random.generator(), 2048, 65537) ==
                 0;
    }
    return mbedtls_pk_setup(&context_, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY)) == 0 &&
           mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(context_), mbedtls_ctr_drbg_random,
                               random.generator()) == 0;
  }
  std::string pem() noexcept {
    std::array<unsigned char, max_pem_bytes> space{};
    if (mbedtls_pk_write_key_pem(&context_, space.data(), space.size()) != 0) return {};
    return reinterpret_cast<const char*>(space.data());
  }
  mbedtls_pk_context* get() noexcept { return &context_; }

 private:
  mbedtls_pk_context context_;
};

// DER: tag, length, content.
std::string der(unsigned char tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  const std::size_t size = content.size();
  if (size < 0x80) {
    out += static_cast<char>(size);
  } else if (size <= 0xff) {
    out += {static_cast<char>(0x81), static_cast<char>(size)};
  } else {
    out += {static_cast<char>(0x82), static_cast<char>(size >> 8), static_cast<char>(size & 0xff)};
  }
  return out.append(content);
}

// Empty if the text is not an address.
std::string address_bytes(const std::string& text) {
  std::array<unsigned char, 16> bytes;
  if (uv_inet_pton(AF_INET, text.c_str(), bytes.data()) == 0) return {reinterpret_cast<char*>(bytes.data()), 4};
  if (uv_inet_pton(AF_INET6, text.c_str(), bytes.data()) == 0) return {reinterpret_cast<char*>(bytes.data()), 16};
  return {};
}

bool is_dns_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 253) return false;
  for (const char c : name) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

error refused(std::string_view list, std::size_t i, std::string_view value, std::string_view why) {
  return {errc::option_range, "certificate_options::" + std::string(list) + '[' + std::to_string(i) + "] (" +
                                  printable(value) + ") " + std::string(why)};
}

// The subjectAltName extension. Source: RFC 5280, 4.2.1.6. mbedTLS 2.28 cannot write it.
result<std::string> alternative_names(const certificate_options& options) {
  constexpr unsigned char sequence = 0x30;
  constexpr unsigned char dns_name = 0x82;
  constexpr unsigned char ip_address = 0x87;
  std::string names;
  for (std::size_t i = 0; i < options.dns_names.size(); ++i) {
    const std::string& name = options.dns_names[i];
    if (!is_dns_name(name)) return refused("dns_names", i, name, "is not a DNS name");
    names += der(dns_name, name);
  }
  for (std::size_t i = 0; i < options.ip_addresses.size(); ++i) {
    const std::string& address = options.ip_addresses[i];
    const std::string bytes = address_bytes(address);
    if (bytes.empty()) return refused("ip_addresses", i, address, "is not an IP address");
    names += der(ip_address, bytes);
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    names += der(dns_name, address);
#endif
  }
  if (names.size() > 0xff00) return error(errc::option_range, "certificate_options has too many names and addresses");
  return der(sequence, names);
}

struct validity {
  const char* from;
  const char* to;
};

validity validity_of(certificate_dates dates) noexcept {
  switch (dates) {
    case certificate_dates::expired: return {"20200101000000", "20210101000000"};
    case certificate_dates::not_yet_valid: return {"20480101000000", "20491231235959"};
    case certificate_dates::valid: break;
  }
  return {"20200101000000", "20491231235959"};
}

class certificate_writer {
 public:
  certificate_writer() noexcept { mbedtls_x509write_crt_init(&context_); }
  ~certificate_writer() { mbedtls_x509write_crt_free(&context_); }
  certificate_writer(const certificate_writer&) = delete;
  certificate_writer& operator=(const certificate_writer&) = delete;

  bool name(const std::string& subject, const std::string& issuer, validity when) noexcept {
    return mbedtls_x509write_crt_set_subject_name(&context_, subject.c_str()) == 0 &&
           mbedtls_x509write_crt_set_issuer_name(&context_, issuer.c_str()) == 0 &&
           mbedtls_x509write_crt_set_validity(&context_, when.from, when.to) == 0;
  }
  bool keys(key_pair& subject, key_pair& issuer) noexcept {
    mbedtls_x509write_crt_set_version(&context_, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&context_, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&context_, subject.get());
    mbedtls_x509write_crt_set_issuer_key(&context_, issuer.get());
    return mbedtls_x509write_crt_set_subject_key_identifier(&context_) == 0 &&
           mbedtls_x509write_crt_set_authority_key_identifier(&context_) == 0;
  }
  bool purpose(bool authority) noexcept {
    const unsigned usage =
        authority ? MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN : MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    return mbedtls_x509write_crt_set_basic_constraints(&context_, authority ? 1 : 0, -1) == 0 &&
           mbedtls_x509write_crt_set_key_usage(&context_, static_cast<unsigned char>(usage)) == 0;
  }
  bool names(const std::string& extension) noexcept {
    return mbedtls_x509write_crt_set_extension(
               &context_, MBEDTLS_OID_SUBJECT_ALT_NAME, MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0,
               reinterpret_cast<const unsigned char*>(extension.data()), extension.size()) == 0;
  }
  // A random serial number: two certificates of one issuer must differ in it.
  bool serial(entropy& random) noexcept {
    std::array<unsigned char, 16> bytes{};
    if (mbedtls_ctr_drbg_random(random.generator(), bytes.data(), bytes.size()) != 0) return false;
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7f) | 0x01);
#if MBEDTLS_VERSION_NUMBER >= 0x03040000
    return mbedtls_x509write_crt_set_serial_raw(&context_, bytes.data(), bytes.size()) == 0;
#else
    mbedtls_mpi number;
    mbedtls_mpi_init(&number);
    const bool set = mbedtls_mpi_read_binary(&number, bytes.data(), bytes.size()) == 0 &&
                     mbedtls_x509write_crt_set_serial(&context_, &number) == 0;
    mbedtls_mpi_free(&number);
    return set;
#endif
  }
  std::string pem(entropy& random) {
    std::string space(64 * 1024, '\0');
    if (mbedtls_x509write_crt_pem(&context_, reinterpret_cast<unsigned char*>(space.data()), space.size(),
                                  mbedtls_ctr_drbg_random, random.generator()) != 0) {
      return {};
    }
    space.resize(space.find('\0'));
    return space;
  }

 private:
  mbedtls_x509write_cert context_;
};

// A server certificate signed by `issuer`, or self-signed if there is none.
result<tls_identity> issue_certificate(const certificate_options& options, key_pair* issuer,
                                       const std::string& issuer_name, entropy& random) {
  const result<std::string> names = alternative_names(options);
  if (!names) return names.error();
  if (!random) return errc::random_unavailable;
  const std::string subject = "CN=uvnostr test relay";
  key_pair key;
  certificate_writer writer;
  const bool written = key.generate(random, options.key) && writer.serial(random) &&
                       writer.name(subject, issuer != nullptr ? issuer_name : subject, validity_of(options.dates)) &&
                       writer.keys(key, issuer != nullptr ? *issuer : key) && writer.purpose(false) &&
                       writer.names(*names);
  tls_identity identity;
  if (written) identity = {writer.pem(random), key.pem()};
  if (identity.certificate_pem.empty() || identity.key_pem.empty()) return errc::unsupported;
  return identity;
}

}  // namespace

struct certificate_authority::state {
  mutable entropy random;
  mutable key_pair key;
  std::string name;
  std::string pem;
  detail::temporary_file file;
};

certificate_authority::certificate_authority(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
certificate_authority::certificate_authority(certificate_authority&&) noexcept = default;
certificate_authority& certificate_authority::operator=(certificate_authority&&) noexcept = default;
certificate_authority::~certificate_authority() = default;

result<certificate_authority> certificate_authority::make(std::string_view name) noexcept {
  auto made = std::make_unique<state>();
  if (!made->random) return errc::random_unavailable;
  // A comma would begin another attribute of the name.
  made->name = "CN=";
  for (const char c : name) made->name += c == ',' || c == '\\' || c == '=' ? ' ' : c;
  certificate_writer writer;
  if (made->key.generate(made->random) && writer.serial(made->random) &&
      writer.name(made->name, made->name, validity_of(certificate_dates::valid)) && writer.keys(made->key, made->key) &&
      writer.purpose(true)) {
    made->pem = writer.pem(made->random);
  }
  if (made->pem.empty()) return errc::unsupported;
  made->file.write(made->pem);
  return certificate_authority(std::move(made));
}

result<tls_identity> certificate_authority::issue(const certificate_options& options) const noexcept {
  return issue_certificate(options, &state_->key, state_->name, state_->random);
}

const std::string& certificate_authority::pem() const noexcept { return state_->pem; }
const std::string& certificate_authority::ca_file() const noexcept { return state_->file.path(); }

result<tls_identity> make_self_signed(const certificate_options& options) noexcept {
  entropy random;
  return issue_certificate(options, nullptr, {}, random);
}

}  // namespace uvnostr::testing
