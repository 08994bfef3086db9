// SPDX-License-Identifier: MIT
// The demo. Without arguments it tells a story that needs no network; with relays as arguments it is
// a tool to read and write them.
#include <cstdio>
#include <iostream>

#include "arguments.hpp"
#include "story.hpp"
#include "tool.hpp"

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
  if (given.relays.empty()) return demo::tell_story();
  switch (given.action) {
    case demo::action::publish: return demo::publish(given);
    case demo::action::information: return demo::show_information(given);
    case demo::action::follow:
    case demo::action::fetch: break;
  }
  return demo::read_relays(given);
}
