// SPDX-License-Identifier: MIT
// Compares frame_scan with a slow oracle, on valid events, events with a few changed bytes, and hostile pieces.
// UVNOSTR_ORACLE_CASES and UVNOSTR_ORACLE_SEED choose how many and which.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "unit/frame_scan_oracle.hpp"
#include "unit/guarded_memory.hpp"
#include "wire/event_record.hpp"

namespace uvnostr {
namespace {

using random_source = std::mt19937_64;

std::size_t below(random_source& random, std::size_t count) { return static_cast<std::size_t>(random() % count); }

template <std::size_t Count>
std::string_view one_of(random_source& random, const std::string_view (&choices)[Count]) {
  return choices[below(random, Count)];
}

constexpr std::string_view odd_texts[] = {"a",
                                          "hello",
                                          " ",
                                          "\\n",
                                          "\\\"",
                                          "\\\\",
                                          "\\/",
                                          "\\b\\f\\r\\t",
                                          "/",
                                          "\x7f",
                                          "é",
                                          "🧡",
                                          "हिन्दी",
                                          "\\u00e9",
                                          "\\ud83e\\udde1",
                                          "\\u0000",
                                          "\\u001f",
                                          "\\u0022",
                                          "\\u005C",
                                          "\\u2028",
                                          "\\uFFFF",
                                          "\xef\xbf\xbe",
                                          "\\u000a",
                                          "\\\"id\\\":\\\"",
                                          "],[",
                                          "}",
                                          "{",
                                          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                                          "the quick brown fox jumps over the lazy dog"};
constexpr std::string_view odd_bytes[] = {"\"",
                                          "\\",
                                          "{",
                                          "}",
                                          "[",
                                          "]",
                                          ",",
                                          ":",
                                          " ",
                                          "\n",
                                          "\t",
                                          "0",
                                          "1",
                                          "9",
                                          "-",
                                          "+",
                                          ".",
                                          "e",
                                          "E",
                                          "a",
                                          "f",
                                          "g",
                                          "A",
                                          "u",
                                          "t",
                                          "\\u",
                                          "\\ud800",
                                          "\\udc00",
                                          "\\udbff\\udfff",
                                          "\x1f",
                                          "\x7f",
                                          "\x80",
                                          "\xbf",
                                          "\xc0",
                                          "\xc2\x80",
                                          "\xed\xa0\x80",
                                          "\xe0\x80\x80",
                                          "\xf4\x90\x80\x80",
                                          "\xf0\x80\x80\x80",
                                          "\xff",
                                          "\"id\":",
                                          "\"\\u0069d\":",
                                          "\"kind\":1,",
                                          "null",
                                          "true",
                                          "[[",
                                          "]]",
                                          "[[]]",
                                          "{}",
                                          "\"\"",
                                          "65536",
                                          "\xef\xbb\xbf",
                                          "\f",
                                          "\v"};
constexpr std::string_view odd_values[] = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "-1.5e+3",
    "1E9",
    "0.1",
    "\"x\"",
    "{}",
    "[]",
    "[{\"id\":[{}]},\"id\"]",
    " [ 1 , 2 ] ",
    "{\"id\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"a\":{\"b\":[1,[2]]}}"};
constexpr std::string_view odd_numbers[] = {
    "0",          "1",     "65535", "65536", "9007199254740991",     "9007199254740992", "-0",    "-5",
    "01",         "1.0",   "1e3",   "1E0",   "18446744073709551617", "4294967297",       "\"1\"", "null",
    "1700000000", "30023", "00",    "9",     "99999999999999999999"};
constexpr std::string_view odd_names[] = {"x",         "ID",         "idd", "i", "", "sig ", "relays", "content\\u0000",
                                          "\\u0069d2", "created_at2"};

/// Makes messages of every allowed form, and occasionally a forbidden one.
class message_maker {
 public:
  explicit message_maker(random_source& random) : random_(random) {}

  std::string message() {
    std::string out = space() + "[" + space() + (rarely() ? "\"\\u0045VENT\"" : "\"EVENT\"") + space() + "," + space();
    out += string(3) + space() + "," + space() + event();
    while (rarely()) out += space() + "," + value();
    return out + space() + "]" + space();
  }

