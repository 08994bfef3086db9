// SPDX-License-Identifier: MIT
// Feeds random changes of the corpus to the targets for a few seconds. UVNOSTR_FUZZ_CASES and UVNOSTR_FUZZ_SEED choose
// how many and which. `test/run --fuzz` searches by coverage.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <gtest/gtest.h>

#include "fuzz/mutator.hpp"
#include "fuzz/targets.hpp"
#include "unit/frame_scan_oracle.hpp"
#include "unit/guarded_memory.hpp"

namespace uvnostr::fuzz {
namespace {

std::uint64_t setting(const char* name, std::uint64_t usual) {
  const char* const text = std::getenv(name);
  return text == nullptr ? usual : std::strtoull(text, nullptr, 10);
}

/// Sorted by file name, so that a seed always makes the same inputs.
std::vector<std::string> corpus_of(std::string_view target) {
  const std::filesystem::path folder = std::filesystem::path(UVNOSTR_FUZZ_CORPUS) / target;
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator each(folder, error), end; each != end; each.increment(error))
    files.push_back(each->path());
  std::ranges::sort(files);
  std::vector<std::string> corpus;
  for (const auto& path : files) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

void give_changed_corpus(std::string_view name, std::uint64_t usual_cases) {
  const std::uint64_t seed = setting("UVNOSTR_FUZZ_SEED", std::random_device{}());
  const std::uint64_t cases = setting("UVNOSTR_FUZZ_CASES", usual_cases);
  std::cout << "seed " << seed << ", " << cases << " cases\n";
  const target& asked = *std::ranges::find(targets, name, &target::name);
  std::vector<std::string> corpus = corpus_of(name);
  ASSERT_FALSE(corpus.empty()) << "no files in " << UVNOSTR_FUZZ_CORPUS << "/" << name;
  mutator inputs(std::move(corpus), seed);
  test::guarded_memory memory;
  for (std::uint64_t i = 0; i < cases; ++i) {
    const std::string input = inputs.next();
    ASSERT_EQ(asked.run(memory.place(input)), "")
        << "case " << i << " of seed " << seed << ": " << test::visible(input);
  }
}

TEST(Fuzz, TheScannerAgreesWithItsOracle) { give_changed_corpus("frame_scan", 20'000); }
TEST(Fuzz, WhatIsParsedIsTheSameWhenItIsWrittenAnew) { give_changed_corpus("relay_message", 100'000); }
TEST(Fuzz, UrlsKeysAndIdsHaveOneNormalForm) { give_changed_corpus("texts", 200'000); }

TEST(Fuzz, SignaturesThatAreCheckedTogetherAreWhatTheyAreAlone) { give_changed_corpus("signature_batch", 1000); }

#if UVNOSTR_BUNDLED_LWS  // we cannot fix the system's libwebsockets
TEST(Fuzz, FramesAreReadAsTheOracleReadsThemWhateverTheCuts) { give_changed_corpus("receive", 5000); }
TEST(Fuzz, OnlyARightAnswerOpensAConnection) { give_changed_corpus("upgrade", 10'000); }
#endif

}  // namespace
}  // namespace uvnostr::fuzz
