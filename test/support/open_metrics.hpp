// SPDX-License-Identifier: MIT
// Reads OpenMetrics text and complains about everything that the standard does not allow. Source: OpenMetrics 1.0.0.
#pragma once

#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace uvnostr {

class open_metrics {
 public:
  using labels = std::map<std::string, std::string>;

  explicit open_metrics(std::string_view text) {
    constexpr std::string_view end = "# EOF\n";
    EXPECT_TRUE(text.ends_with(end));
    if (text.ends_with(end)) text.remove_suffix(end.size());
    while (!text.empty()) {
      const std::size_t size = text.find('\n');
      if (size == std::string_view::npos) {
        ADD_FAILURE() << "the last line has no end: " << text;
        break;
      }
      read_line(text.substr(0, size));
      text.remove_prefix(size + 1);
    }
    check_histograms();
  }

  bool has(const std::string& name, const labels& of = {}) const { return samples_.contains({name, of}); }
  double value(const std::string& name, const labels& of = {}) const {
    const auto found = samples_.find({name, of});
    if (found != samples_.end()) return found->second;
    ADD_FAILURE() << "there is no sample " << name;
    return std::numeric_limits<double>::quiet_NaN();
  }
  /// Over all samples of that name.
  double sum(const std::string& name) const {
    double all = 0;
    for (const auto& [series, value] : samples_) all += series.first == name ? value : 0;
    return all;
  }
  std::size_t size() const { return samples_.size(); }
  const std::string& type(const std::string& family) const { return types_.at(family); }

 private:
  using key = std::pair<std::string, labels>;
  struct bucket {
    double bound;
    double count;
  };

  void read_line(std::string_view line) {
    if (line.starts_with("# ")) return read_description(line.substr(2));
    ASSERT_FALSE(line.empty() || line.starts_with('#')) << line;
    read_sample(line);
  }

  void read_description(std::string_view line) {
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(std::min(word.size() + 1, line.size()));
    const std::string name(line.substr(0, line.find(' ')));
    const std::string text(line.substr(std::min(name.size() + 1, line.size())));
    EXPECT_FALSE(text.empty()) << name;
    if (word == "TYPE") {
      EXPECT_FALSE(types_.contains(name)) << name << " is described twice";
      EXPECT_TRUE((std::set<std::string>{"counter", "gauge", "histogram", "stateset"}.contains(text))) << text;
      check_current();
      types_[name] = text;
      current_ = name;
      has_help_ = false;
      EXPECT_EQ(name.find("_total"), std::string::npos) << name;
    } else if (word == "UNIT") {
      EXPECT_EQ(name, current_);
      EXPECT_TRUE(name.ends_with("_" + text)) << name << " has the unit " << text;
    } else if (word == "HELP") {
      EXPECT_EQ(name, current_);
      has_help_ = true;
    } else {
      ADD_FAILURE() << "not a description: " << word;
    }
  }

  void read_sample(std::string_view line) {
    const std::string name(line.substr(0, line.find_first_of("{ ")));
    line.remove_prefix(name.size());
    labels of;
    if (line.starts_with('{')) of = read_labels(line);
    ASSERT_TRUE(line.starts_with(' ')) << line;
    line.remove_prefix(1);
    double value = 0;
    const auto parsed = std::from_chars(line.data(), line.data() + line.size(), value);
    ASSERT_TRUE(parsed.ec == std::errc() && parsed.ptr == line.data() + line.size()) << name << " is " << line;

    EXPECT_TRUE(has_help_) << name << " has no HELP";
    EXPECT_TRUE(is_name_of_current(name)) << name << " stands under " << current_;
    const std::string& type = types_[current_];
    EXPECT_TRUE(type != "stateset" || (of.contains(current_) && (value == 0 || value == 1))) << name;
    EXPECT_TRUE(type != "counter" || value >= 0) << name;
    if (type == "histogram" && name.ends_with("_bucket")) {
      labels without = of;
      without.erase("le");
      buckets_[{current_, without}].push_back({.bound = bound_of(of["le"]), .count = value});
    }
    EXPECT_TRUE(samples_.emplace(key{name, of}, value).second) << name << " comes twice with the same labels";
  }

  static labels read_labels(std::string_view& line) {
    labels all;
    line.remove_prefix(1);
    while (!line.starts_with('}')) {
      const std::string name(line.substr(0, line.find('=')));
      line.remove_prefix(std::min(name.size() + 1, line.size()));
      EXPECT_TRUE(line.starts_with('"'));
      std::string value;
      std::size_t at = 1;
      for (; at < line.size() && line[at] != '"'; ++at) {
        if (line[at] == '\\') {
          ++at;
          EXPECT_TRUE(line[at] == 'n' || line[at] == '"' || line[at] == '\\');
          value += line[at] == 'n' ? '\n' : line[at];
        } else {
          value += line[at];
        }
      }
      line.remove_prefix(std::min(at + 1, line.size()));
      EXPECT_TRUE(all.emplace(name, value).second) << name;
      if (line.starts_with(',')) {
        line.remove_prefix(1);
      } else if (!line.starts_with('}')) {
        ADD_FAILURE() << "labels do not end: " << line;
        return all;
      }
    }
    line.remove_prefix(1);
    return all;
  }

  bool is_name_of_current(const std::string& name) const {
    const std::string& type = types_.at(current_);
    if (type == "counter") return name == current_ + "_total";
    if (type != "histogram") return name == current_;
    return name == current_ + "_bucket" || name == current_ + "_count" || name == current_ + "_sum";
  }

  static double bound_of(const std::string& text) {
    if (text == "+Inf") return std::numeric_limits<double>::infinity();
    double bound = std::numeric_limits<double>::quiet_NaN();
    std::from_chars(text.data(), text.data() + text.size(), bound);
    EXPECT_TRUE(text.find_first_of(".e") != std::string::npos) << text << " is not written as a float";
    return bound;
  }

  void check_current() const { EXPECT_TRUE(current_.empty() || has_help_) << current_ << " has no HELP"; }

  void check_histograms() const {
    check_current();
    for (const auto& [of, all] : buckets_) {
      double bound = -1;
      double count = 0;
      for (const bucket& each : all) {
        EXPECT_GT(each.bound, bound) << of.first;
        EXPECT_GE(each.count, count) << of.first << " is not cumulative";
        bound = each.bound;
        count = each.count;
      }
      EXPECT_TRUE(std::isinf(bound)) << of.first << " has no bucket +Inf";
      EXPECT_EQ(value(of.first + "_count", of.second), count);
      EXPECT_TRUE(has(of.first + "_sum", of.second)) << of.first;
    }
  }

  std::map<std::string, std::string> types_;
  std::map<key, double> samples_;
  std::map<key, std::vector<bucket>> buckets_;
  std::string current_;
  bool has_help_ = false;
};

}  // namespace uvnostr
