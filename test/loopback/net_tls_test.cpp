// SPDX-License-Identifier: MIT
// What is told of a TLS handshake that fails before a certificate is to blame. Certificates: relay_tls_test.cpp.
#if UVNOSTR_BUNDLED_LWS
#include "loopback/net_fixture.hpp"

namespace uvnostr::test {
namespace {

using NetTls = net_test;

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

}  // namespace
}  // namespace uvnostr::test
#endif
