// SPDX-License-Identifier: MIT
// The numbers are those of OpenSSL's ssl.h and bio.h; they are part of its ABI.
#include "loopback/openssl_end.hpp"

#include <cstdlib>

#include <dlfcn.h>

#include <gtest/gtest.h>

#include "testing/temporary_file.hpp"

namespace uvnostr::test {
namespace {

void* library() noexcept {
  static void* const loaded = dlopen("libssl.so.3", RTLD_NOW | RTLD_LOCAL);
  return loaded;
}

/// A function of OpenSSL; it brings those of libcrypto with it.
template <typename Function>
Function* named(const char* name) {
  auto* const found = reinterpret_cast<Function*>(dlsym(library(), name));
  if (found == nullptr) std::abort();
  return found;
}

constexpr int min_version = 123;
constexpr long tls_1_3 = 0x0304;
constexpr int pem = 1;
constexpr int verify_peer = 1;
constexpr int fail_without_certificate = 2;
constexpr int pending = 10;

}  // namespace

bool openssl_end::is_available() noexcept { return library() != nullptr; }

openssl_end::openssl_end(std::string_view chain_pem, std::string_view key_pem)
    : settings_(named<void*(const void*)>("SSL_CTX_new")(named<const void*()>("TLS_server_method")())),
      in_(named<void*(const void*)>("BIO_new")(named<const void*()>("BIO_s_mem")())),
      out_(named<void*(const void*)>("BIO_new")(named<const void*()>("BIO_s_mem")())) {
  named<long(void*, int, long, void*)>("SSL_CTX_ctrl")(settings_, min_version, tls_1_3, nullptr);
  testing::detail::temporary_file chain;
  testing::detail::temporary_file key;
  chain.write(chain_pem);
  key.write(key_pem);
  EXPECT_EQ(named<int(void*, const char*)>("SSL_CTX_use_certificate_chain_file")(settings_, chain.path().c_str()), 1);
  EXPECT_EQ(named<int(void*, const char*, int)>("SSL_CTX_use_PrivateKey_file")(settings_, key.path().c_str(), pem), 1);
  ssl_ = named<void*(void*)>("SSL_new")(settings_);
  named<void(void*, void*, void*)>("SSL_set_bio")(ssl_, in_, out_);
  named<void(void*)>("SSL_set_accept_state")(ssl_);
}

openssl_end::~openssl_end() {
  named<void(void*)>("SSL_free")(ssl_);
  named<void(void*)>("SSL_CTX_free")(settings_);
}

void openssl_end::demand_certificate() {
  named<void(void*, int, void*)>("SSL_set_verify")(ssl_, verify_peer | fail_without_certificate, nullptr);
}

std::string openssl_end::receive(std::string_view bytes) {
  named<int(void*, const void*, int)>("BIO_write")(in_, bytes.data(), static_cast<int>(bytes.size()));
  std::string plain;
  char space[4096];
  auto* const read = named<int(void*, void*, int)>("SSL_read");
  for (int count = 0; (count = read(ssl_, space, sizeof space)) > 0;)
    plain.append(space, static_cast<std::size_t>(count));
  return plain;
}

void openssl_end::send(std::string_view plain) {
  named<int(void*, const void*, int)>("SSL_write")(ssl_, plain.data(), static_cast<int>(plain.size()));
}

void openssl_end::change_keys(change whose) {
  EXPECT_EQ(named<int(void*, int)>("SSL_key_update")(ssl_, whose == change::both ? 1 : 0), 1);
  EXPECT_EQ(named<int(void*)>("SSL_do_handshake")(ssl_), 1);
}

std::string openssl_end::take_output() {
  const long size = named<long(void*, int, long, void*)>("BIO_ctrl")(out_, pending, 0, nullptr);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (size > 0) named<int(void*, void*, int)>("BIO_read")(out_, bytes.data(), static_cast<int>(size));
  return bytes;
}

}  // namespace uvnostr::test
