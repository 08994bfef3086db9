// SPDX-License-Identifier: MIT
// A program that uses OpenSSL itself, beside a pool that is connected by TLS. Neither may get the other's functions,
// although libwebsockets' wrapper around mbedTLS uses the same names.
#include <cstdio>
#include <memory>

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <uv.h>
#include <uvnostr/testing/relay.hpp>
#include <uvnostr/uvnostr.hpp>

namespace {

template <auto release>
struct releaser {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};
template <class T, auto release>
using owned = std::unique_ptr<T, releaser<release>>;

// The program's own TLS client and server do a handshake in memory and transfer one word.
bool openssl_works() {
  const owned<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  const owned<X509, X509_free> certificate(X509_new());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  if (X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0) return false;

  const owned<SSL_CTX, SSL_CTX_free> serving(SSL_CTX_new(TLS_server_method()));
  const owned<SSL_CTX, SSL_CTX_free> asking(SSL_CTX_new(TLS_client_method()));
  if (SSL_CTX_use_certificate(serving.get(), certificate.get()) != 1) return false;
  if (SSL_CTX_use_PrivateKey(serving.get(), key.get()) != 1) return false;
  const owned<SSL, SSL_free> server(SSL_new(serving.get()));
  const owned<SSL, SSL_free> client(SSL_new(asking.get()));
  BIO* near = nullptr;
  BIO* far = nullptr;
  if (BIO_new_bio_pair(&near, 0, &far, 0) != 1) return false;
  SSL_set_bio(client.get(), near, near);
  SSL_set_bio(server.get(), far, far);
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(server.get());
  for (int turn = 0; turn < 10; ++turn) {
    SSL_do_handshake(client.get());
    SSL_do_handshake(server.get());
  }
  char word[4] = {};
  return SSL_write(client.get(), "ping", 4) == 4 && SSL_read(server.get(), word, 4) == 4 && word[3] == 'g' &&
         SSL_version(client.get()) == TLS1_3_VERSION;
}

}  // namespace

int main() {
  namespace testing = uvnostr::testing;
  uv_loop_t loop;
  if (uv_loop_init(&loop) != 0) return 1;
  const bool worked_before = openssl_works();
  bool worked_beside = false;
  bool connected = false;
  {
    auto relay = testing::test_relay::start(&loop, {.tls = true});
    if (!relay) return 1;
    uvnostr::relay_options options;
    options.ca_file = relay->ca_file();
    auto client = uvnostr::relay::make(&loop, relay->url("localhost"), options,
                                       {.on_relay_state = [&](const uvnostr::relay_status& now) {
                                         connected = connected || now.state == uvnostr::relay_state::connected;
                                       }});
    if (!client || !testing::run_until(&loop, [&] { return connected; })) return 1;
    worked_beside = openssl_works();
  }
  const bool idle = testing::run_until_idle(&loop);
  const bool worked_after = openssl_works();
  if (!idle || uv_loop_close(&loop) != 0 || !worked_before || !worked_beside || !worked_after) {
    std::fprintf(stderr, "OpenSSL worked before: %d, beside: %d, after: %d\n", worked_before, worked_beside,
                 worked_after);
    return 1;
  }
  std::puts("OpenSSL consumer: ok");
  return 0;
}
