// SPDX-License-Identifier: MIT
// The fuzz targets. Each is one function, called by libFuzzer (libfuzzer.cpp) and by the ordinary tests with random
// changes of the corpus (fuzz_test.cpp).
#pragma once

#include <string>
#include <string_view>

namespace uvnostr::fuzz {

/// Gives the library this input. Returns a description of what it did wrong; empty if nothing.
using target_function = std::string(std::string_view input);

target_function frame_scan;
target_function receive;
target_function relay_message;
target_function signature_batch;
target_function texts;
target_function upgrade;

struct target {
  std::string_view name;  // also the name of its folder in corpus/
  target_function* run;
};

inline constexpr target targets[] = {
    {"frame_scan", frame_scan},           {"receive", receive}, {"relay_message", relay_message},
    {"signature_batch", signature_batch}, {"texts", texts},     {"upgrade", upgrade},
};

}  // namespace uvnostr::fuzz
