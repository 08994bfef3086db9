// SPDX-License-Identifier: MIT
// What is told of a TLS handshake that fails before a certificate is to blame, and of certificates that the test relay
// cannot read itself. Other certificates: relay_tls_test.cpp.
#if UVNOSTR_BUNDLED_LWS
#include <libwebsockets.h>
#include <mbedtls/base64.h>
#if !defined(LWS_WITH_MBEDTLS)
#include <openssl/pem.h>
#include <openssl/ssl.h>
#endif

#include "loopback/net_fixture.hpp"
#include "loopback/odd_certificates.hpp"
#include "loopback/odd_chains.hpp"

namespace uvnostr::test {
namespace {

using NetTls = net_test;

std::string big_endian_24(std::size_t number) {
  return {static_cast<char>(number >> 16), static_cast<char>(number >> 8), static_cast<char>(number)};
}

/// A message of the handshake in a record of TLS 1.2, in the clear. Source: RFC 5246, 6.2.1 and 7.4.
std::string handshake_record(char type, const std::string& body) {
  const std::size_t size = body.size() + 4;
  return std::string("\x16\x03\x03") + static_cast<char>(size >> 8) + static_cast<char>(size) + type +
         big_endian_24(body.size()) + body;
}

/// A server's first messages: its choice of TLS 1.2, and these certificates.
std::string first_flight(std::string_view chain_pem) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----\n";
  std::string list;
  for (std::size_t at = chain_pem.find(begin); at != std::string_view::npos; at = chain_pem.find(begin, at)) {
    at += begin.size();
    const std::string_view base64 = chain_pem.substr(at, chain_pem.find('-', at) - at);
    std::string der(base64.size(), '\0');
    std::size_t size = 0;
    EXPECT_EQ(mbedtls_base64_decode(reinterpret_cast<unsigned char*>(der.data()), der.size(), &size,
                                    reinterpret_cast<const unsigned char*>(base64.data()), base64.size()),
              0);
    list += big_endian_24(size) + der.substr(0, size);
  }
  // No session, ECDHE-ECDSA with AES-128-GCM, no compression, and the extension renegotiation_info (RFC 5746).
  const std::string hello = "\x03\x03" + std::string(32, 'r') + std::string("\x00\xc0\x2b\x00", 4) +
                            std::string("\x00\x05\xff\x01\x00\x01\x00", 7);
  return handshake_record(2, hello) + handshake_record(11, big_endian_24(list.size()) + list);
}

TEST_F(NetTls, SaysHowAHandshakeEnded) {
  struct ending {
    std::string bytes;
    bool finishes;
    std::string_view words;
  };
  // Records of RFC 8446, 5.1: alerts (21) and a ServerHello of TLS 1.1.
  std::string old_hello("\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02", 11);
  old_hello.append(32, 'r').append("\x00\xc0\x13\x00", 4);
  const ending endings[] = {
      {std::string("\x15\x03\x03\x00\x02\x02\x28", 7), true, "alert 40 (handshake failure)"},
      {std::string("\x15\x03\x03\x00\x02\x02\x46", 7), true, "alert 70 (protocol version)"},
      {old_hello, false, "no version of TLS"},
      {"220 mail.example ESMTP\r\n", false, "not TLS"},
      {"", true, "cut the connection off"},
  };
  for (const ending& each : endings) {
    server->on_bytes = [&](std::string_view) {
      peer& p = *server->peers.back();
      if (!each.bytes.empty()) p.send(each.bytes);
      if (each.finishes) p.finish();
      server->on_bytes = [](std::string_view) {};
    };
    recorder r;
    dial("wss://localhost:" + std::to_string(server->port()), r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::tls_failed) << each.words;
    EXPECT_NE(r.last.detail.find(each.words), std::string::npos) << r.last.detail << " for " << each.words;
  }
}

TEST_F(NetTls, KnowsNameConstraintsOrNamesThem) {
  // The alert comes after the certificates, so it is the cause only if they are good.
  const std::string flight = first_flight(constrained_chain) + std::string("\x15\x03\x03\x00\x02\x02\x28", 7);
  server->on_bytes = [&](std::string_view) {
    server->peers.back()->send(flight);
    server->on_bytes = [](std::string_view) {};
  };
  options.ca_pem = far_root;
  recorder r;
  dial("wss://localhost:" + std::to_string(server->port()), r);
  run_until([&] { return r.disconnects == 1; });
#if defined(LWS_WITH_MBEDTLS)
  EXPECT_EQ(r.last.cause, errc::tls_certificate);
  EXPECT_NE(r.last.detail.find("name constraints"), std::string::npos) << r.last.detail;
#else
  EXPECT_EQ(r.last.cause, errc::tls_failed);
  EXPECT_NE(r.last.detail.find("alert 40"), std::string::npos) << r.last.detail;
#endif
}

#if !defined(LWS_WITH_MBEDTLS)
/// A server's end of TLS 1.3, without a socket.
class openssl_end {
 public:
  openssl_end(std::string_view chain_pem, std::string_view key_pem) {
    SSL_CTX_set_min_proto_version(settings_, TLS1_3_VERSION);
    BIO* const chain = BIO_new_mem_buf(chain_pem.data(), static_cast<int>(chain_pem.size()));
    X509* const leaf = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(settings_, leaf);
    X509_free(leaf);
    while (X509* const next = PEM_read_bio_X509(chain, nullptr, nullptr, nullptr))
      SSL_CTX_add_extra_chain_cert(settings_, next);
    BIO_free(chain);
    BIO* const key_text = BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size()));
    EVP_PKEY* const key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(settings_, key), 1);
    EVP_PKEY_free(key);
    BIO_free(key_text);
    ssl_ = SSL_new(settings_);
    SSL_set_bio(ssl_, in_, out_);
    SSL_set_accept_state(ssl_);
  }
  ~openssl_end() {
    SSL_free(ssl_);
    SSL_CTX_free(settings_);
  }
  openssl_end(const openssl_end&) = delete;
  openssl_end& operator=(const openssl_end&) = delete;

  /// Returns what it says in the clear.
  std::string receive(std::string_view bytes) {
    BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
    std::string plain;
    char space[4096];
    for (int count = 0; (count = SSL_read(ssl_, space, sizeof space)) > 0;)
      plain.append(space, static_cast<std::size_t>(count));
    return plain;
  }
  void send(std::string_view plain) { SSL_write(ssl_, plain.data(), static_cast<int>(plain.size())); }
  /// Source: RFC 8446, 4.6.3.
  void change_keys_of_both() {
    EXPECT_EQ(SSL_key_update(ssl_, SSL_KEY_UPDATE_REQUESTED), 1);
    EXPECT_EQ(SSL_do_handshake(ssl_), 1);
  }
  std::string take_output() {
    std::string bytes(BIO_ctrl_pending(out_), '\0');
    if (!bytes.empty()) BIO_read(out_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }

 private:
  SSL_CTX* settings_ = SSL_CTX_new(TLS_server_method());
  BIO* in_ = BIO_new(BIO_s_mem());
  BIO* out_ = BIO_new(BIO_s_mem());
  SSL* ssl_ = nullptr;
};

