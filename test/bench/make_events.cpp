// SPDX-License-Identifier: MIT
//   bench_make_events --count N --seed S FILE
#include <cstdio>

#include "bench/arguments.hpp"
#include "bench/event_source.hpp"

int main(int argc, char** argv) {
  const uvnostr::bench::arguments given(argc, argv);
  if (given.rest.size() != 1 || !uvnostr::bench::make_events(given.rest[0], given.number("count", 100'000),
                                                             static_cast<unsigned>(given.number("seed", 1)))) {
    std::fprintf(stderr, "bench_make_events: no file was named, or it cannot be written\n");
    return 1;
  }
}
