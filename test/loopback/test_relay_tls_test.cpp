// SPDX-License-Identifier: MIT
// Certificates of the private CA, and the test relay behind TLS, both checked by an mbedTLS client.
#include <fstream>
#include <iterator>
#include <string>

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
#include <psa/crypto.h>
#endif

#include "loopback/loop_fixture.hpp"
#include "loopback/raw_client.hpp"

namespace uvnostr {
namespace {

using namespace uvnostr::testing;

const unsigned char* bytes_of(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.c_str()); }

// What mbedTLS finds wrong with a server of this name whose CA is known; 0 if nothing.
std::uint32_t faults(const std::string& certificate, const std::string& ca, const char* name) {
  mbedtls_x509_crt shown;
  mbedtls_x509_crt trusted;
  mbedtls_x509_crt_init(&shown);
  mbedtls_x509_crt_init(&trusted);
  EXPECT_EQ(mbedtls_x509_crt_parse(&shown, bytes_of(certificate), certificate.size() + 1), 0);
  EXPECT_EQ(mbedtls_x509_crt_parse(&trusted, bytes_of(ca), ca.size() + 1), 0);
  std::uint32_t flags = 0;
  mbedtls_x509_crt_verify(&shown, &trusted, nullptr, name, &flags, nullptr, nullptr);
  mbedtls_x509_crt_free(&shown);
  mbedtls_x509_crt_free(&trusted);
  return flags;
}

std::uint32_t faults_of(const certificate_options& options, const char* name) {
  const auto ca = certificate_authority::make();
  EXPECT_TRUE(ca);
  const auto identity = ca->issue(options);
  EXPECT_TRUE(identity) << identity.error().message();
  return faults(identity->certificate_pem, ca->pem(), name);
}

TEST(Certificates, AreGoodForTheNamesAndAddressesGiven) {
  EXPECT_EQ(faults_of({}, "localhost"), 0U);
  EXPECT_EQ(faults_of({}, "127.0.0.1"), 0U);
  EXPECT_EQ(faults_of({.dns_names = {"*.example.com"}}, "relay.example.com"), 0U);
}

TEST(Certificates, AreBadForOtherNames) {
  EXPECT_EQ(faults_of({}, "example.com"), static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_CN_MISMATCH));
  EXPECT_EQ(faults_of({.dns_names = {"*.example.com"}}, "a.b.example.com"),
            static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_CN_MISMATCH));
}

TEST(Certificates, AreBadOutsideOfTheirDates) {
  EXPECT_EQ(faults_of({.dates = certificate_dates::expired}, "localhost"),
            static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_EXPIRED));
  EXPECT_EQ(faults_of({.dates = certificate_dates::not_yet_valid}, "localhost"),
            static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_FUTURE));
}

TEST(Certificates, AreBadForAnotherAuthority) {
  const auto ca = certificate_authority::make();
  const auto other = certificate_authority::make();
  EXPECT_EQ(faults(ca->issue()->certificate_pem, other->pem(), "localhost"),
            static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_NOT_TRUSTED));
  EXPECT_EQ(faults(make_self_signed()->certificate_pem, ca->pem(), "localhost"),
            static_cast<std::uint32_t>(MBEDTLS_X509_BADCERT_NOT_TRUSTED));
}

TEST(Certificates, CarryManyNames) {
  certificate_options options;
  for (int i = 0; i < 40; ++i) options.dns_names.push_back("relay-" + std::to_string(i) + ".example.com");
  EXPECT_EQ(faults_of(options, "relay-39.example.com"), 0U);
}

TEST(Certificates, RefuseNamesAndAddressesThatAreNone) {
  const auto ca = certificate_authority::make();
  EXPECT_EQ(ca->issue({.ip_addresses = {"127.0.0.1", "localhost"}}).error(),
            error(errc::option_range, "certificate_options::ip_addresses[1] (localhost) is not an IP address"));
  EXPECT_EQ(ca->issue({.dns_names = {"two words"}}).error(),
            error(errc::option_range, "certificate_options::dns_names[0] (two words) is not a DNS name"));
}

TEST(Certificates, KeepTheCaFileAsLongAsTheAuthority) {
  std::string path;
  {
    const auto ca = certificate_authority::make();
    path = ca->ca_file();
    std::ifstream file(path);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), ca->pem());
  }
  EXPECT_FALSE(std::ifstream(path).is_open());
}

