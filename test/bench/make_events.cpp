// SPDX-License-Identifier: MIT
//   bench_make_events --count N --seed S --spelling mixed|alphabetical|blanks|escaped FILE
#include <cstdio>

#include "bench/arguments.hpp"
#include "bench/event_source.hpp"

int main(int argc, char** argv) {
  using namespace uvnostr::bench;
  const arguments given(argc, argv);
  const std::string name = given.text("spelling", "mixed");
  const spelling how = name == "alphabetical" ? spelling::alphabetical
                       : name == "blanks"     ? spelling::blanks
                       : name == "escaped"    ? spelling::escaped
                                              : spelling::mixed;
  if (given.rest.size() != 1 || !make_events(given.rest[0], given.number("count", 100'000),
                                             static_cast<unsigned>(given.number("seed", 1)), how)) {
    std::fprintf(stderr, "bench_make_events: no file was named, or it cannot be written\n");
    return 1;
  }
}
