// SPDX-License-Identifier: MIT
// CAs as text, pinned keys, and certificates of ours that a relay demands.
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include <mbedtls/x509_crt.h>

#include "base/hex.hpp"
#include "crypto/sha256.hpp"
#include "loopback/odd_certificates.hpp"
#include "loopback/relay_fixture.hpp"

namespace uvnostr {
namespace {

using testing::certificate_authority;
using testing::tls_identity;

std::string pin_of(const tls_identity& identity) {
  mbedtls_x509_crt certificate;
  mbedtls_x509_crt_init(&certificate);
  const std::string& pem = identity.certificate_pem;
  EXPECT_EQ(mbedtls_x509_crt_parse(&certificate, reinterpret_cast<const unsigned char*>(pem.c_str()), pem.size() + 1),
            0);
  const std::string_view key(reinterpret_cast<const char*>(certificate.pk_raw.p), certificate.pk_raw.len);
  const std::string pin = base::to_hex(crypto::sha256(key));
  mbedtls_x509_crt_free(&certificate);
  return pin;
}

class RelayIdentity : public Relay {
 protected:
  struct file {
    explicit file(const std::string& content) : path(::testing::TempDir() + "uvnostr-identity.pem") {
      std::ofstream(path) << content;
    }
    ~file() { std::remove(path.c_str()); }
    const std::string path;
  };

  relay_options trusting() {
    relay_options options = once();
    options.ca_pem = ca.pem();
    return options;
  }
  /// 0 if it was connected to.
  std::error_code cause_at(const test_relay& server, const relay_options& options) {
    const std::uint64_t upgraded = server.counters().upgraded;
    closed = false;
    forget_states();
    relay r = make_relay(server.url("localhost"), options);
    EXPECT_TRUE(until([this] { return closed || count(relay_state::connected) != 0; }));
    if (!closed) return {};
    EXPECT_EQ(server.counters().upgraded, upgraded);
    return close_cause;
  }
  error refusal_of(const relay_options& options) { return relay::make(&loop, "wss://localhost", options).error(); }
  tls_identity demanding() const {
    tls_identity identity = *ca.issue();
    identity.client_ca_pem = ca.pem();
    return identity;
  }

