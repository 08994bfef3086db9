// SPDX-License-Identifier: MIT
#include "net/proxy.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "net/redirect.hpp"

namespace uvnostr::test {
namespace {

using net::parse_proxy;
using net::proxy_dialogue;
using net::proxy_kind;
using outcome = proxy_dialogue::outcome;

TEST(Proxy, IsReadFromItsUrl) {
  const auto plain = parse_proxy("socks5://127.0.0.1:9050");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->kind, proxy_kind::socks5);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 9050);
  EXPECT_TRUE(plain->user.empty());
  const auto full = parse_proxy("http://us%45r:p%3Aa@ss@[::1]:80/");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->kind, proxy_kind::http);
  EXPECT_EQ(full->host, "::1");
  EXPECT_EQ(full->port, 80);
  EXPECT_EQ(full->user, "usEr");
  EXPECT_EQ(full->password, "p:a@ss");
  EXPECT_TRUE(parse_proxy("socks5h://proxy.example:1"));
  for (const char* bad : {"", "127.0.0.1:9050", "socks4://h:1", "https://h:1", "socks5://h",
                          "socks5://h:", "socks5://h:0", "socks5://[::1]", "socks5://h:1/x", "socks5://@h:1",
                          "socks5://u%4:p@h:1", "socks5://u%zz:p@h:1", "http://a%3Ab:p@h:1", "http://h:1?x"}) {
    EXPECT_FALSE(parse_proxy(bad)) << bad;
  }
  EXPECT_FALSE(parse_proxy("socks5://" + std::string(256, 'u') + ":p@h:1"));
}

outcome answer(proxy_dialogue& dialogue, std::string_view bytes) {
  dialogue.to_send.clear();
  outcome now = outcome::goes_on;
  for (const char c : bytes) {
    EXPECT_EQ(now, outcome::goes_on);
    now = dialogue.take(c);
  }
  return now;
}

template <std::size_t size>
std::string bytes(const char (&text)[size]) {
  return std::string(text, size - 1);
}

TEST(ProxyDialogue, AsksSocksForANameAsItIs) {
  proxy_dialogue dialogue(*parse_proxy("socks5://127.0.0.1:9050"), "relay.onion", 443);
  EXPECT_EQ(dialogue.to_send, bytes("\5\1\0"));
  EXPECT_EQ(answer(dialogue, bytes("\5\0")), outcome::goes_on);
  EXPECT_EQ(dialogue.to_send, bytes("\5\1\0\3\13relay.onion\1\xbb"));
  EXPECT_EQ(answer(dialogue, bytes("\5\0\0\1\0\0\0\0\0\0")), outcome::stands);
}

TEST(ProxyDialogue, AsksSocksForAddressesWithALogin) {
  proxy_dialogue dialogue(*parse_proxy("socks5://me:secret@127.0.0.1:9050"), "127.0.0.2", 80);
  EXPECT_EQ(dialogue.to_send, bytes("\5\1\2"));
  EXPECT_EQ(answer(dialogue, bytes("\5\2")), outcome::goes_on);
  EXPECT_EQ(dialogue.to_send, bytes("\1\2me\6secret"));
  EXPECT_EQ(answer(dialogue, bytes("\1\0")), outcome::goes_on);
  EXPECT_EQ(dialogue.to_send, bytes("\5\1\0\1\x7f\0\0\2\0\x50"));
  EXPECT_EQ(answer(dialogue, bytes("\5\0\0\3\3abc\0\0")), outcome::stands);
}

TEST(ProxyDialogue, SaysWhySocksRefuses) {
  const auto without = *parse_proxy("socks5://h:1");
  const auto with = *parse_proxy("socks5://u:p@h:1");
  const auto fails = [](const net::proxy& p, const std::string& said, errc cause, std::string_view words) {
    proxy_dialogue dialogue(p, "relay.example", 443);
    outcome now = outcome::goes_on;
    for (std::size_t i = 0; i < said.size() && now == outcome::goes_on; ++i) now = dialogue.take(said[i]);
    EXPECT_EQ(now, outcome::failed) << words;
    EXPECT_EQ(dialogue.failure().cause, cause) << words;
    EXPECT_NE(dialogue.failure().detail.find(words), std::string::npos) << dialogue.failure().detail;
  };
  fails(without, "HTTP", errc::connection_failed, "not SOCKS5");
  fails(without, bytes("\5\xff"), errc::connection_failed, "wants a user");
  fails(with, bytes("\5\xff"), errc::connection_failed, "takes no user");
  fails(with, bytes("\5\2\1\1"), errc::connection_failed, "refuses this user");
  fails(without, bytes("\5\0\5\5"), errc::connection_refused, "refused");
  fails(without, bytes("\5\0\5\4"), errc::network_unreachable, "unreachable");
  fails(without, bytes("\5\0\5\2"), errc::connection_failed, "not allowed");
  fails(without, bytes("\5\0\5\x77"), errc::connection_failed, "unknown error");
}

TEST(ProxyDialogue, AsksHttpForAConnection) {
  proxy_dialogue dialogue(*parse_proxy("http://Aladdin:open%20sesame@h:1"), "2001:db8::1", 443);
  EXPECT_EQ(dialogue.to_send,
            "CONNECT [2001:db8::1]:443 HTTP/1.1\r\nHost: [2001:db8::1]:443\r\n"
            "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
  EXPECT_EQ(answer(dialogue, "HTTP/1.0 200 Connection established\r\nVia: x\r\n\r\n"), outcome::stands);
}

TEST(ProxyDialogue, SaysWhyHttpRefuses) {
  const std::map<std::string, std::string> answers = {
      {"HTTP/1.1 407 Login\r\n\r\n", "407"}, {"HTTP/1.1 503 Down\r\nRetry-After: 1\r\n\r\n", "503"}, {"S", "not HTTP"}};
  for (const auto& [said, words] : answers) {
    proxy_dialogue dialogue(*parse_proxy("http://h:1"), "relay.example", 80);
    EXPECT_EQ(answer(dialogue, said), outcome::failed);
    EXPECT_NE(dialogue.failure().detail.find(words), std::string::npos) << dialogue.failure().detail;
  }
}

TEST(Redirect, LeadsWhereItsLocationSays) {
  const auto from = *base::url::parse("wss://relay.example:7777/a/b?c=d");
  const std::map<std::string, std::string> places = {
      {"wss://other.example/x", "wss://other.example/x"}, {"https://Other.example", "wss://other.example"},
      {"http://other.example", "ws://other.example"},     {"//other.example/y", "wss://other.example/y"},
      {"/z?q#fragment", "wss://relay.example:7777/z?q"},  {"c", "wss://relay.example:7777/a/c"},
      {"?e", "wss://relay.example:7777/a/b?e"},           {"c?d:e", "wss://relay.example:7777/a/c?d:e"}};
  for (const auto& [location, expected] : places) {
    const auto to = net::redirected(from, location);
    ASSERT_TRUE(to) << location;
    EXPECT_EQ(to->text, expected);
  }
  for (const char* bad : {"ftp://other.example", "wss://", "https://user@other.example/", "data:x"}) {
    EXPECT_FALSE(net::redirected(from, bad)) << bad;
  }
}

}  // namespace
}  // namespace uvnostr::test
