// SPDX-License-Identifier: MIT
// What can go wrong: libwebsockets takes files and PEM texts, but with OpenSSL only the first certificate of a text. The
// bundled one calls us while it makes the vhost, so we give OpenSSL the rest. The system's one may be linked to any
// OpenSSL, which we do not call: there, several certificates must come from a file.
#include "net/tls_settings.hpp"

#include <cstdio>
#include <memory>
#include <utility>

#include "base/hex.hpp"
#include "base/printable.hpp"
#include "crypto/sha256.hpp"
#include "net/ca_bundle.hpp"

#if UVNOSTR_BUNDLED_LWS && !defined(LWS_WITH_MBEDTLS)
#include <openssl/pem.h>
#include <openssl/ssl.h>
#define UVNOSTR_CALLS_OPENSSL 1
#else
#define UVNOSTR_CALLS_OPENSSL 0
#endif
#if UVNOSTR_BUNDLED_LWS && defined(LWS_WITH_MBEDTLS)
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "crypto/random.hpp"
#define UVNOSTR_CALLS_MBEDTLS 1
#else
#define UVNOSTR_CALLS_MBEDTLS 0
#endif

namespace uvnostr::net {
namespace {

constexpr std::string_view certificate_begin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view certificate_end = "-----END CERTIFICATE-----";
constexpr std::string_view key_end = "PRIVATE KEY-----";
constexpr std::size_t largest_file = std::size_t{4} * 1024 * 1024;

error wrong(std::string_view option, std::string_view why) {
  return {errc::option_certificate, std::string(option) + ' ' + std::string(why)};
}

/// Empty if the file cannot be read, or is no such file at all.
std::string read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  std::string text;
  if (file == nullptr) return text;
  std::array<char, 4096> chunk{};
  while (const std::size_t size = std::fread(chunk.data(), 1, chunk.size(), file.get())) {
    text.append(chunk.data(), size);
    if (text.size() > largest_file) return {};
  }
  return text;
}

/// The text of one of two options; which of them is set goes to `option`.
std::string text_of(const std::string& file, const std::string& pem, std::string_view name, std::string& option) {
  option = std::string(name) + (file.empty() ? "_pem" : "_file");
  if (file.empty()) return pem;
  option += " (" + base::printable(file) + ")";
  return read_file(file);
}

[[maybe_unused]] std::size_t count_certificates(std::string_view pem) noexcept {
  std::size_t count = 0;
  for (std::size_t at = pem.find(certificate_begin); at != std::string_view::npos;
       at = pem.find(certificate_begin, at + 1)) {
    ++count;
  }
  return count;
}

/// The first certificate, as libwebsockets takes it; empty if there is none.
std::string first_of(std::string_view pem) {
  const std::size_t begin = pem.find(certificate_begin);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = pem.find(certificate_end, begin);
  if (end == std::string_view::npos) return {};
  return std::string(pem.substr(begin, end + certificate_end.size() - begin)) + '\n';
}

/// One element of DER: `content` and everything with its head, `whole`. Returns false at the end or at nonsense.
bool take_element(std::string_view& der, unsigned char& tag, std::string_view& whole,
                  std::string_view& content) noexcept {
  if (der.size() < 2) return false;
  tag = static_cast<unsigned char>(der[0]);
  std::size_t size = static_cast<unsigned char>(der[1]);
  std::size_t head = 2;
  if (size >= 0x80) {
    const std::size_t digits = size - 0x80;
    if (digits == 0 || digits > 4 || der.size() < head + digits) return false;
    size = 0;
    for (std::size_t i = 0; i < digits; ++i) size = size << 8 | static_cast<unsigned char>(der[head++]);
  }
  if (size > der.size() - head) return false;
  whole = der.substr(0, head + size);
  content = der.substr(head, size);
  der.remove_prefix(head + size);
  return true;
}

}  // namespace

