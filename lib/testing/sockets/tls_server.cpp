// SPDX-License-Identifier: MIT
#include "testing/sockets/tls_server.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <mbedtls/version.h>
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include <psa/crypto.h>
#endif

namespace uvnostr::testing::detail {
namespace {

const unsigned char* bytes_of(const std::string& text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.c_str());
}

}  // namespace

tls_server::tls_server() noexcept {
  mbedtls_x509_crt_init(&certificate_);
  mbedtls_x509_crt_init(&client_ca_);
  mbedtls_pk_init(&key_);
  mbedtls_ssl_config_init(&config_);
}

tls_server::~tls_server() {
  mbedtls_ssl_config_free(&config_);
  mbedtls_pk_free(&key_);
  mbedtls_x509_crt_free(&client_ca_);
  mbedtls_x509_crt_free(&certificate_);
}

result<std::shared_ptr<tls_server>> tls_server::make(const tls_identity& identity) noexcept {
  auto server = std::make_shared<tls_server>();
  if (error wrong = server->configure(identity)) return wrong;
  return server;
}

error tls_server::configure(const tls_identity& identity) noexcept {
  if (!entropy_) return errc::random_unavailable;
  // The terminating NUL belongs to the PEM text that mbedTLS reads.
  if (mbedtls_x509_crt_parse(&certificate_, bytes_of(identity.certificate_pem), identity.certificate_pem.size() + 1) !=
      0) {
    return {errc::option_range, "tls_identity::certificate_pem is not a certificate in PEM form"};
  }
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  if (psa_crypto_init() != PSA_SUCCESS) return errc::random_unavailable;
  const int key_error = mbedtls_pk_parse_key(&key_, bytes_of(identity.key_pem), identity.key_pem.size() + 1, nullptr, 0,
                                             mbedtls_ctr_drbg_random, entropy_.generator());
#else
  const int key_error =
      mbedtls_pk_parse_key(&key_, bytes_of(identity.key_pem), identity.key_pem.size() + 1, nullptr, 0);
#endif
  error wrong_key(errc::option_range, "tls_identity::key_pem is not the key of the certificate");
  if (key_error != 0) return wrong_key;
  if (mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM,
                                  MBEDTLS_SSL_PRESET_DEFAULT) != 0 ||
      mbedtls_ssl_conf_own_cert(&config_, &certificate_, &key_) != 0) {
    return wrong_key;
  }
  if (!identity.client_ca_pem.empty()) {
    if (mbedtls_x509_crt_parse(&client_ca_, bytes_of(identity.client_ca_pem), identity.client_ca_pem.size() + 1) != 0)
      return {errc::option_range, "tls_identity::client_ca_pem is not a certificate in PEM form"};
    mbedtls_ssl_conf_ca_chain(&config_, &client_ca_, nullptr);
    mbedtls_ssl_conf_authmode(&config_, MBEDTLS_SSL_VERIFY_REQUIRED);
  }
  mbedtls_ssl_conf_rng(&config_, mbedtls_ctr_drbg_random, entropy_.generator());
#if MBEDTLS_VERSION_NUMBER < 0x03000000
  mbedtls_ssl_conf_min_version(&config_, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);  // TLS 1.2
  if (identity.versions == tls_versions::only_1_3) return errc::unsupported;
#else
  if (identity.versions == tls_versions::only_1_2)
    mbedtls_ssl_conf_max_tls_version(&config_, MBEDTLS_SSL_VERSION_TLS1_2);
  if (identity.versions == tls_versions::only_1_3)
    mbedtls_ssl_conf_min_tls_version(&config_, MBEDTLS_SSL_VERSION_TLS1_3);
#endif
  return {};
}

tls_stream::tls_stream(std::shared_ptr<tls_server> server) noexcept : server_(std::move(server)) {
  mbedtls_ssl_init(&ssl_);
  if (mbedtls_ssl_setup(&ssl_, &server_->config_) != 0) state_ = state::failed;
  mbedtls_ssl_set_bio(
      &ssl_, this,
      [](void* self, const unsigned char* bytes, std::size_t size) -> int {
        static_cast<tls_stream*>(self)->out_->append(reinterpret_cast<const char*>(bytes), size);
        return static_cast<int>(size);
      },
      [](void* self, unsigned char* space, std::size_t size) -> int {
        auto& stream = *static_cast<tls_stream*>(self);
        const std::size_t count = std::min(size, stream.in_.size() - stream.in_used_);
        if (count == 0) return MBEDTLS_ERR_SSL_WANT_READ;
        std::memcpy(space, stream.in_.data() + stream.in_used_, count);
        stream.in_used_ += count;
        return static_cast<int>(count);
      },
      nullptr);
}

tls_stream::~tls_stream() { mbedtls_ssl_free(&ssl_); }

tls_stream::state tls_stream::receive(std::string_view cipher, std::string& plain, std::string& answer) {
  if (state_ == state::ended || state_ == state::failed) return state_;
  in_.erase(0, std::exchange(in_used_, 0));
  in_.append(cipher);
  out_ = &answer;
  if (state_ == state::handshake) {
    const int error = mbedtls_ssl_handshake(&ssl_);
    if (error == 0) {
      state_ = state::open;
    } else if (error != MBEDTLS_ERR_SSL_WANT_READ && error != MBEDTLS_ERR_SSL_WANT_WRITE) {
      state_ = state::failed;
    }
  }
  std::array<unsigned char, 16 * 1024> space;
  while (state_ == state::open) {
    const int count = mbedtls_ssl_read(&ssl_, space.data(), space.size());
    if (count > 0) {
      plain.append(reinterpret_cast<const char*>(space.data()), static_cast<std::size_t>(count));
    } else if (count == MBEDTLS_ERR_SSL_WANT_READ || count == MBEDTLS_ERR_SSL_WANT_WRITE) {
      break;
    } else {
      state_ = count == 0 || count == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? state::ended : state::failed;
    }
  }
  out_ = nullptr;
  return state_;
}

void tls_stream::send(std::string_view plain, std::string& cipher) {
  if (state_ != state::open) return;
  out_ = &cipher;
  while (!plain.empty()) {
    const int count = mbedtls_ssl_write(&ssl_, reinterpret_cast<const unsigned char*>(plain.data()), plain.size());
    if (count <= 0) break;
    plain.remove_prefix(static_cast<std::size_t>(count));
  }
  out_ = nullptr;
}

void tls_stream::close_notify(std::string& cipher) {
  if (state_ != state::open) return;
  out_ = &cipher;
  mbedtls_ssl_close_notify(&ssl_);
  out_ = nullptr;
}

}  // namespace uvnostr::testing::detail
