// SPDX-License-Identifier: MIT
// Which certificates and TLS versions of a relay are accepted, and how refusals are reported.
#include <cstdio>
#include <fstream>
#include <string_view>

#include "loopback/odd_certificates.hpp"
#include "loopback/odd_chains.hpp"
#include "loopback/relay_fixture.hpp"

namespace uvnostr {
namespace {

using testing::certificate_dates;
using testing::certificate_key;
using testing::tls_identity;
using testing::tls_versions;

class RelayOverTls : public Relay {
 protected:
  using authority = testing::certificate_authority;
  using certificate_options = testing::certificate_options;

  std::error_code cause_with(const certificate_options& certificate, std::string_view host = "localhost") {
    test_relay server = start({.tls = true, .identity = *ca.issue(certificate)});
    return cause_at(server, server.url(host), ca.ca_file());
  }
  std::error_code cause_at(const test_relay& server, std::string url, std::string ca_file) {
    relay_options options = once();
    options.ca_file = std::move(ca_file);
    options.resolver = name_resolver::getaddrinfo;  // which net_resolver_test.cpp replaces
    closed = false;
    states.clear();
    state_texts.clear();
    relay r = make_relay(std::move(url), options);
    EXPECT_TRUE(until([this] { return closed || count(relay_state::connected) != 0; }));
    if (!closed) return {};
    EXPECT_EQ(server.counters().upgraded, 0U);
    return close_cause;
  }
  std::error_code cause_with(tls_versions versions, certificate_key key) {
    tls_identity identity = *ca.issue({.key = key});
    identity.versions = versions;
    test_relay server = start({.tls = true, .identity = std::move(identity)});
    return cause_at(server, server.url("localhost"), ca.ca_file());
  }
  authority ca = *authority::make();
};

TEST_F(RelayOverTls, TakesTheRightName) { EXPECT_EQ(cause_with({}), std::error_code()); }

// Names that end in .wild.uvnostr resolve to loopback: see net_resolver_test.cpp.
TEST_F(RelayOverTls, TakesAWildcardForOneLabel) {
  const certificate_options wildcard{.dns_names = {"*.wild.uvnostr"}, .ip_addresses = {}};
  EXPECT_EQ(cause_with(wildcard, "relay.wild.uvnostr"), std::error_code());
  EXPECT_EQ(cause_with(wildcard, "a.relay.wild.uvnostr"), errc::tls_certificate);
  EXPECT_NE(state_texts.back().find("another host name"), std::string::npos) << state_texts.back();
}

TEST_F(RelayOverTls, TakesAnAddressThatIsInTheCertificate) {
  const certificate_options address{.dns_names = {}, .ip_addresses = {"127.0.0.1"}};
  EXPECT_EQ(cause_with(address, "127.0.0.1"), std::error_code()) << state_texts.back();
  EXPECT_EQ(cause_with(address, "localhost"), errc::tls_certificate);
  EXPECT_EQ(cause_with({.ip_addresses = {"127.0.0.2"}}, "127.0.0.1"), errc::tls_certificate);
}

TEST_F(RelayOverTls, RefusesAnotherHostsCertificate) {
  EXPECT_EQ(cause_with({.dns_names = {"other.example"}, .ip_addresses = {}}), errc::tls_certificate);
  EXPECT_TRUE(state_texts.back().starts_with("The relay's certificate was refused")) << state_texts.back();
}

TEST_F(RelayOverTls, RefusesCertificatesOutOfTheirDates) {
  EXPECT_EQ(cause_with({.dates = certificate_dates::expired}), errc::tls_certificate);
  EXPECT_NE(state_texts.back().find("the certificate has expired"), std::string::npos) << state_texts.back();
  EXPECT_EQ(cause_with({.dates = certificate_dates::not_yet_valid}), errc::tls_certificate);
  EXPECT_NE(state_texts.back().find("the certificate is not yet valid"), std::string::npos) << state_texts.back();
}

TEST_F(RelayOverTls, RefusesAnUnknownAuthority) {
  const authority other = *authority::make("somebody else");
  test_relay server = start({.tls = true, .identity = *other.issue()});
  EXPECT_EQ(cause_at(server, server.url("localhost"), ca.ca_file()), errc::tls_certificate);
  EXPECT_NE(state_texts.back().find("the certificate is of an unknown CA"), std::string::npos) << state_texts.back();
}

TEST_F(RelayOverTls, RefusesASelfSignedCertificate) {
  test_relay server = start({.tls = true, .identity = *testing::make_self_signed()});
  EXPECT_EQ(cause_at(server, server.url("localhost"), ca.ca_file()), errc::tls_certificate);
}

TEST_F(RelayOverTls, NamesAServerThatSpeaksNoTls) {
  test_relay plain = start();
  plain.behaviour().on_connect.how = handshake::banner;
  relay_options options = once();
  options.ca_file = ca.ca_file();
  EXPECT_EQ(cause_of("wss://localhost:" + std::to_string(plain.port()), options), errc::tls_failed)
      << state_texts.back();
}

TEST_F(RelayOverTls, CarriesLargeEventsBothWays) {
  test_relay server = start({.tls = true, .identity = *ca.issue()});
  const event large = make_event(std::string(300'000, 'x'));
  server.add(large);
  relay_options options = once();
  options.ca_file = ca.ca_file();
  relay r = make_relay(server.url("localhost"), options);
  const subscription s = *r.subscribe(notes, noting());
  ASSERT_TRUE(until([this] { return eoses == 1; }));
  EXPECT_EQ(jsons, lines{std::string(large.json())});
  const event back = make_event(std::string(200'000, 'y'));
  ASSERT_FALSE(r.publish(back, receipts()));
  ASSERT_TRUE(until([&] { return server.has(back.id()); }));
}

TEST_F(RelayOverTls, SpeaksTls12ToAnRsaCertificate) {
  EXPECT_EQ(cause_with(tls_versions::only_1_2, certificate_key::rsa_2048), std::error_code()) << state_texts.back();
}

TEST_F(RelayOverTls, SpeaksTls13WhereThereIsNothingOlder) {
  tls_identity identity = *ca.issue();
  identity.versions = tls_versions::only_1_3;
  if (test_relay::start(&loop, {.tls = true, .identity = identity}).error() == errc::unsupported) {
    GTEST_SKIP() << "mbedTLS 2.28, which the test relay uses, has no TLS 1.3 for servers";
  }
  EXPECT_EQ(cause_with(tls_versions::only_1_3, certificate_key::ec_p256), std::error_code()) << state_texts.back();
}

TEST_F(RelayOverTls, RefusesTls11) {
  // The first answer of a server that speaks nothing newer than TLS 1.1: RFC 4346, 7.4.1.3. A client that accepted it
  // would wait for the certificate until connect_timeout.
  test_relay plain = start();
  std::string hello(
      "\x16\x03\x02\x00\x2a"
      "\x02\x00\x00\x26"
      "\x03\x02",
      11);
  hello.append(32, 'r').append(
      "\x00"
      "\xc0\x13"
      "\x00",
      4);
  plain.behaviour().on_connect = {.how = handshake::banner, .bytes = hello};
  relay_options options = once();
  options.ca_file = ca.ca_file();
  EXPECT_EQ(cause_of("wss://localhost:" + std::to_string(plain.port()), options), errc::tls_failed)
      << state_texts.back();
}

class RelayWithOddCertificates : public RelayOverTls {
 protected:
  ~RelayWithOddCertificates() override { std::remove(file_.c_str()); }

  /// The result of connecting to a relay that sends this chain, for a program that trusts this bundle.
  std::error_code cause_with(const std::string& chain, const std::string& bundle) {
    std::ofstream(file_) << bundle;
    test_relay server =
        start({.tls = true, .identity = tls_identity{.certificate_pem = chain, .key_pem = test::leaf_key}});
    return cause_at(server, server.url("localhost"), file_);
  }

 private:
  const std::string file_ = ::testing::TempDir() + "uvnostr_odd_" + std::to_string(uv_os_getpid()) + ".pem";
};

std::string joined(std::initializer_list<const char*> certificates) {
  std::string all;
  for (const char* each : certificates) all += each;
  return all;
}

// RFC 8446, 4.4.2: be prepared for any order, and for useless certificates.
TEST_F(RelayWithOddCertificates, TakesAChainInAnyOrder) {
  using namespace test;
  for (const auto& chain : {joined({leaf_certificate, lower_certificate, upper_certificate}),
                            joined({leaf_certificate, upper_certificate, lower_certificate}),
                            joined({leaf_certificate, upper_certificate, root_certificate, lower_certificate})}) {
    EXPECT_EQ(cause_with(chain, root_certificate), std::error_code()) << state_texts.back();
  }
}

TEST_F(RelayWithOddCertificates, TakesAChainWithACaThatHasTheSameName) {
  using namespace test;
  EXPECT_EQ(cause_with(joined({leaf_certificate, namesake_certificate, upper_certificate, lower_certificate}),
                       root_certificate),
            std::error_code())
      << state_texts.back();
}

TEST_F(RelayWithOddCertificates, RefusesAChainThatLacksACertificate) {
  using namespace test;
  EXPECT_EQ(cause_with(joined({leaf_certificate, upper_certificate}), root_certificate), errc::tls_certificate);
  EXPECT_EQ(cause_with(joined({leaf_certificate, namesake_certificate, upper_certificate}), root_certificate),
            errc::tls_certificate);
}

TEST_F(RelayWithOddCertificates, UsesTheOtherCasOfABundleWithOneThatCannotBeRead) {
  using namespace test;
  const std::string chain = joined({leaf_certificate, lower_certificate, upper_certificate});
  for (const char* odd : {constrained_ca, ed25519_ca}) {
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(cause_with(chain, joined({odd, root_certificate})), std::error_code()) << state_texts.back();
    EXPECT_EQ(cause_with(chain, joined({root_certificate, odd})), std::error_code()) << state_texts.back();
    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "") << "a library must not print";
  }
}

TEST_F(RelayWithOddCertificates, TakesAChainOfTwelve) {
  EXPECT_EQ(cause_with(test::far_chain, test::far_root), std::error_code()) << state_texts.back();
}

#if UVNOSTR_BUNDLED_LWS
// The system's mbedTLS, with which the test relay reads them, may know no policies.
TEST_F(RelayWithOddCertificates, TakesCriticalPolicies) {
  EXPECT_EQ(cause_with(test::policy_chain, test::far_root), std::error_code()) << state_texts.back();
}

// Other libwebsockets print, and treat unusable CAs in their own way.
TEST_F(RelayWithOddCertificates, PrintNothingWhereNoCaCanBeRead) {
  ::testing::internal::CaptureStdout();
  EXPECT_TRUE(cause_with(test::leaf_certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}
#endif

}  // namespace
}  // namespace uvnostr