tls_settings tls_settings::of(const relay_options& o) {
  return {o.ca_file,         o.ca_pem,        o.client_certificate_file, o.client_certificate_pem,
          o.client_key_file, o.client_key_pem};
}

error tls_settings::check() const noexcept {
  const auto both = [](const std::string& a, const std::string& b) { return !a.empty() && !b.empty(); };
  if (both(ca_file, ca_pem)) return wrong("ca_pem", "is set, and ca_file too: set one of them");
  if (both(certificate_file, certificate_pem))
    return wrong("client_certificate_pem", "is set, and client_certificate_file too: set one of them");
  if (both(key_file, key_pem)) return wrong("client_key_pem", "is set, and client_key_file too: set one of them");
  if (!has_client_certificate() && (!key_file.empty() || !key_pem.empty()))
    return wrong(key_file.empty() ? "client_key_pem" : "client_key_file", "has no client certificate beside it");
  if (!ca_file.empty() && !holds_certificate(ca_file))
    return wrong("ca_file (" + base::printable(ca_file) + ")", "cannot be read, or has no certificate in PEM form");
  if (!ca_pem.empty() && first_of(ca_pem).empty()) return wrong("ca_pem", "has no certificate in PEM form");
  lws_context_creation_info unused{};
  return tls_material(*this).apply(unused);
}

error tls_material::load() noexcept {
  cas_ = settings_.ca_pem;
  first_ca_ = first_of(cas_);
  if (!settings_.has_client_certificate()) return {};
  std::string option;
  certificate_ = text_of(settings_.certificate_file, settings_.certificate_pem, "client_certificate", option);
  first_certificate_ = first_of(certificate_);
  if (first_certificate_.empty()) return wrong(option, "cannot be read, or has no certificate in PEM form");
  if (settings_.key_file.empty() && settings_.key_pem.empty()) {
    key_ = certificate_;
  } else {
    key_ = text_of(settings_.key_file, settings_.key_pem, "client_key", option);
  }
  if (key_.find(key_end) == std::string::npos)
    return wrong(option, "cannot be read, or has no private key in PEM form");
  if (key_.find("ENCRYPTED") != std::string::npos)
    return wrong(option, "has a private key with a passphrase, which cannot be given");
  // libwebsockets takes the first thing in the text for the key.
  const std::size_t first_line = key_.find(key_end);
  const std::size_t begin = key_.rfind("-----BEGIN", first_line);
  const std::size_t end = key_.find(key_end, first_line + key_end.size());
  if (begin == std::string::npos || end == std::string::npos)
    return wrong(option, "has no whole private key in PEM form");
  key_ = key_.substr(begin, end - begin + key_end.size()) + "\n";
#if !UVNOSTR_CALLS_OPENSSL && !defined(LWS_WITH_MBEDTLS)
  if (settings_.certificate_file.empty() && count_certificates(certificate_) > 1)
    return {errc::unsupported,
            "client_certificate_pem has intermediates, which the system's libwebsockets takes from a file only"};
#endif
  return {};
}

