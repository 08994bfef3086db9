// SPDX-License-Identifier: MIT
// frame_scan against a slow oracle, over valid events, the same with a few bytes changed, and hostile pieces.
// UVNOSTR_ORACLE_CASES and UVNOSTR_ORACLE_SEED choose how much and which.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/hex.hpp"
#include "event_oracle.hpp"
#include "wire/canonical.hpp"
#include "wire/event_record.hpp"

namespace uvnostr {
namespace {

using random_source = std::mt19937_64;

std::size_t below(random_source& random, std::size_t count) { return static_cast<std::size_t>(random() % count); }

template <std::size_t Count>
std::string_view one_of(random_source& random, const std::string_view (&choices)[Count]) {
  return choices[below(random, Count)];
}

/// Memory that ends where nothing can be read: a scan past the end of a message ends the test.
class guarded_memory {
 public:
  guarded_memory() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), size_(16 * page_) {
    void* const memory = mmap(nullptr, size_ + page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(static_cast<char*>(memory) + size_, page_, PROT_NONE) != 0) std::abort();
    end_ = static_cast<char*>(memory) + size_;
  }
  ~guarded_memory() { munmap(end_ - size_, size_ + page_); }
  guarded_memory(const guarded_memory&) = delete;
  guarded_memory& operator=(const guarded_memory&) = delete;

  std::string_view place(std::string_view text) {
    if (text.size() > size_) std::abort();
    char* const begin = end_ - text.size();
    std::memcpy(begin, text.data(), text.size());
    return {begin, text.size()};
  }