 private:
  bool rarely() { return below(random_, 16) == 0; }
  std::string space() {
    if (below(random_, 32) != 0) return {};
    constexpr std::string_view kinds[] = {" ", "\n", "\t", "\r", "  \r\n\t"};
    return std::string(one_of(random_, kinds));
  }
  std::string text(std::size_t most) {
    std::string out;
    for (std::size_t i = below(random_, most + 1); i != 0; --i) out += one_of(random_, odd_texts);
    return out;
  }
  std::string string(std::size_t most) { return '"' + text(most) + '"'; }
  std::string hex(std::size_t digits) {
    std::string out;
    while (out.size() < digits) out += "0123456789abcdef"[below(random_, 16)];
    if (below(random_, 256) == 0) out[below(random_, digits)] = "AFGg/:`@ "[below(random_, 9)];
    if (below(random_, 256) == 0) out.pop_back();
    return '"' + out + '"';
  }
  std::string value() {
    if (!rarely()) return std::string(one_of(random_, odd_values));
    const std::size_t depth = 60 + below(random_, 8);
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  }
  std::string number(std::string usual) {
    return below(random_, 24) == 0 ? std::string(one_of(random_, odd_numbers)) : usual;
  }
  std::string tags() {
    std::string out = "[" + space();
    for (std::size_t i = 0, count = below(random_, 4); i < count; ++i) {
      out += (i == 0 ? "" : ",") + space() + "[" + space();
      for (std::size_t n = 0, items = below(random_, 4); n < items; ++n) {
        out += (n == 0 ? "" : ",") + space() + (below(random_, 2) == 0 ? hex(64) : string(2)) + space();
      }
      out += "]" + space();
    }
    return out + "]";
  }
  /// A member's name with some characters escaped.
  std::string name(std::string_view plain) {
    std::string out = "\"";
    for (const char c : plain) {
      const auto byte = static_cast<std::uint8_t>(c);
      out += below(random_, 200) == 0 ? "\\u00" + base::to_hex({&byte, 1}) : std::string(1, c);
    }
    return out + '"';
  }
  std::string event() {
    std::vector<std::string> members = {
        name("id") + space() + ":" + space() + hex(64),
        name("pubkey") + space() + ":" + space() + hex(64),
        name("sig") + space() + ":" + space() + hex(128),
        name("kind") + space() + ":" + space() + number(std::to_string(below(random_, 40000))),
        name("created_at") + space() + ":" + space() + number(std::to_string(1700000000 + below(random_, 1000000))),
        name("content") + space() + ":" + space() + string(below(random_, 2) == 0 ? 3 : 12),
        name("tags") + space() + ":" + space() + tags()};
    while (rarely()) members.push_back(name(one_of(random_, odd_names)) + ":" + value());
    if (below(random_, 64) == 0) members.push_back(members[below(random_, members.size())]);
    if (below(random_, 64) == 0) members.erase(members.begin());
    std::shuffle(members.begin(), members.end(), random_);
    std::string out = "{" + space();
    for (std::size_t i = 0; i < members.size(); ++i) out += (i == 0 ? "" : ",") + space() + members[i] + space();
    return out + "}";
  }

