// SPDX-License-Identifier: MIT
// Random inputs made from a corpus, for compilers without libFuzzer. The same seed makes the same inputs.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace uvnostr::fuzz {

class mutator {
 public:
  /// The corpus must not be empty.
  mutator(std::vector<std::string> corpus, std::uint64_t seed) : corpus_(std::move(corpus)), random_(seed) {}

  /// Returns first the inputs of the corpus, then one of them with a few changes each time.
  std::string next();

 private:
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }
  const std::string& any() { return corpus_[below(corpus_.size())]; }
  std::string piece_of(const std::string& from);
  void change(std::string& input);

  std::vector<std::string> corpus_;
  std::mt19937_64 random_;
  std::size_t given_ = 0;
};

}  // namespace uvnostr::fuzz
