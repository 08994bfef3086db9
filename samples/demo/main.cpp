// SPDX-License-Identifier: MIT
// The demo. Without arguments it tells a story that needs no network; with relays as arguments it reads their events.
#include <cstdio>
#include <iostream>

#include "arguments.hpp"
#include "reader.hpp"
#include "story.hpp"

int main(int argc, char** argv) {
  const demo::arguments given = demo::read_arguments(argc, argv);
  if (given.help) {
    std::cout << demo::usage();
    return 0;
  }
  if (!given.complaint.empty()) {
    std::cerr << given.complaint << "\n\n" << demo::usage();
    return 2;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, 4096);  // lines appear at once, even through a pipe
  return given.relays.empty() ? demo::tell_story() : demo::read_relays(given);
}