  random_source& random_;
};

void mutate(std::string& message, random_source& random) {
  const std::size_t at = below(random, message.size());
  switch (below(random, 7)) {
    case 0: message[at] = static_cast<char>(message[at] ^ (1 << below(random, 8))); break;
    case 1: message[at] = static_cast<char>(below(random, 256)); break;
    case 2: message.erase(at, 1 + below(random, 3)); break;
    case 3: message.insert(at, one_of(random, odd_bytes)); break;
    case 4: message.replace(at, 1, one_of(random, odd_bytes)); break;
    case 5: message.insert(below(random, message.size()), message.substr(at, below(random, 80))); break;
    default: message.resize(at + 1); break;
  }
}

std::uint64_t setting(const char* name, std::uint64_t usual) {
  const char* const text = std::getenv(name);
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

TEST(FrameScanOracle, AgreesOverValidAndMutatedMessages) {
  const std::uint64_t seed = setting("UVNOSTR_ORACLE_SEED", std::random_device{}());
  const std::uint64_t cases = setting("UVNOSTR_ORACLE_CASES", 300'000);
  std::cout << "seed " << seed << ", " << cases << " cases\n";
  random_source random(seed);
  message_maker maker(random);
  test::guarded_memory memory;
  wire::event_record record;
  std::size_t accepted = 0;
  std::string valid;
  for (std::uint64_t i = 0; i < cases; ++i) {
    if (i % 8 == 0) valid = maker.message();
    std::string message = valid;
    for (std::size_t changes = i % 8 == 0 ? 0 : 1 + below(random, 2); changes != 0 && !message.empty(); --changes) {
      mutate(message, random);
    }
    ASSERT_EQ(test::disagreement(memory.place(message), record, accepted), "")
        << "case " << i << " of seed " << seed << ": " << test::visible(message);
  }
  std::cout << accepted << " accepted\n";
  EXPECT_GT(accepted, cases / 20);
  EXPECT_LT(accepted, cases / 2);
}

TEST(FrameScanOracle, AgreesOverEveryTruncationAndEveryByteAtEveryPlace) {
  const std::string message =
      "[\"EVENT\",\"s\",{\"content\":\"a\\u00e9\\ud83e\\udde1\\n é🧡\",\"created_at\":10,\"id\":\"" +
      std::string(64, 'a') + "\",\"kind\":1,\"pubkey\":\"" + std::string(64, 'b') + "\",\"sig\":\"" +
      std::string(128, 'c') + "\",\"tags\":[[\"e\",\"\\\\\"],[]],\"x\":{\"y\":[-1.5e+3,true,null]}}, 1]";
  test::guarded_memory memory;
  wire::event_record record;
  std::size_t accepted = 0;
  for (std::size_t size = 0; size <= message.size(); ++size) {
    ASSERT_EQ(test::disagreement(memory.place(message.substr(0, size)), record, accepted), "")
        << "first " << size << " bytes";
  }
  ASSERT_EQ(accepted, 1U);
  for (std::size_t at = 0; at < message.size(); ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string changed = message;
      changed[at] = static_cast<char>(byte);
      ASSERT_EQ(test::disagreement(memory.place(changed), record, accepted), "") << test::visible(changed);
    }
  }
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) c == '|' ? void(parts.emplace_back()) : parts.back().push_back(c);
  return parts;
}

TEST(FrameScanOracle, AgreesOverEveryKindOfBlankBetweenEveryPairOfTokens) {
  const std::string hex(64, 'a');
  const std::vector<std::string> tokens =
      split(R"([|"EVENT"|,|"s"|,|{|"content"|:|"a b"|,|"created_at"|:|10|,|"id"|:|")" + hex +
            R"("|,|"x"|:|{|"y"|:|[|-1.5e+3|,|true|,|{|}|,|[|]|]|}|,|"kind"|:|1|,|"pubkey"|:|")" + hex +
            R"("|,|"sig"|:|")" + hex + hex + R"("|,|"tags"|:|[|[|"e"|,|"f"|]|,|[|]|]|}|,|null|])");
  // The last three are no white space in JSON.
  std::vector<std::string> blanks = split(" |\t|\n|\r|  |\t  |\r\n| \f|\v|" + std::string("  \0", 3));
  blanks.insert(blanks.begin(), {std::string(15, ' '), std::string(40, '\t')});
  test::guarded_memory memory;
  wire::event_record record;
  std::size_t accepted = 0;
  for (const std::string& blank : blanks) {
    std::string everywhere;
    for (std::size_t gap = 0; gap <= tokens.size(); ++gap) {
      std::string message;
      for (std::size_t i = 0; i < tokens.size(); ++i) message += (i == gap ? blank : "") + tokens[i];
      if (gap == tokens.size()) message += blank;
      ASSERT_EQ(test::disagreement(memory.place(message), record, accepted), "") << test::visible(message);
      everywhere += blank + (gap == tokens.size() ? "" : tokens[gap]);
    }
    ASSERT_EQ(test::disagreement(memory.place(everywhere), record, accepted), "") << test::visible(everywhere);
  }
  EXPECT_EQ(accepted, (blanks.size() - 3) * (tokens.size() + 2));
}

}  // namespace
}  // namespace uvnostr