// With mbedTLS the cause names the limit: NetUpgrade.NamesTheLimitWhereCertificatesAreTooLarge.
TEST_F(NetTls, TakesCertificatesOfMoreThan16KiB) {
  std::string chain = policy_chain;
  while (chain.size() < 30'000) chain += far_chain;
  openssl_end tls(chain, leaf_key);
  std::string request;
  server->on_bytes = [&](std::string_view bytes) {
    request += tls.receive(bytes);
    server->peers.back()->send(tls.take_output());
  };
  options.ca_pem = far_root;
  recorder r;
  dial("wss://localhost:" + std::to_string(server->port()), r);
  run_until([&] { return !request.empty() || r.disconnects == 1; });
  EXPECT_TRUE(request.starts_with("GET ")) << r.last.detail;
}

TEST_F(NetTls, FollowsAChangeOfKeys) {
  openssl_end tls(policy_chain, leaf_key);
  std::string request;
  std::string last_words;
  server->on_bytes = [&](std::string_view bytes) {
    peer& p = *server->peers.back();
    const std::string plain = tls.receive(bytes);
    if (!p.request.empty()) {
      last_words += plain;
    } else if (request += plain; request.ends_with("\r\n\r\n")) {
      p.request = request;
      tls.send(p.acceptance() + text_frame("old keys"));
      tls.change_keys_of_both();
      tls.send(text_frame("new keys"));
    }
    p.send(tls.take_output());
  };
  options.ca_pem = far_root;
  recorder r;
  auto* connection = dial("wss://localhost:" + std::to_string(server->port()), r);
  run_until([&] { return r.texts.size() + r.disconnects == 2; });
  ASSERT_EQ(r.texts, (std::vector<std::string>{"old keys", "new keys"})) << r.last.detail;
  connection->send_text("ours are new too");
  run_until([&] { return !last_words.empty(); });
  EXPECT_EQ(r.disconnects, 0U);
}
#endif

}  // namespace
}  // namespace uvnostr::test
#endif
