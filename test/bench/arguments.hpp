// SPDX-License-Identifier: MIT
#pragma once

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace uvnostr::bench {

/// A command line of `--name value` pairs and other words, which are kept in `rest`. A wrong one ends the program.
class arguments {
 public:
  arguments(int count, char** words) {
    for (int i = 1; i < count; ++i) {
      const std::string_view word = words[i];
      if (!word.starts_with("--")) {
        rest.emplace_back(word);
      } else if (i + 1 < count) {
        values_[std::string(word.substr(2))] = words[++i];
      } else {
        fail(word, "needs a value");
      }
    }
  }

  std::string text(const std::string& name, std::string otherwise = {}) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::move(otherwise) : found->second;
  }

  std::size_t number(const std::string& name, std::size_t otherwise) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return otherwise;
    const std::string& value = found->second;
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
    if (error != std::errc() || end != value.data() + value.size()) fail("--" + name, "takes a number");
    return n;
  }

  bool is_on(const std::string& name) const { return text(name, "off") == "on"; }

  std::vector<std::string> rest;

 private:
  [[noreturn]] static void fail(std::string_view word, const char* what) {
    std::fprintf(stderr, "%.*s %s\n", static_cast<int>(word.size()), word.data(), what);
    std::exit(2);
  }

  std::map<std::string, std::string> values_;
};

}  // namespace uvnostr::bench
