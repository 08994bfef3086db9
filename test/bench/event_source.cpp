// SPDX-License-Identifier: MIT
#include "bench/event_source.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <random>
#include <string_view>
#include <utility>

#include <uvnostr/testing/events.hpp>

namespace uvnostr::bench {
namespace {

using tag_list = std::vector<std::vector<std::string>>;

class generator {
 public:
  generator(unsigned seed, spelling how) : random_(seed), spelling_(how) {
    for (unsigned i = 1; i <= 64; ++i) authors_.push_back(testing::test_key(i));
  }

  std::string next() {
    const unix_seconds when = testing::test_time + std::chrono::seconds(2 * count_++);
    const event_kind kind = pick_kind();
    std::string content = make_content(kind);
    const event made = testing::make_event(authors_[below(authors_.size())], kind, content, make_tags(kind), when);
    if (spelling_ == spelling::mixed && below(10) < 6) return std::string(made.json());
    return spell_otherwise(made);
  }

 private:
  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

  event_kind pick_kind() {
    static constexpr std::array<std::pair<event_kind, std::size_t>, 10> shares{
        {{1, 45}, {7, 25}, {9735, 8}, {6, 6}, {0, 5}, {5, 2}, {10002, 3}, {1059, 4}, {30023, 1}, {3, 1}}};
    std::size_t at = below(100);
    for (const auto& [kind, share] : shares) {
      if (at < share) return kind;
      at -= share;
    }
    return 1;
  }

  std::string hex(std::size_t digits) {
    std::string text(digits, '0');
    for (char& c : text) c = "0123456789abcdef"[below(16)];
    return text;
  }

  /// Words, with an occasional line break, quotation mark, backslash, emoji or other script.
  std::string words(std::size_t count) {
    static constexpr std::array<std::string_view, 20> some{"relay",
                                                           "the",
                                                           "note",
                                                           "of",
                                                           "zap",
                                                           "a",
                                                           "morning",
                                                           "and",
                                                           "signed",
                                                           "key",
                                                           "who",
                                                           "read",
                                                           "it",
                                                           "\n",
                                                           "\"so\"",
                                                           "C:\\",
                                                           "\xF0\x9F\x8C\x85",
                                                           "Stra\xC3\x9F"
                                                           "e",
                                                           "\xE6\x97\xA5\xE6\x9C\xAC",
                                                           "https://example.com/a/b"};
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) text += ' ';
      text += some[below(some.size())];
    }
    return text;
  }

  std::string make_content(event_kind kind) {
    switch (kind) {
      case 0: return "{\"name\":\"" + hex(8) + "\",\"about\":\"" + words(below(30)) + "\"}";
      case 3:
      case 5:
      case 9735:
      case 10002: return {};
      case 6: return below(2) == 0 ? std::string() : "{\"id\":\"" + hex(64) + "\",\"content\":\"" + words(30) + "\"}";
      case 7: return below(3) == 0 ? "\xF0\x9F\xA7\xA1" : "+";
      case 1059: return hex(600 + below(900));
      case 30023: return words(200 + below(200));
      default: return words(below(8) == 0 ? 100 + below(150) : below(45));
    }
  }

  tag_list make_tags(event_kind kind) {
    tag_list tags;
    if (kind == 3) {
      for (std::size_t i = 20 + below(330); i != 0; --i) tags.push_back({"p", hex(64)});
    } else if (kind == 10002) {
      for (std::size_t i = 2 + below(5); i != 0; --i) tags.push_back({"r", "wss://" + hex(8) + ".example/"});
    } else if (kind == 9735) {
      tags = {{"p", hex(64)},
              {"bolt11", "lnbc" + hex(300)},
              {"description", "{\"kind\":9734,\"content\":\"" + words(5) + "\"}"}};
    } else if (kind != 0) {
      for (std::size_t i = below(4); i != 0; --i)
        tags.push_back({"e", hex(64), "wss://relay.example/", i == 1 ? "root" : "reply"});
      for (std::size_t i = below(3); i != 0; --i) tags.push_back({"p", hex(64)});
      if (below(5) == 0) tags.push_back({"t", "nostr"});
    }
    return tags;
  }

  void append_text(std::string& json, std::string_view text, bool slashes) {
    json += '"';
    for (const char c : text) {
      if (spelling_ == spelling::escaped && static_cast<unsigned char>(c) < 0x80 && below(3) == 0) {
        constexpr char digits[] = "0123456789abcdef";
        json += "\\u00";
        json += digits[c >> 4];
        json += digits[c & 15];
        continue;
      }
      switch (c) {
        case '"': json += "\\\""; break;
        case '\\': json += "\\\\"; break;
        case '\n': json += slashes ? "\\u000a" : "\\n"; break;
        case '/': json += slashes ? "\\/" : "/"; break;
        default: json += c;
      }
    }
    json += '"';
  }

  /// White space between two tokens.
  std::string_view blank() {
    if (spelling_ != spelling::blanks) return {};
    return below(8) == 0 ? "\t  " : " ";
  }
  void append_token(std::string& json, std::string_view token) {
    json += blank();
    json += token;
  }
  void append_name(std::string& json, std::string_view name) {
    if (json.size() > 2) append_token(json, ",");
    json += blank();
    json += '"';
    json += name;
    json += '"';
    append_token(json, ":");
    json += blank();
  }

  /// Members in alphabetical order, as many relays send them, and with needless escapes, blanks or members.
  std::string spell_otherwise(const event& e) {
    const bool slashes = below(4) == 0;
    const bool has_more = spelling_ == spelling::blanks;
    std::string json = "{";
    append_name(json, "content");
    append_text(json, e.content(), slashes);
    append_name(json, "created_at");
    json += std::to_string(e.created_at().time_since_epoch().count());
    if (has_more) {
      append_name(json, "hints");
      json += "{\"id\": [1, 2.5e3, null], \"relay\": \"wss://relay.example/\"}";
    }
    append_name(json, "id");
    json += '"' + e.id().to_hex() + '"';
    append_name(json, "kind");
    json += std::to_string(e.kind());
    append_name(json, "pubkey");
    json += '"' + e.pubkey().to_hex() + '"';
    if (has_more) {
      append_name(json, "seen");
      json += "true";
    }
    append_name(json, "sig");
    json += '"' + e.sig().to_hex() + '"';
    append_name(json, "tags");
    json += '[';
    bool first_tag = true;
    for (const tag_view& tag : e.tags()) {
      if (!std::exchange(first_tag, false)) append_token(json, ",");
      append_token(json, "[");
      for (std::size_t i = 0; i < tag.size(); ++i) {
        if (i != 0) append_token(json, ",");
        json += blank();
        append_text(json, tag.at(i), slashes);
      }
      append_token(json, "]");
    }
    append_token(json, "]");
    append_token(json, "}");
    return json;
  }

  std::mt19937 random_;
  const spelling spelling_;
  std::vector<secret_key> authors_;
  std::int64_t count_ = 0;
};

}  // namespace

std::vector<std::string> load_events(const std::string& path, std::size_t count) {
  std::vector<std::string> events;
  std::ifstream file(path);
  for (std::string line; events.size() < count && std::getline(file, line);) events.push_back(line);
  return events;
}

bool make_events(const std::string& path, std::size_t count, unsigned seed, spelling how) {
  std::ofstream file(path);
  generator events(seed, how);
  for (std::size_t i = 0; i < count; ++i) file << events.next() << '\n';
  return static_cast<bool>(file.flush());
}

}  // namespace uvnostr::bench