error tls_material::apply(lws_context_creation_info& info) noexcept {
  if (error bad = load()) return bad;
#if !UVNOSTR_CALLS_OPENSSL && !defined(LWS_WITH_MBEDTLS)
  if (count_certificates(cas_) > 1)
    return {errc::unsupported,
            "ca_pem has several certificates, which the system's libwebsockets takes from a file only"};
#endif
  if (error bad = check_pair()) return bad;
  info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
#if defined(SSL_OP_NO_TLSv1_1)
  // For OpenSSL; the mbedTLS back end accepts nothing below 1.2 anyway.
  info.ssl_client_options_set = static_cast<long>(SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1);
#endif
#if defined(LWS_WITH_MBEDTLS)
  const std::string* cas = &cas_;
  const std::string* certificate = &certificate_;
  ca_path_ = settings_.ca_file.empty() && cas_.empty() ? system_ca_file() : settings_.ca_file;
#else
  const std::string* cas = &first_ca_;
  const std::string* certificate = &first_certificate_;
  ca_path_ = settings_.ca_file;
  if (!ca_path_.empty() || !cas_.empty()) info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
#endif
  if (!ca_path_.empty()) info.client_ssl_ca_filepath = ca_path_.c_str();
  if (!cas->empty()) {
    info.client_ssl_ca_mem = cas->data();
    info.client_ssl_ca_mem_len = static_cast<unsigned>(cas->size());
  }
  if (certificate->empty()) return {};
#if !UVNOSTR_CALLS_OPENSSL && !defined(LWS_WITH_MBEDTLS)
  if (!settings_.certificate_file.empty()) {
    info.client_ssl_cert_filepath = settings_.certificate_file.c_str();
    certificate = nullptr;
  }
#endif
  if (certificate != nullptr) {
    info.client_ssl_cert_mem = certificate->data();
    info.client_ssl_cert_mem_len = static_cast<unsigned>(certificate->size());
  }
#if !UVNOSTR_CALLS_OPENSSL
  // libwebsockets takes one byte less than it is told, and the text has to end with a NUL for mbedTLS.
  key_.append(2, '\0');
  info.client_ssl_key_mem = key_.data();
  info.client_ssl_key_mem_len = static_cast<unsigned>(key_.size());
#endif
  return {};
}

#if UVNOSTR_CALLS_MBEDTLS

error tls_material::check_pair() const noexcept {
  if (certificate_.empty()) return {};
  const auto random = [](void*, unsigned char* out, std::size_t size) {
    return crypto::random_bytes({reinterpret_cast<std::byte*>(out), size}) ? 0 : -1;
  };
  mbedtls_x509_crt certificate;
  mbedtls_pk_context key;
  mbedtls_x509_crt_init(&certificate);
  mbedtls_pk_init(&key);
  const bool fits = mbedtls_x509_crt_parse(&certificate, reinterpret_cast<const unsigned char*>(certificate_.c_str()),
                                           certificate_.size() + 1) == 0 &&
                    mbedtls_pk_parse_key(&key, reinterpret_cast<const unsigned char*>(key_.c_str()), key_.size() + 1,
                                         nullptr, 0, random, nullptr) == 0 &&
                    mbedtls_pk_check_pair(&certificate.pk, &key, random, nullptr) == 0;
  mbedtls_pk_free(&key);
  mbedtls_x509_crt_free(&certificate);
  return fits ? error() : wrong("client_certificate", "and its key do not belong together, or cannot be read");
}

void tls_material::complete(void*) noexcept {}

#elif UVNOSTR_CALLS_OPENSSL

namespace {

struct closes {
  void operator()(BIO* b) const noexcept { BIO_free(b); }
  void operator()(X509* c) const noexcept { X509_free(c); }
  void operator()(EVP_PKEY* k) const noexcept { EVP_PKEY_free(k); }
};
using bio = std::unique_ptr<BIO, closes>;
using certificate = std::unique_ptr<X509, closes>;
using private_key = std::unique_ptr<EVP_PKEY, closes>;

bio reader_of(const std::string& text) noexcept {
  return bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

certificate next_certificate(const bio& from) noexcept {
  return certificate(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
}

private_key key_of(const std::string& text) noexcept {
  // Without a passphrase OpenSSL would ask for one on the terminal.
  static const auto none = [](char*, int, int, void*) { return -1; };
  return private_key(PEM_read_bio_PrivateKey(reader_of(text).get(), nullptr, none, nullptr));
}

}  // namespace

error tls_material::check_pair() const noexcept {
  if (certificate_.empty()) return {};
  const certificate own = next_certificate(reader_of(certificate_));
  const private_key key = key_of(key_);
  const bool fits = own != nullptr && key != nullptr && X509_check_private_key(own.get(), key.get()) == 1;
  ERR_clear_error();
  return fits ? error() : wrong("client_certificate", "and its key do not belong together, or cannot be read");
}

void tls_material::complete(void* ssl_context) noexcept {
  auto* const context = static_cast<SSL_CTX*>(ssl_context);
  // Otherwise SSL_read() does not return while a server sends changes of keys, and nothing else.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  if (!cas_.empty()) {
    const bio from = reader_of(cas_);
    while (const certificate each = next_certificate(from)) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context), each.get());
    }
  }
  if (!certificate_.empty()) {
    const bio from = reader_of(certificate_);
    const certificate own = next_certificate(from);
    const private_key key = key_of(key_);
    has_failed_ = own == nullptr || key == nullptr || SSL_CTX_use_certificate(context, own.get()) != 1 ||
                  SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_clear_chain_certs(context) != 1;
    while (const certificate each = next_certificate(from)) {
      has_failed_ = SSL_CTX_add1_chain_cert(context, each.get()) != 1 || has_failed_;
    }
  }
  ERR_clear_error();
}

