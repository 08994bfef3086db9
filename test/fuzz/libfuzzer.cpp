// SPDX-License-Identifier: MIT
// The entry points of libFuzzer, one program for all targets: test/fuzzer --target=NAME [libFuzzer's arguments].
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/targets.hpp"

namespace {

const uvnostr::fuzz::target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  for (int i = 1; i < *count; ++i) {
    const std::string_view argument = (*arguments)[i];
    for (const uvnostr::fuzz::target& each : uvnostr::fuzz::targets) {
      if (argument == "--target=" + std::string(each.name)) chosen = &each;
    }
  }
  if (chosen == nullptr) {
    std::fputs("which target? --target=NAME:", stderr);
    for (const uvnostr::fuzz::target& each : uvnostr::fuzz::targets) std::fprintf(stderr, " %s", each.name.data());
    std::fputs("\n", stderr);
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string wrong = chosen->run({reinterpret_cast<const char*>(data), size});
  if (wrong.empty()) return 0;
  std::fprintf(stderr, "%s: %s\n", chosen->name.data(), wrong.c_str());
  std::abort();
}