// TLS over a raw_client: turns its bytes, which are TLS records, into text.
class tls_client {
 public:
  tls_client(uv_loop_t* loop, std::uint16_t port, const std::string& ca_file, [[maybe_unused]] bool newest_1_2 = false)
      : tcp_(loop, port, false) {
    mbedtls_entropy_init(&entropy_);
    mbedtls_ctr_drbg_init(&random_);
    mbedtls_x509_crt_init(&ca_);
    mbedtls_ssl_config_init(&config_);
    mbedtls_ssl_init(&ssl_);
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    psa_crypto_init();
#endif
    EXPECT_EQ(mbedtls_ctr_drbg_seed(&random_, mbedtls_entropy_func, &entropy_, nullptr, 0), 0);
    EXPECT_EQ(mbedtls_x509_crt_parse_file(&ca_, ca_file.c_str()), 0);
    mbedtls_ssl_config_defaults(&config_, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_ca_chain(&config_, &ca_, nullptr);
    mbedtls_ssl_conf_rng(&config_, mbedtls_ctr_drbg_random, &random_);
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    if (newest_1_2) mbedtls_ssl_conf_max_tls_version(&config_, MBEDTLS_SSL_VERSION_TLS1_2);
#endif
    EXPECT_EQ(mbedtls_ssl_setup(&ssl_, &config_), 0);
    mbedtls_ssl_set_hostname(&ssl_, "localhost");
    mbedtls_ssl_set_bio(&ssl_, this, send, receive, nullptr);
  }
  tls_client(const tls_client&) = delete;
  tls_client& operator=(const tls_client&) = delete;
  ~tls_client() {
    mbedtls_ssl_free(&ssl_);
    mbedtls_ssl_config_free(&config_);
    mbedtls_x509_crt_free(&ca_);
    mbedtls_ctr_drbg_free(&random_);
    mbedtls_entropy_free(&entropy_);
  }

  /// Whether the handshake has ended, successfully or not.
  bool handshake_over() {
    error_ = mbedtls_ssl_handshake(&ssl_);
    return error_ != MBEDTLS_ERR_SSL_WANT_READ && error_ != MBEDTLS_ERR_SSL_WANT_WRITE;
  }
  int error() const { return error_; }
  std::string version() const { return mbedtls_ssl_get_version(&ssl_); }
  std::string suite() const { return mbedtls_ssl_get_ciphersuite(&ssl_); }
  void write(std::string_view text) {
    EXPECT_EQ(mbedtls_ssl_write(&ssl_, reinterpret_cast<const unsigned char*>(text.data()), text.size()),
              static_cast<int>(text.size()));
  }
  const std::string& read() {
    unsigned char space[4096];
    for (int count = 0; (count = mbedtls_ssl_read(&ssl_, space, sizeof space)) != 0;) {
      if (count == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) notified_ = true;
      if (count < 0) break;
      text_.append(reinterpret_cast<const char*>(space), static_cast<std::size_t>(count));
    }
    return text_;
  }
  bool was_notified_of_the_end() {
    read();
    return notified_;
  }
  bool ended() const { return tcp_.ended() != 0; }

 private:
  static int send(void* self, const unsigned char* bytes, std::size_t size) {
    static_cast<tls_client*>(self)->tcp_.send_raw({reinterpret_cast<const char*>(bytes), size});
    return static_cast<int>(size);
  }
  static int receive(void* self, unsigned char* space, std::size_t size) {
    auto& client = *static_cast<tls_client*>(self);
    const std::size_t count = client.tcp_.bytes().copy(reinterpret_cast<char*>(space), size, client.used_);
    client.used_ += count;
    return count == 0 ? MBEDTLS_ERR_SSL_WANT_READ : static_cast<int>(count);
  }

  raw_client tcp_;
  std::size_t used_ = 0;
  std::string text_;
  bool notified_ = false;
  int error_ = 0;
  mbedtls_entropy_context entropy_;
  mbedtls_ctr_drbg_context random_;
  mbedtls_x509_crt ca_;
  mbedtls_ssl_config config_;
  mbedtls_ssl_context ssl_;
};

using TestRelayTls = LoopTest;

TEST_F(TestRelayTls, ServesBehindACertificateOfItsOwn) {
  test_relay relay = start({.tls = true});
  EXPECT_TRUE(relay.url("localhost").starts_with("wss://localhost:"));
  relay.behaviour().max_write_bytes = 100;
  tls_client client(&loop, relay.port(), relay.ca_file());
  ASSERT_TRUE(until([&] { return client.handshake_over(); }));
  ASSERT_EQ(client.error(), 0);
  client.write(raw_client::upgrade_request);
  ASSERT_TRUE(until([&] { return client.read().starts_with("HTTP/1.1 101 ") && relay.counters().open == 1; }));
  relay.connections()[0].send_text("through TLS");
  ASSERT_TRUE(until([&] { return client.read().ends_with("\x81\x0bthrough TLS"); }));
  relay.stop();
  EXPECT_TRUE(until([&] { return client.was_notified_of_the_end(); }));
}

TEST_F(TestRelayTls, IsCutWithoutCloseNotify) {
  test_relay relay = start({.tls = true});
  tls_client client(&loop, relay.port(), relay.ca_file());
  ASSERT_TRUE(until([&] { return client.handshake_over(); }));
  client.write(raw_client::upgrade_request);
  ASSERT_TRUE(until([&] { return relay.counters().open == 1; }));
  relay.drop_connections(ending::abrupt);
  ASSERT_TRUE(until([&] { return client.ended(); }));
  EXPECT_FALSE(client.was_notified_of_the_end());
}

TEST_F(TestRelayTls, IsRefusedByAClientThatKnowsAnotherAuthority) {
  test_relay relay = start({.tls = true});
  const auto other = certificate_authority::make();
  tls_client client(&loop, relay.port(), other->ca_file());
  ASSERT_TRUE(until([&] { return client.handshake_over(); }));
  EXPECT_EQ(client.error(), MBEDTLS_ERR_X509_CERT_VERIFY_FAILED);
  EXPECT_TRUE(until([&] { return relay.counters().tls_failed == 1; }));
}

TEST_F(TestRelayTls, CountsAClientThatDoesNotSpeakTls) {
  test_relay relay = start({.tls = true});
  raw_client client(&loop, relay.port());
  ASSERT_TRUE(until([&] { return client.ended() != 0; }));
  EXPECT_EQ(relay.counters().tls_failed, 1U);
}

TEST_F(TestRelayTls, SpeaksOnlyTheVersionThatItIsToldTo) {
  const auto ca = certificate_authority::make();
  tls_identity identity = *ca->issue({.key = certificate_key::rsa_2048});
  identity.versions = tls_versions::only_1_2;
  test_relay older = start({.tls = true, .identity = identity});
  tls_client client(&loop, older.port(), ca->ca_file());
  ASSERT_TRUE(until([&] { return client.handshake_over(); }));
  EXPECT_EQ(client.version(), "TLSv1.2");
  EXPECT_NE(client.suite().find("RSA"), std::string::npos) << client.suite();
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
  identity.versions = tls_versions::only_1_3;
  test_relay newer = start({.tls = true, .identity = identity});
  tls_client old_client(&loop, newer.port(), ca->ca_file(), true);
  ASSERT_TRUE(until([&] { return old_client.handshake_over(); }));
  EXPECT_NE(old_client.error(), 0);
#endif
}

TEST_F(TestRelayTls, RefusesAnIdentityThatIsNone) {
  const auto relay = test_relay::start(&loop, {.tls = true, .identity = tls_identity{"no", "PEM"}});
  ASSERT_FALSE(relay);
  EXPECT_EQ(relay.error(), error(errc::option_range, "tls_identity::certificate_pem is not a certificate in PEM form"));
}

TEST_F(TestRelayTls, RefusesAKeyThatIsNotTheCertificates) {
  const auto ca = certificate_authority::make();
  tls_identity identity = *ca->issue();
  identity.key_pem = "no PEM";
  const auto relay = test_relay::start(&loop, {.tls = true, .identity = identity});
  ASSERT_FALSE(relay);
  EXPECT_EQ(relay.error(), error(errc::option_range, "tls_identity::key_pem is not the key of the certificate"));
}

}  // namespace
}  // namespace uvnostr