  certificate_authority ca = *certificate_authority::make();
  const certificate_authority other = *certificate_authority::make("somebody else");
};

TEST_F(RelayIdentity, CasMayBeATextInsteadOfAFile) {
  test_relay server = start({.tls = true, .identity = *ca.issue()});
  EXPECT_EQ(cause_at(server, trusting()), std::error_code()) << state_texts.back();
  relay_options options = trusting();
  options.ca_pem = other.pem();
  EXPECT_EQ(cause_at(server, options), errc::tls_certificate);
}

#if UVNOSTR_BUNDLED_LWS
TEST_F(RelayIdentity, EveryCaOfATextCounts) {
  test_relay server = start({.tls = true, .identity = *ca.issue()});
  relay_options options = trusting();
  options.ca_pem = "# first\n" + other.pem() + "# second\n" + ca.pem();
  EXPECT_EQ(cause_at(server, options), std::error_code()) << state_texts.back();
  options.ca_pem = ca.pem() + other.pem();
  EXPECT_EQ(cause_at(server, options), std::error_code()) << state_texts.back();
}
#endif

TEST_F(RelayIdentity, APinnedKeyIsTakenAndAnotherIsRefusedBeforeAnythingIsSent) {
  for (const auto kind : {testing::certificate_key::ec_p256, testing::certificate_key::rsa_2048}) {
    const tls_identity identity = *ca.issue({.key = kind});
    test_relay server = start({.tls = true, .identity = identity});
    const std::string wrong(64, '0');
    relay_options options = trusting();
    options.pinned_keys = {wrong, pin_of(identity)};
    EXPECT_EQ(cause_at(server, options), std::error_code()) << state_texts.back();
    options.pinned_keys = {wrong};
    EXPECT_EQ(cause_at(server, options), errc::tls_pinned_key);
    EXPECT_NE(state_texts.back().find(pin_of(identity)), std::string::npos) << state_texts.back();
    EXPECT_EQ(server.counters().upgraded, 1U);
  }
}

TEST_F(RelayIdentity, APinnedKeyDoesNotReplaceAValidCertificate) {
  const tls_identity identity = *other.issue();
  test_relay server = start({.tls = true, .identity = identity});
  relay_options options = trusting();
  options.pinned_keys = {pin_of(identity)};
  EXPECT_EQ(cause_at(server, options), errc::tls_certificate);
}

TEST_F(RelayIdentity, PinsMustBeHashes) {
  relay_options options = once();
  for (const char* bad : {"", "sha256/AAAA", "00"}) {
    options.pinned_keys = {std::string(64, 'a'), bad};
    const error found = refusal_of(options);
    EXPECT_EQ(found, errc::option_range) << bad;
    EXPECT_NE(found.subject().find("pinned_keys[1]"), std::string::npos) << found.subject();
  }
  options.pinned_keys = {std::string(64, 'A')};
  EXPECT_EQ(refusal_of(options), errc::option_range) << "lower case, as everywhere in Nostr";
}

TEST_F(RelayIdentity, ARelayThatDemandsACertificateGetsOurs) {
  test_relay server = start({.tls = true, .identity = demanding()});
  const tls_identity own = *ca.issue();
  relay_options options = trusting();
  options.client_certificate_pem = own.certificate_pem;
  options.client_key_pem = own.key_pem;
  EXPECT_EQ(cause_at(server, options), std::error_code()) << state_texts.back();
  // Others of the same program that have none, or another, are not helped by it.
  EXPECT_NE(cause_at(server, trusting()), std::error_code());
  const tls_identity strange = *other.issue();
  options.client_certificate_pem = strange.certificate_pem;
  options.client_key_pem = strange.key_pem;
  EXPECT_NE(cause_at(server, options), std::error_code());
}

TEST_F(RelayIdentity, TheCertificateAndKeyMayBeInOneFile) {
  test_relay server = start({.tls = true, .identity = demanding()});
  const tls_identity own = *ca.issue();
  const file both(own.certificate_pem + own.key_pem);
  relay_options options = trusting();
  options.client_certificate_file = both.path;
  EXPECT_EQ(cause_at(server, options), std::error_code()) << state_texts.back();
}

TEST_F(RelayIdentity, TheIntermediatesAreShownToo) {
  tls_identity identity = *ca.issue();
  identity.client_ca_pem = test::client_root;
  test_relay server = start({.tls = true, .identity = identity});
  relay_options options = trusting();
  options.client_key_pem = test::client_leaf_key;
  options.client_certificate_pem = test::client_leaf;
  EXPECT_NE(cause_at(server, options), std::error_code()) << "the root does not know the leaf";
  const std::string whole = std::string(test::client_leaf) + test::client_intermediate;
  const file chain(whole);
  options.client_certificate_pem.clear();
  options.client_certificate_file = chain.path;
  EXPECT_EQ(cause_at(server, options), std::error_code()) << state_texts.back();
#if UVNOSTR_BUNDLED_LWS
  options.client_certificate_file.clear();
  options.client_certificate_pem = whole;
  EXPECT_EQ(cause_at(server, options), std::error_code()) << state_texts.back();
#endif
}

TEST_F(RelayIdentity, WhatCannotBeUsedIsRefusedWithItsName) {
  const tls_identity own = *ca.issue();
  const auto expect = [&](const relay_options& options, std::string_view name) {
    const error found = refusal_of(options);
    EXPECT_EQ(found, errc::option_certificate) << name;
    EXPECT_TRUE(found.subject().starts_with("relay_options::" + std::string(name))) << found.subject();
  };
  relay_options options = once();
  options.ca_pem = "no PEM";
  expect(options, "ca_pem");
  options.ca_pem = ca.pem();
  options.ca_file = ca.ca_file();
  expect(options, "ca_pem");

  options = once();
  options.client_certificate_file = "/no/such/file";
  expect(options, "client_certificate_file");
  options = once();
  options.client_key_pem = own.key_pem;
  expect(options, "client_key_pem");
  options.client_certificate_pem = own.key_pem;
  expect(options, "client_certificate_pem");
  options.client_certificate_pem = own.certificate_pem;
  options.client_key_pem = own.certificate_pem;
  expect(options, "client_key_pem");
  options.client_key_pem.clear();
  expect(options, "client_certificate_pem");
  options.client_key_pem = own.key_pem;
  EXPECT_FALSE(refusal_of(options));
#if UVNOSTR_BUNDLED_LWS
  options.client_key_pem = ca.issue()->key_pem;
  expect(options, "client_certificate");
#endif
}

}  // namespace
}  // namespace uvnostr
