// SPDX-License-Identifier: MIT
// Answers to the upgrade in every spelling that RFC 9110, RFC 9112 and RFC 6455 allow, and in others.
#include "net/upgrade_reader.hpp"

#include <gtest/gtest.h>

namespace uvnostr::test {
namespace {

using net::upgrade_reader;
using outcome = upgrade_reader::outcome;
using std::chrono::seconds;

const std::string rest_of_good = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: abc=\r\n\r\n";
const std::string good = "HTTP/1.1 101 Switching Protocols\r\n" + rest_of_good;

struct reading {
  outcome how = outcome::incomplete;
  std::size_t used = 0;
  upgrade_reader reader;
};

reading read(std::string_view bytes, std::size_t piece) {
  reading now;
  while (now.how == outcome::incomplete && now.used < bytes.size()) {
    std::size_t used = 0;
    now.how = now.reader.take(bytes.substr(now.used, piece), used);
    now.used += used;
  }
  return now;
}

reading read(std::string_view bytes) {
  const reading at_once = read(bytes, bytes.size());
  for (const std::size_t piece : {1, 2, 7}) {
    const reading in_pieces = read(bytes, piece);
    EXPECT_EQ(in_pieces.how, at_once.how) << bytes;
    EXPECT_EQ(in_pieces.used, at_once.used) << bytes;
    EXPECT_EQ(in_pieces.reader.body(), at_once.reader.body()) << bytes;
  }
  return at_once;
}

TEST(UpgradeReader, TakesAPlainAcceptanceAndLeavesWhatFollows) {
  const reading now = read(good + "\x81\x05hello");
  EXPECT_EQ(now.how, outcome::accepted);
  EXPECT_EQ(now.used, good.size());
  EXPECT_EQ(now.reader.accept(), "abc=");
  EXPECT_EQ(now.reader.status(), 101);
}

TEST(UpgradeReader, TakesFieldsInEverySpelling) {
  const std::string status = "HTTP/1.1 101 \r\n";
  const std::string accept = "sec-websocket-accept:abc=\r\n\r\n";
  for (const std::string& answer : {
           "HTTP/1.1 101\r\n" + rest_of_good,
           "HTTP/1.1 101 Schalte um \xf0\x9f\x98\x80\r\n" + rest_of_good,
           status + "UPGRADE:WebSocket\r\ncOnNeCtIoN:\t keep-alive ,\tuPGRADE \t\r\n" + accept,
           status + "Upgrade:\twebsocket\t \r\nConnection: keep-alive\r\nConnection: upgrade\r\n" + accept,
           status + "Upgrade: websocket\r\nConnection:,, Upgrade,\r\n" + accept,
           status + "Upgrade:\r\n websocket\r\nConnection: Upgrade\r\nX: a\r\n\tb\r\n  c:d\r\n" + accept,
           status + "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Accept: abc=  \n\n",
           status +
               "!#$%&'*+-.^_`|~09: odd name\r\nX:\r\nY: \x80\xff\r\nUpgrade: websocket\r\nConnection: upgrade\r\n" +
               accept,
           status + "Upgrade: websocket\r\nConnection: " + std::string(5000, ',') + "upgrade\r\n" + accept,
           status + "Sec-WebSocket-Extensions: \r\nUpgrade: websocket\r\nConnection: upgrade\r\n" + accept,
       }) {
    const reading now = read(answer);
    EXPECT_EQ(now.how, outcome::accepted) << now.reader.fault() << '\n' << answer;
    EXPECT_EQ(now.reader.accept(), "abc=");
  }
}

TEST(UpgradeReader, RefusesWhatBreaksTheRulesAtOnce) {
  const std::string status = "HTTP/1.1 101 \r\n";
  for (const std::string& answer : {
           std::string("S"),                           // another protocol, at its first byte
           std::string("HTTP/2"),                      // another version
           std::string("HTTP/1.1 1x1 \r\n"),           // no status
           std::string("HTTP/1.1  101 \r\n"),          // two blanks
           std::string("HTTP/1.1 099 \r\n"),           // no status either
           status + " Upgrade: websocket\r\n",         // a blank before the first field
           status + "Upgrade : websocket\r\n",         // a blank before the colon
           status + "Upgrade websocket\r\n",           // no colon
           status + ": websocket\r\n",                 // no name
           status + "Up(grade: websocket\r\n",         // no token
           status + "Upgrade: web\rs",                 // a carriage return in the line
           status + std::string("X: \0", 4),           // NUL
           status + "X: \x1b",                         // a control character
           status + "X: \x7f",                         // another one
           status + "X: " + std::string(20'000, 'x'),  // too long
       }) {
    const reading now = read(answer);
    EXPECT_EQ(now.how, outcome::malformed) << answer;
    EXPECT_FALSE(now.reader.fault().empty());
  }
}

TEST(UpgradeReader, RefusesAnAcceptanceThatLacksSomethingOrHasTooMuch) {
  for (const std::string& fields : {
           std::string("Connection: Upgrade\r\nSec-WebSocket-Accept: abc=\r\n\r\n"),
           std::string("Upgrade: websocket\r\nSec-WebSocket-Accept: abc=\r\n\r\n"),
           std::string("Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
           std::string("Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: abc=\r\n\r\n"),
           "Upgrade: h2c\r\n" + rest_of_good,
           "Sec-WebSocket-Accept: abc=\r\n" + rest_of_good,
           "Sec-WebSocket-Protocol: chat\r\n" + rest_of_good,
           "Sec-WebSocket-Extensions: permessage-deflate\r\n" + rest_of_good,
       }) {
    EXPECT_EQ(read("HTTP/1.1 101 \r\n" + fields).how, outcome::malformed) << fields;
  }
}

TEST(UpgradeReader, PassesOverAnswersThatAreNotTheLast) {
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nSec-WebSocket-Accept: wrong\r\nRetry-After: 9\r\n\r\n";
  const reading now = read(hints + "HTTP/1.1 100 \r\n\r\n" + good);
  EXPECT_EQ(now.how, outcome::accepted);
  EXPECT_EQ(now.reader.accept(), "abc=");
  EXPECT_TRUE(now.reader.retry_after().empty());
  std::string endless;
  while (endless.size() < 2 * upgrade_reader::most_bytes) endless += hints;
  EXPECT_EQ(read(endless).how, outcome::malformed);
}

TEST(UpgradeReader, ShowsTheBodyOfARefusal) {
  const std::string refusal = "HTTP/1.1 403 Forbidden\r\nLocation: /x\r\nDate: d\r\n";
  const reading sized = read(refusal + "Content-Length: 7\r\n\r\nnot youmore");
  EXPECT_EQ(sized.how, outcome::refused);
  EXPECT_EQ(sized.reader.status(), 403);
  EXPECT_EQ(sized.reader.body(), "not you");
  EXPECT_EQ(sized.reader.location(), "/x");
  EXPECT_EQ(sized.reader.date(), "d");
  const reading chunked = read(refusal + "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nnot \r\n3\r\nyou\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.how, outcome::refused);
  EXPECT_EQ(chunked.reader.body(), "not you");
  const reading until_end = read(refusal + "\r\nnot you");
  EXPECT_EQ(until_end.how, outcome::incomplete);
  EXPECT_EQ(until_end.reader.status(), 403);
  EXPECT_EQ(until_end.reader.body(), "not you");
  EXPECT_EQ(read(refusal + "\r\n" + std::string(5000, 'x')).how, outcome::refused);
  EXPECT_EQ(read(refusal + "Content-Length: 0\r\n\r\n").how, outcome::refused);
  EXPECT_EQ(read(refusal + "Content-Encoding: gzip\r\n\r\n").how, outcome::refused);
}

TEST(HttpDate, IsReadInItsThreeForms) {
  const unix_seconds now{seconds{1'700'000'000}};
  const unix_seconds expected{seconds{784'111'777}};
  EXPECT_EQ(net::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now), expected);
  EXPECT_EQ(net::parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now), expected);
  EXPECT_EQ(net::parse_http_date("Sun Nov  6 08:49:37 1994", now), expected);
  for (const char* bad :
       {"", "Sun", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nop 1994 08:49:37 GMT", "Sun Nov 66 08:49:37 1994", "Sunday, 06 Nov 94 08:49:37 GMT"}) {
    EXPECT_FALSE(net::parse_http_date(bad, now)) << bad;
  }
}

TEST(RetryAfter, IsSecondsOrADate) {
  const unix_seconds now{seconds{784'111'777}};
  EXPECT_EQ(net::parse_retry_after("120", {}, now), seconds(120));
  EXPECT_EQ(net::parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", {}, now), seconds(60));
  EXPECT_EQ(net::parse_retry_after("Sun, 06 Nov 1994 08:40:37 GMT", {}, now), seconds(0));
  // The server's clock goes five minutes fast.
  EXPECT_EQ(net::parse_retry_after("Sun, 06 Nov 1994 08:55:37 GMT", now + seconds(300), now), seconds(60));
  for (const char* bad : {"", "-1", "1.5", "soon", "99999999999999999999"}) {
    EXPECT_FALSE(net::parse_retry_after(bad, {}, now)) << bad;
  }
}

}  // namespace
}  // namespace uvnostr::test
