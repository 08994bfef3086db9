// SPDX-License-Identifier: MIT
#include "base/url.hpp"

#include <string>

#include <gtest/gtest.h>

#include <uvnostr/url.hpp>

namespace uvnostr::base {
namespace {

std::string text_of(std::string_view url_text) {
  const auto parsed = url::parse(url_text);
  return parsed ? parsed->text : parsed.error().message();
}

std::error_code error_of(std::string_view url_text) { return url::parse(url_text).error(); }

TEST(Url, GivesThePartsOfAPlainUrl) {
  const auto parsed = url::parse("wss://relay.example.com/a/b?c=d");
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->secure);
  EXPECT_EQ(parsed->host, "relay.example.com");
  EXPECT_EQ(parsed->port, 443);
  EXPECT_EQ(parsed->target, "/a/b?c=d");
  EXPECT_EQ(parsed->authority(), "relay.example.com");
  EXPECT_EQ(parsed->text, "wss://relay.example.com/a/b?c=d");
}

TEST(Url, HasPort80WithoutTls) { EXPECT_EQ(url::parse("ws://localhost")->port, 80); }

TEST(Url, AsksForTheSlashWhenThereIsNoPath) {
  EXPECT_EQ(url::parse("ws://host")->target, "/");
  EXPECT_EQ(url::parse("ws://host?x")->target, "/?x");
}

TEST(Url, MakesSpellingsOfOneRelayOne) {
  for (const char* spelling :
       {"wss://relay.example", "wss://relay.example/", "WSS://Relay.EXAMPLE", "wss://relay.example:443",
        "wss://relay.example:443/", "wss://relay.example.", "wss://relay.example:00443/"}) {
    EXPECT_EQ(text_of(spelling), "wss://relay.example") << spelling;
  }
  EXPECT_EQ(text_of("ws://h?x"), "ws://h/?x");
}

TEST(Url, KeepsWhatMakesRelaysDifferent) {
  EXPECT_EQ(text_of("ws://relay.example:443"), "ws://relay.example:443");
  EXPECT_EQ(text_of("wss://relay.example:80"), "wss://relay.example:80");
  EXPECT_EQ(text_of("wss://relay.example/Path/?Query=%7e&a=ws://b@c"),
            "wss://relay.example/Path/?Query=%7e&a=ws://b@c");
  EXPECT_EQ(text_of("wss://relay.example//"), "wss://relay.example//");
}

TEST(Url, RefusesOtherSchemes) {
  for (const char* text : {"", "relay.example", "http://relay.example", "wss:/relay.example", "wss:relay", "ws",
                           " wss://relay.example", "\nwss://relay.example", "wsss://relay.example"}) {
    EXPECT_EQ(error_of(text), errc::url_scheme) << text;
  }
}

TEST(Url, RefusesHostsThatCannotBe) {
  const std::string long_label(64, 'a');
  std::string long_name;
  while (long_name.size() < 254) long_name += "abcdefg.";
  for (const std::string& host :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("a b"),
        std::string("a\tb"), std::string("rel\xc3\xa4y.example"), std::string("a%62c"), std::string("a\\b"),
        std::string("a*b"), std::string("a\0b", 3), long_label, long_name, std::string("relay.example ")}) {
    EXPECT_EQ(error_of("wss://" + host), errc::url_host) << host;
    EXPECT_EQ(error_of("wss://" + host + ":1/"), errc::url_host) << host;
  }
}

TEST(Url, AcceptsNamesAsTheyAreUsed) {
  for (const char* host :
       {"localhost", "my_relay", "xn--rely-loa.example", "a-b.c", "3com.com", "1.2.3.4", "255.255.255.255"}) {
    EXPECT_EQ(text_of(std::string("ws://") + host), std::string("ws://") + host);
  }
}

TEST(Url, RefusesTheOldNotationsOfIpv4) {
  for (const char* host :
       {"127.1", "2130706433", "0x7f.1", "0x7f000001", "127.0.0.01", "1.2.3.256", "1.2.3.4.5", "a.1"}) {
    EXPECT_EQ(error_of(std::string("ws://") + host), errc::url_host) << host;
  }
}

