// SPDX-License-Identifier: MIT
// Unusual forms of TLS and HTTP before a connection is open, which the bundled libwebsockets handles.
#if UVNOSTR_BUNDLED_LWS
#include <map>

#include <libwebsockets.h>

#include "loopback/net_fixture.hpp"

namespace uvnostr::test {
namespace {

using NetUpgrade = net_test;

const std::string early_hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nX-Odd: one\r\n\r\n";
const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
const std::string processing = "HTTP/1.1 102 Processing\r\n\r\n";

// RFC 9110, 15.2.
TEST_F(NetUpgrade, PassesOverAnswersThatAreNotTheLast) {
  for (const std::string& before : {early_hints, go_on, processing, go_on + early_hints + early_hints + processing}) {
    for (const bool in_single_bytes : {false, true}) {
      SCOPED_TRACE(before);
      recorder r;
      server->on_request = [&](peer& p) {
        const std::string all = before + p.acceptance() + text_frame("first");
        in_single_bytes ? p.send_in_single_bytes(all) : p.send(all);
      };
      auto* connection = dial(r);
      run_until([&] { return r.texts.size() == 1 || r.disconnects != 0; });
      EXPECT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
      if (r.disconnects == 0) connection->abort();
    }
  }
}

TEST_F(NetUpgrade, ReportsTheLastAnswerAfterOthers) {
  recorder r;
  server->on_request = [&](peer& p) {
    p.send(early_hints + "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
  };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::http_status);
  EXPECT_EQ(r.last.http_status, 429);
  EXPECT_EQ(r.last.retry_after, std::chrono::seconds(7));
}

TEST_F(NetUpgrade, TakesNoHeaderOfAnAnswerThatIsNotTheLast) {
  recorder r;
  server->on_request = [&](peer& p) {
    // The accept hash in the wrong answer.
    const std::string good = p.acceptance();
    const auto at = good.find("\r\n") + 2;
    p.send("HTTP/1.1 103 Early Hints\r\n" + good.substr(at) + "HTTP/1.1 101 Switching Protocols\r\n\r\n");
  };
  dial(r);
  run_until([&] { return r.disconnects == 1 || r.opens == 1; });
  EXPECT_EQ(r.opens, 0U);
}

TEST_F(NetUpgrade, ShowsTheBodyOfARefusal) {
  const std::map<std::string, std::string> bodies = {
      {"Content-Length: 22\r\n\r\n<h1>Not for you.</h1>\r\n", "\"<h1>Not for you.</h1>\r\""},
      {"Transfer-Encoding: chunked\r\n\r\n3\r\nNot\r\n0\r\n\r\n", "\"Not\""},
      {"Content-Length: 0\r\n\r\n", ""},
      {"\r\nwithout an end", "\"without an end\""},
      {"\r\n" + std::string(1000, 'x'), "\"" + std::string(200, 'x') + "...\""},
  };
  for (const auto& [rest, expected] : bodies) {
    for (const bool in_single_bytes : {false, true}) {
      recorder r;
      server->on_request = [&](peer& p) {
        const std::string all = "HTTP/1.1 402 Payment Required\r\n" + rest;
        in_single_bytes ? p.send_in_single_bytes(all) : p.send(all);
      };
      dial(r);
      run_until([&] { return r.disconnects == 1; });
      EXPECT_EQ(r.last.cause, errc::http_status);
      EXPECT_EQ(r.last.http_status, 402);
      EXPECT_EQ(r.last.detail, expected);
    }
  }
}

TEST_F(NetUpgrade, TakesRetryAfterAsADate) {
  recorder r;
  server->on_request = [&](peer& p) {
    p.send(
        "HTTP/1.1 503 \r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:51:37 GMT\r\n"
        "Content-Length: 0\r\n\r\n");
  };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.retry_after, std::chrono::seconds(120));
}

TEST_F(NetUpgrade, RefusesAnAnswerThatIsNoneAtOnce) {
  // The server waits for us, and would do so for ever.
  for (const std::string bytes :
       {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 101 \r\nno field\r\n", "HTTP/1.1 101 \r\nA : b\r\n"}) {
    recorder r;
    server->on_request = [&](peer& p) { p.send(bytes); };
    dial(r);
    run_until([&] { return r.disconnects == 1; });
    EXPECT_EQ(r.last.cause, errc::handshake_failed) << bytes;
    EXPECT_FALSE(r.last.detail.empty());
  }
}

TEST_F(NetUpgrade, TakesFieldsInOddSpellings) {
  recorder r;
  server->on_request = [&](peer& p) {
    const std::string usual = p.acceptance();
    const std::string name = "Sec-WebSocket-Accept: ";
    const auto at = usual.find(name) + name.size();
    p.send("HTTP/1.1 101\r\nuPGRADE:\tWebSocket\t\r\nConnection: keep-alive\r\nX: a\r\n b\r\nCONNECTION:upgrade ,\r\n" +
           name + usual.substr(at, usual.find('\r', at) - at) + " \t\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n" +
           text_frame("first"));
  };
  auto* connection = dial(r);
  run_until([&] { return r.texts.size() == 1 || r.disconnects == 1; });
  ASSERT_EQ(r.opens, 1U) << r.last.cause.message() << r.last.detail;
  EXPECT_EQ(connection->peer_date(), unix_seconds(std::chrono::seconds(784'111'777)));
}

TEST_F(NetUpgrade, EndsWhereThereIsNoLastAnswer) {
  recorder r;
  server->on_request = [&](peer& p) {
    std::string endless;
    while (endless.size() < 100'000) endless += early_hints;
    p.send(endless);
  };
  dial(r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.opens, 0U);
}

// RFC 6066, 3.
TEST_F(NetUpgrade, NamesTheServerByNameOnly) {
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    std::string hello;
    server->on_bytes = [&](std::string_view bytes) { hello += bytes; };
    recorder r;
    auto* connection = dial("wss://" + host + ":" + std::to_string(server->port()), r);
    run_until([&] { return hello.size() > 100; });
    EXPECT_EQ(hello.find(host) != std::string::npos, host == "localhost");
    connection->abort();
    run_until([&] { return server->open_peers() == 0; });
  }
}

#if defined(LWS_WITH_MBEDTLS)
TEST_F(NetUpgrade, NamesTheLimitWhereCertificatesAreTooLarge) {
  // RFC 5246, 7.4.1.3 and 7.4.2: TLS 1.2 sends both in the clear. Of the second message only the beginning is sent.
  std::string hello("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03", 11);
  hello.append(32, 'r').append("\x00\xc0\x2b\x00", 4);
  std::string certificates("\x16\x03\x03\x10\x00\x0b\x00\x4e\x20\x00\x4e\x1d\x00\x4e\x1a", 15);
  certificates.append(0x1000 - 10, 'c');
  server->on_connect = [&](peer& p) { p.send(hello + certificates); };
  recorder r;
  dial("wss://localhost:" + std::to_string(server->port()), r);
  run_until([&] { return r.disconnects == 1; });
  EXPECT_EQ(r.last.cause, errc::tls_failed);
  EXPECT_NE(r.last.detail.find("16 KiB"), std::string::npos) << r.last.detail;
}
#endif

}  // namespace
}  // namespace uvnostr::test
#endif
