// SPDX-License-Identifier: MIT
// What a server may say in TLS 1.3 after the handshake: new keys, alerts, certificates of any size.
#if UVNOSTR_BUNDLED_LWS
#include <functional>
#include <string>
#include <utility>

#include <libwebsockets.h>

#include "loopback/net_fixture.hpp"
#include "loopback/odd_certificates.hpp"
#include "loopback/odd_chains.hpp"
#include "loopback/openssl_end.hpp"

namespace uvnostr::test {
namespace {

class NetTls13 : public net_test {
 public:
  void SetUp() override {
    net_test::SetUp();
    if (!openssl_end::is_available()) GTEST_SKIP() << "libssl.so.3 is not installed";
    options.ca_pem = far_root;
  }

  port::connection* dial_by_name(recorder& r) { return dial("wss://localhost:" + std::to_string(server->port()), r); }

  /// Passes all bytes through `tls`; answers the upgrade, and calls `when_open` after it. What comes later is added to
  /// `later`.
  void serve(openssl_end& tls, std::function<void()> when_open) {
    server->on_bytes = [this, &tls, then = std::move(when_open)](std::string_view bytes) {
      peer& p = *server->peers.back();
      const std::string plain = tls.receive(bytes);
      if (!p.request.empty()) {
        later += plain;
      } else if (request += plain; request.ends_with("\r\n\r\n")) {
        p.request = std::exchange(request, {});
        tls.send(p.acceptance());
        then();
      }
      p.send(tls.take_output());
    };
  }

  std::string request;
  std::string later;
};

#if !defined(LWS_WITH_MBEDTLS)
// With mbedTLS the cause names the limit: NetUpgrade.NamesTheLimitWhereCertificatesAreTooLarge.
TEST_F(NetTls13, TakesCertificatesOfMoreThan16KiB) {
  std::string chain = policy_chain;
  while (chain.size() < 30'000) chain += far_chain;
  openssl_end tls(chain, leaf_key);
  bool is_open = false;
  serve(tls, [&] { is_open = true; });
  recorder r;
  dial_by_name(r);
  run_until([&] { return is_open || r.disconnects == 1; });
  EXPECT_TRUE(is_open) << r.last.detail;
}
#endif

TEST_F(NetTls13, FollowsChangesOfKeys) {
  openssl_end tls(policy_chain, leaf_key);
  serve(tls, [&] {
    tls.send(text_frame("first keys"));
    tls.change_keys(openssl_end::change::ours);
    tls.send(text_frame("second keys"));
    tls.change_keys(openssl_end::change::both);
    tls.change_keys(openssl_end::change::both);
    tls.send(text_frame("fourth keys"));
  });
  recorder r;
  auto* connection = dial_by_name(r);
  run_until([&] { return r.texts.size() == 3 || r.disconnects != 0; });
  ASSERT_EQ(r.texts, (std::vector<std::string>{"first keys", "second keys", "fourth keys"})) << r.last.detail;
  // Two requests are answered by one change (RFC 8446, 4.6.3).
  connection->send_text("ours are new too");
  run_until([&] { return !later.empty(); });
  tls.change_keys(openssl_end::change::both);
  server->peers.back()->send(tls.take_output());
  const std::size_t before = later.size();
  connection->send_ping();
  run_until([&] { return later.size() > before; });
  EXPECT_EQ(r.disconnects, 0U);
}

TEST_F(NetTls13, ChangesKeysWhileItsRecordsWaitForRoom) {
  openssl_end tls(policy_chain, leaf_key);
  serve(tls, [] {});
  recorder r;
  auto* connection = dial_by_name(r);
  run_until([&] { return r.opens == 1 || r.disconnects == 1; });
  ASSERT_EQ(r.opens, 1U) << r.last.detail;
  peer& p = *server->peers.back();
  const std::string large(16'000, 'x');
  std::size_t sent = 0;
  for (int i = 0; i != 3; ++i) {
    p.stop_reading();
    while (connection->send_text(large)) {
      ++sent;
      tls.change_keys(openssl_end::change::both);
      tls.send(text_frame("more"));
      p.send(tls.take_output());
      run_turns(2);
      ASSERT_EQ(r.disconnects, 0U) << r.last.detail;
    }
    p.start_reading();
    run_until([&] { return later.size() >= sent * large.size() || r.disconnects != 0; });
  }
  EXPECT_EQ(r.disconnects, 0U) << r.last.detail;
}

TEST_F(NetTls13, IsNotHeldByARelayThatDoesNothingButChangeKeys) {
  constexpr unsigned changes = 1000;
  openssl_end tls(policy_chain, leaf_key);
  serve(tls, [&] {
    for (unsigned i = 0; i != changes; ++i) tls.change_keys(openssl_end::change::ours);
    tls.send(text_frame("at last"));
  });
  recorder r;
  dial_by_name(r);
  unsigned turns = 0;
  run_until([&] {
    ++turns;
    return !r.texts.empty() || r.disconnects == 1;
  });
#if defined(LWS_WITH_MBEDTLS)
  EXPECT_EQ(r.last.cause, errc::tls_failed);
#else
  EXPECT_EQ(r.texts, std::vector<std::string>{"at last"}) << r.last.detail;
  EXPECT_GT(turns, changes);
#endif
}

TEST_F(NetTls13, NamesAnAlertAfterTheHandshake) {
  openssl_end tls(policy_chain, leaf_key);
  tls.demand_certificate();
  serve(tls, [] {});
  recorder r;
  dial_by_name(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::tls_failed);
  EXPECT_NE(r.last.detail.find("alert 116 (certificate required)"), std::string::npos) << r.last.detail;
}

TEST_F(NetTls13, SaysWhatBrokeAnOpenConnection) {
  openssl_end tls(policy_chain, leaf_key);
  serve(tls, [] {});
  recorder r;
  dial_by_name(r);
  run_until([&] { return r.opens == 1 || r.disconnects == 1; });
  tls.send(text_frame("hello"));
  std::string record = tls.take_output();
  record.back() ^= 1;
  server->peers.back()->send(record);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::tls_failed);
  EXPECT_NE(r.last.detail.find("altered"), std::string::npos) << r.last.detail;
}

}  // namespace
}  // namespace uvnostr::test
#endif
