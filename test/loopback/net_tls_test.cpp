// SPDX-License-Identifier: MIT
// What is told of a TLS handshake that fails before a certificate is to blame, and of certificates that the test relay
// cannot read itself. Other certificates: relay_tls_test.cpp.
#if UVNOSTR_BUNDLED_LWS
#include <libwebsockets.h>
#include <mbedtls/base64.h>

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

TEST_F(NetTls, IsNotHeldByMessagesThatSayNothing) {
  // A warning (90, user canceled) and a change of cipher specs.
  for (const std::string& idle :
       {std::string("\x15\x03\x03\x00\x02\x01\x5a", 7), std::string("\x14\x03\x03\x00\x01\x01", 6)}) {
    server->on_bytes = [&](std::string_view) {
      std::string bytes;
      for (int i = 0; i != 1000; ++i) bytes += idle;
      server->peers.back()->send(bytes + std::string("\x15\x03\x03\x00\x02\x02\x28", 7));
      server->on_bytes = [](std::string_view) {};
    };
    recorder r;
    dial("wss://localhost:" + std::to_string(server->port()), r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::tls_failed);
    EXPECT_EQ(r.last.detail.find("alert 40"), std::string::npos) << "it read them all";
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

}  // namespace
}  // namespace uvnostr::test
#endif