 private:
  std::size_t page_;
  std::size_t size_;
  char* end_ = nullptr;
};

std::string unescaped(std::string_view body) {
  std::string text;
  wire::append_unescaped(text, body);
  return text;
}

void append_slowly(std::string& out, std::string_view text, bool escape_controls) {
  out += '"';
  for (const char c : text) {
    const std::size_t letter = std::string_view("\n\"\\\r\t\b\f").find(c);
    if (letter != std::string_view::npos) {
      out += '\\';
      out += "n\"\\rtbf"[letter];
    } else if (static_cast<unsigned char>(c) < 0x20 && escape_controls) {
      const auto byte = static_cast<std::uint8_t>(c);
      out += "\\u00" + base::to_hex({&byte, 1});
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string canonical_slowly(const test::oracle_event& event, bool escape_controls) {
  std::string out = "[0,\"" + event.pubkey + "\"," + std::to_string(event.created_at) + "," + std::to_string(event.kind) + ",[";
  for (std::size_t i = 0; i < event.tags.size(); ++i) {
    out += i == 0 ? "[" : ",[";
    for (std::size_t n = 0; n < event.tags[i].size(); ++n) {
      if (n != 0) out += ',';
      append_slowly(out, event.tags[i][n], escape_controls);
    }
    out += ']';
  }
  out += "],";
  append_slowly(out, event.content, escape_controls);
  return out + "]";
}

/// What differs between an accepted event and what the oracle read; empty if nothing.
std::string difference(const wire::event_fields& fields, const test::oracle_event& expected, wire::event_record& record) {
  if (base::to_hex(fields.id.bytes) != expected.id) return "id";
  if (base::to_hex(fields.pubkey.bytes) != expected.pubkey) return "pubkey";
  if (base::to_hex(fields.sig.bytes) != expected.sig) return "sig";
  if (static_cast<std::uint64_t>(fields.created_at) != expected.created_at) return "created_at";
  if (fields.kind != expected.kind) return "kind";
  record.assign(fields);
  if (record.content() != expected.content) return "content";
  if (record.tags().size() != expected.tags.size()) return "number of tags";
  for (std::size_t i = 0; i < expected.tags.size(); ++i) {
    if (!std::ranges::equal(record.tags()[i].items(), expected.tags[i])) return "tag";
  }
  std::string verbatim;
  std::string escaped;
  const bool controls = wire::append_canonical(verbatim, fields, wire::control_style::verbatim);
  wire::append_canonical(escaped, fields, wire::control_style::escaped);
  if (verbatim != canonical_slowly(expected, false)) return "canonical form";
  if (escaped != canonical_slowly(expected, true)) return "canonical form with escaped controls";
  if (controls != (verbatim != escaped)) return "whether there are control characters";
  const std::optional<wire::raw_event> alone = wire::parse_event(fields.json);
  if (!alone || alone->fields().json != fields.json || alone->fields().sig != fields.sig) return "parse_event";
  return {};
}

/// What the library does other than the oracle; empty if nothing.
std::string disagreement(std::string_view message, wire::event_record& record, std::size_t& accepted) {
  const test::oracle_verdict expected = test::judge(message);
  const wire::frame_head head = wire::scan_head(message);
  if (head.verb != wire::verb::event) {
    if (expected.event) return "an event is not seen";
    return expected.is_json && head.verb != expected.verb ? "verb" : "";
  }
  const std::optional<event_id> id = wire::scan_id(head.event);
  const std::optional<wire::raw_event> event = wire::scan_event(head.event);
  if (expected.undecided) return {};
  if (expected.is_json && expected.verb != wire::verb::event) return "verb";
  if (event.has_value() != expected.event.has_value()) return event ? "a wrong event is accepted" : "an event is refused";
  if (!event) return {};
  ++accepted;
  if (unescaped(head.subscription) != expected.subscription) return "subscription";
  if (!id || *id != event->fields().id) return "scan_id";
  return difference(event->fields(), *expected.event, record);
}

constexpr std::string_view odd_texts[] = {
    "a", "hello", " ", "\\n", "\\\"", "\\\\", "\\/", "\\b\\f\\r\\t", "/", "\x7f", "é", "🧡", "हिन्दी", "\\u00e9", "\\ud83e\\udde1",
    "\\u0000", "\\u001f", "\\u0022", "\\u005C", "\\u2028", "\\uFFFF", "\xef\xbf\xbe", "\\u000a", "\\\"id\\\":\\\"", "],[", "}", "{",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "the quick brown fox jumps over the lazy dog"};
constexpr std::string_view odd_bytes[] = {
    "\"", "\\", "{", "}", "[", "]", ",", ":", " ", "\n", "\t", "0", "1", "9", "-", "+", ".", "e", "E", "a", "f", "g", "A", "u", "t",
    "\\u", "\\ud800", "\\udc00", "\\udbff\\udfff", "\x1f", "\x7f", "\x80", "\xbf", "\xc0", "\xc2\x80", "\xed\xa0\x80", "\xe0\x80\x80",
    "\xf4\x90\x80\x80", "\xf0\x80\x80\x80", "\xff", "\"id\":", "\"\\u0069d\":", "\"kind\":1,", "null", "true", "[[", "]]", "[[]]",
    "{}", "\"\"", "65536", "\xef\xbb\xbf", "\f", "\v"};
constexpr std::string_view odd_values[] = {
    "null", "true", "false", "0", "-0", "-1.5e+3", "1E9", "0.1", "\"x\"", "{}", "[]", "[{\"id\":[{}]},\"id\"]", " [ 1 , 2 ] ",
    "{\"id\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"a\":{\"b\":[1,[2]]}}"};
constexpr std::string_view odd_numbers[] = {"0",     "1",  "65535", "65536", "9007199254740991", "9007199254740992", "-0", "-5", "01",
                                            "1.0",   "1e3", "1E0",  "18446744073709551617", "4294967297", "\"1\"", "null", "1700000000",
                                            "30023", "00", "9",    "99999999999999999999"};
constexpr std::string_view odd_names[] = {"x", "ID", "idd", "i", "", "sig ", "relays", "content\\u0000", "\\u0069d2", "created_at2"};

/// Makes messages of every shape that is allowed, and now and then one that is not.
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
  std::string number(std::string usual) { return below(random_, 24) == 0 ? std::string(one_of(random_, odd_numbers)) : usual; }
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
  /// A name of a member with some of its characters as escapes.
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

/// Prints what a message is where it cannot be seen.
std::string visible(std::string_view message) {
  std::string out;
  append_slowly(out, message, true);
  return out;
}

TEST(FrameScanOracle, AgreesOverValidAndMutatedMessages) {
  const std::uint64_t seed = setting("UVNOSTR_ORACLE_SEED", std::random_device{}());
  const std::uint64_t cases = setting("UVNOSTR_ORACLE_CASES", 300'000);
  std::cout << "seed " << seed << ", " << cases << " cases\n";
  random_source random(seed);
  message_maker maker(random);
  guarded_memory memory;
  wire::event_record record;
  std::size_t accepted = 0;
  std::string valid;
  for (std::uint64_t i = 0; i < cases; ++i) {
    if (i % 8 == 0) valid = maker.message();
    std::string message = valid;
    for (std::size_t changes = i % 8 == 0 ? 0 : 1 + below(random, 2); changes != 0 && !message.empty(); --changes) {
      mutate(message, random);
    }
    ASSERT_EQ(disagreement(memory.place(message), record, accepted), "") << "case " << i << " of seed " << seed << ": " << visible(message);
  }
  std::cout << accepted << " accepted\n";
  EXPECT_GT(accepted, cases / 20);
  EXPECT_LT(accepted, cases / 2);
}

TEST(FrameScanOracle, AgreesOverEveryTruncationAndEveryByteAtEveryPlace) {
  const std::string message =
      "[\"EVENT\",\"s\",{\"content\":\"a\\u00e9\\ud83e\\udde1\\n é🧡\",\"created_at\":10,\"id\":\"" + std::string(64, 'a') +
      "\",\"kind\":1,\"pubkey\":\"" + std::string(64, 'b') + "\",\"sig\":\"" + std::string(128, 'c') +
      "\",\"tags\":[[\"e\",\"\\\\\"],[]],\"x\":{\"y\":[-1.5e+3,true,null]}}, 1]";
  guarded_memory memory;
  wire::event_record record;
  std::size_t accepted = 0;
  for (std::size_t size = 0; size <= message.size(); ++size) {
    ASSERT_EQ(disagreement(memory.place(message.substr(0, size)), record, accepted), "") << "first " << size << " bytes";
  }
  ASSERT_EQ(accepted, 1U);
  for (std::size_t at = 0; at < message.size(); ++at) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      std::string changed = message;
      changed[at] = static_cast<char>(byte);
      ASSERT_EQ(disagreement(memory.place(changed), record, accepted), "") << visible(changed);
    }
  }
}

}  // namespace
}  // namespace uvnostr