TEST(Url, TakesIpv6InBracketsAndGivesItsOneSpelling) {
  const auto parsed = url::parse("ws://[2001:DB8:0:0::1]:8080/x");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->host, "2001:db8::1");
  EXPECT_TRUE(parsed->host_is_ipv6());
  EXPECT_EQ(parsed->authority(), "[2001:db8::1]:8080");
  EXPECT_EQ(parsed->text, "ws://[2001:db8::1]:8080/x");
  EXPECT_EQ(text_of("ws://[0:0:0:0:0:0:0:1]"), "ws://[::1]");
  EXPECT_EQ(text_of("ws://[::]"), "ws://[::]");
  EXPECT_EQ(text_of("ws://[1::]"), "ws://[1::]");
  EXPECT_EQ(text_of("ws://[::ffff:1.2.3.4]"), "ws://[::ffff:102:304]");
  EXPECT_EQ(text_of("ws://[1:0:0:2:0:0:0:3]"), "ws://[1:0:0:2::3]");
  EXPECT_EQ(text_of("ws://[1:0:2:3:4:5:6:7]"), "ws://[1:0:2:3:4:5:6:7]");
  EXPECT_EQ(text_of("ws://[1:0:0:2:3:0:0:4]"), "ws://[1::2:3:0:0:4]");
}

TEST(Url, RefusesWhatIsNoIpv6) {
  for (const char* host : {"[]",
                           "[1]",
                           "[::1",
                           "::1",
                           "[1:2:3:4:5:6:7]",
                           "[1:2:3:4:5:6:7:8:9]",
                           "[1:2:3:4:5:6:7::8]",
                           "[1::2::3]",
                           "[:::]",
                           "[12345::]",
                           "[g::]",
                           "[::1%eth0]",
                           "[::1.2.3]",
                           "[1.2.3.4::]",
                           "[::1]x",
                           "[1:2:3:4:5:6:7:1.2.3.4]",
                           "[:1]",
                           "[1:]",
                           "[1:2:3:4:5:6:7:]",
                           "[1.2.3.4]"}) {
    EXPECT_EQ(error_of(std::string("ws://") + host), errc::url_host) << host;
  }
}

TEST(Url, RefusesPortsOutOfRange) {
  for (const char* port : {"0", "65536", "99999999999999999999", "-1", "+1", "1x", " 1", "1 ", "", "0x50", "80:80"}) {
    EXPECT_EQ(error_of(std::string("ws://host:") + port), errc::url_port) << port;
  }
  EXPECT_EQ(url::parse("ws://host:1")->port, 1);
  EXPECT_EQ(url::parse("ws://host:65535")->port, 65535);
}

TEST(Url, RefusesUserInfo) {
  EXPECT_EQ(error_of("wss://user@relay.example"), errc::url_userinfo);
  EXPECT_EQ(error_of("wss://user:password@relay.example/"), errc::url_userinfo);
  EXPECT_EQ(error_of("wss://@relay.example"), errc::url_userinfo);
}

TEST(Url, RefusesFragments) {
  EXPECT_EQ(error_of("wss://relay.example#"), errc::url_fragment);
  EXPECT_EQ(error_of("wss://relay.example/path#part"), errc::url_fragment);
}

TEST(Url, RefusesCharactersThatWouldBreakTheRequestLine) {
  for (const std::string& path :
       {std::string("/a b"), std::string("/a\r\nX: y"), std::string("/\x7f"), std::string("/\0", 2),
        std::string("?a\tb"), std::string("/\xc3\xa4"), std::string("/ ")}) {
    EXPECT_EQ(error_of("wss://relay.example" + path), errc::url_path) << path;
  }
}

TEST(Url, ShowsNoPasswordAndNothingThatSteersATerminal) {
  EXPECT_EQ(url::shown("htp://x"), "htp://x");
  EXPECT_EQ(url::shown("wss://user:secret@relay.example/x"), "***@relay.example/x");
  EXPECT_EQ(url::shown("wss://user:se/cret@relay.example"), "***@relay.example");
  EXPECT_EQ(url::shown("ws://a\x1b[2J"), "ws://a\xef\xbf\xbd[2J");
  EXPECT_EQ(url::shown(std::string(300, 'a')), std::string(200, 'a') + "...");
}

TEST(NormalizeUrl, GivesTheSpellingThatRelaysAreComparedBy) {
  EXPECT_EQ(*normalize_url("WSS://Relay.Example:443/"), "wss://relay.example");
  EXPECT_EQ(*normalize_url("ws://relay.example:81/a?b"), "ws://relay.example:81/a?b");
  EXPECT_EQ(normalize_url("http://relay.example").error(), error(errc::url_scheme, "http://relay.example"));
}

}  // namespace
}  // namespace uvnostr::base