#else

error tls_material::check_pair() const noexcept { return {}; }
void tls_material::complete(void*) noexcept {}

#endif

result<std::vector<key_pin>> parse_pins(const std::vector<std::string>& pinned_keys) noexcept {
  std::vector<key_pin> pins;
  for (std::size_t i = 0; i < pinned_keys.size(); ++i) {
    if (!base::decode_hex(pinned_keys[i], pins.emplace_back())) continue;
    return error(errc::option_range, "pinned_keys[" + std::to_string(i) + "] is \"" + base::printable(pinned_keys[i]) +
                                         "\"; it must be a SHA-256 as 64 lower-case hex digits");
  }
#if defined(LWS_WITH_MBEDTLS) && !UVNOSTR_BUNDLED_LWS
  if (!pins.empty()) return error(errc::unsupported, "pinned_keys needs the bundled libwebsockets, or OpenSSL");
#endif
  return pins;
}

std::string_view public_key_info(std::string_view certificate) noexcept {
  constexpr unsigned char sequence = 0x30;
  constexpr unsigned char version = 0xa0;
  constexpr int before_the_key = 5;  // serial number, algorithm, issuer, validity, subject
  unsigned char tag = 0;
  std::string_view whole, content;
  if (!take_element(certificate, tag, whole, content) || tag != sequence) return {};
  std::string_view outer = content;
  if (!take_element(outer, tag, whole, content) || tag != sequence) return {};
  std::string_view members = content;
  if (!take_element(members, tag, whole, content)) return {};
  const int left = tag == version ? before_the_key : before_the_key - 1;
  for (int i = 0; i <= left; ++i) {
    if (!take_element(members, tag, whole, content)) return {};
  }
  return tag == sequence ? whole : std::string_view();
}

bool has_pinned_key(lws* wsi, const std::vector<key_pin>& pins, std::string& found) noexcept {
  constexpr std::size_t most = std::size_t{64} * 1024;
  std::string space(most, '\0');
  auto* const info = reinterpret_cast<lws_tls_cert_info_results*>(space.data());
  const std::size_t room = most - sizeof(lws_tls_cert_info_results);
#if defined(LWS_WITH_MBEDTLS) && UVNOSTR_BUNDLED_LWS
  if (lws_tls_peer_cert_info(wsi, LWS_TLS_CERT_INFO_DER_RAW, info, room) != 0) return false;
  const std::string_view key = public_key_info({info->ns.name, static_cast<std::size_t>(info->ns.len)});
#else
  // OpenSSL gives the SubjectPublicKeyInfo.
  if (lws_tls_peer_cert_info(wsi, LWS_TLS_CERT_INFO_OPAQUE_PUBLIC_KEY, info, room) != 0) return false;
  const std::string_view key(info->ns.name, static_cast<std::size_t>(info->ns.len));
#endif
  if (key.empty()) return false;
  const key_pin pin = crypto::sha256(key);
  found = base::to_hex(pin);
  for (const key_pin& each : pins) {
    if (each == pin) return true;
  }
  return false;
}

}  // namespace uvnostr::net
