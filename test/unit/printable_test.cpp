// SPDX-License-Identifier: MIT
#include <uvnostr/printable.hpp>

#include <string>

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace uvnostr {
namespace {

using namespace std::string_literals;

const std::string mark = "\xef\xbf\xbd";

TEST(Printable, LeavesTextAsItIs) {
  for (const std::string& text : {""s, "plain"s,
                                  "Stra\xc3\x9f"
                                  "e \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"s,
                                  "\"<&>\\\""s})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, MakesOneLineOfSeveral) { EXPECT_EQ(printable("a\nb\tc\r\nd"), "a b c  d"); }

TEST(Printable, ReplacesEveryControlCharacter) {
  for (int byte = 0; byte < 0x20; ++byte) {
    if (byte == '\t' || byte == '\n' || byte == '\r') continue;
    EXPECT_EQ(printable(std::string(1, static_cast<char>(byte))), mark) << byte;
  }
  EXPECT_EQ(printable("a\x1b[2Jb\x7f"), "a" + mark + "[2Jb" + mark);
  for (int byte = 0x80; byte < 0xa0; ++byte) EXPECT_EQ(printable("\xc2"s + static_cast<char>(byte)), mark) << byte;
  EXPECT_EQ(printable("\xc2\xa0"), "\xc2\xa0");
}

TEST(Printable, ReplacesWhatTurnsTheTextAround) {
  for (const char* text : {"\xe2\x80\xaa", "\xe2\x80\xab", "\xe2\x80\xac", "\xe2\x80\xad", "\xe2\x80\xae",
                           "\xe2\x81\xa6", "\xe2\x81\xa7", "\xe2\x81\xa8", "\xe2\x81\xa9", "\xe2\x80\x8e",
                           "\xe2\x80\x8f", "\xd8\x9c", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xf3\xa0\x80\x81"}) {
    EXPECT_EQ(printable("a"s + text + "b"), "a" + mark + "b") << text;
  }
}

TEST(Printable, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(printable("a\xff\xfe"
                      "b"),
            "a" + mark + mark + "b");
  EXPECT_EQ(printable("a\xe2\x80"), "a" + mark + mark);
  EXPECT_EQ(printable("\xed\xa0\x80"), mark + mark + mark);  // a surrogate
}

TEST(Printable, GivesUtf8ForAnyBytes) {
  std::string text;
  unsigned random = 1;
  for (int i = 0; i < 10'000; ++i) {
    random = random * 1103515245U + 12345U;
    text += static_cast<char>(random >> 16);
  }
  EXPECT_TRUE(base::is_utf8(printable(text)));
}

}  // namespace
}  // namespace uvnostr
