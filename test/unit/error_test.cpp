// SPDX-License-Identifier: MIT
#include <uvnostr/error.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace uvnostr {
namespace {

constexpr int first = static_cast<int>(errc::url_scheme);
constexpr int last = static_cast<int>(errc::no_document);

TEST(ErrorCategory, IsNamedAfterTheLibrary) { EXPECT_STREQ(error_category().name(), "uvnostr"); }

TEST(ErrorCategory, HasOneSentenceOfItsOwnForEachCode) {
  std::set<std::string> sentences;
  for (int code = first; code <= last; ++code) {
    const std::string sentence = error_category().message(code);
    EXPECT_EQ(sentence.find("has no error of number"), std::string::npos) << code;
    EXPECT_TRUE(sentence.ends_with('.')) << sentence;
    EXPECT_TRUE(sentences.insert(sentence).second) << sentence;
  }
}

TEST(ErrorCategory, SaysSoWhenANumberIsNoneOfItsCodes) {
  for (const int code : {0, -1, last + 1}) {
    EXPECT_EQ(error_category().message(code), "uvnostr has no error of number " + std::to_string(code) + ".");
  }
}

TEST(Errc, HasANameOfItsOwnForEachCode) {
  std::set<std::string_view> names;
  for (int code = first; code <= last; ++code)
    EXPECT_TRUE(names.insert(to_string(static_cast<errc>(code))).second) << code;
  EXPECT_EQ(names.count("unknown"), 0U);
  EXPECT_EQ(to_string(errc::url_scheme), "url_scheme");
  EXPECT_EQ(to_string(errc::option_range), "option_range");
  EXPECT_EQ(to_string(errc::auth_required), "auth_required");
  for (const int code : {0, -1, last + 1}) EXPECT_EQ(to_string(static_cast<errc>(code)), "unknown") << code;
}

TEST(Errc, BecomesAnErrorCodeByItself) {
  const std::error_code code = errc::closed;
  EXPECT_EQ(&code.category(), &error_category());
  EXPECT_EQ(code, errc::closed);
  EXPECT_NE(code, errc::refused);
}

TEST(Error, IsFalseWithoutACode) {
  const error none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none.code(), std::error_code());
  EXPECT_EQ(none.subject(), "");
}

TEST(Error, HoldsACodeAndWhatItIsAbout) {
  const error wrong(errc::url_scheme, "relays[1] (htp://x)");
  EXPECT_TRUE(wrong);
  EXPECT_EQ(wrong, errc::url_scheme);
  EXPECT_NE(wrong, errc::url_host);
  EXPECT_EQ(wrong.subject(), "relays[1] (htp://x)");
  EXPECT_EQ(wrong.message(), "relays[1] (htp://x): A relay URL begins with ws:// or wss://.");
}

TEST(Error, SaysTheCodesSentenceWhereTheCallSaysTheRest) {
  EXPECT_EQ(error(errc::closed).message(), make_error_code(errc::closed).message());
}

TEST(Error, SaysOfAnOptionWhatTheSubjectSays) {
  EXPECT_EQ(error(errc::option_range, "max_dials is 0; it must be at least 1").message(),
            "max_dials is 0; it must be at least 1.");
}

TEST(Error, BecomesAnErrorCodeByItself) {
  const std::error_code code = error(errc::queue_full, "x");
  EXPECT_EQ(code, errc::queue_full);
  EXPECT_EQ(error(errc::queue_full, "x"), code);
}

TEST(Error, HoldsCodesOfOtherCategories) {
  const error wrong = std::make_error_code(std::errc::address_in_use);
  EXPECT_EQ(wrong, std::errc::address_in_use);
  EXPECT_NE(wrong, errc::closed);
}

}  // namespace
}  // namespace uvnostr
