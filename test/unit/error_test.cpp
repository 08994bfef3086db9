// SPDX-License-Identifier: MIT
#include <uvnostr/error.hpp>

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace uvnostr {
namespace {

constexpr int first = static_cast<int>(errc::url_scheme);
constexpr int last = static_cast<int>(errc::auth_required);

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

TEST(Errc, BecomesAnErrorCodeByItself) {
  const std::error_code code = errc::closed;
  EXPECT_EQ(&code.category(), &error_category());
  EXPECT_EQ(code, errc::closed);
  EXPECT_NE(code, errc::refused);
}

}  // namespace
}  // namespace uvnostr
