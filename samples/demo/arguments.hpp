// SPDX-License-Identifier: MIT
// The demo's command line.
#pragma once

#include <string>
#include <vector>

#include <uvnostr/filter.hpp>

namespace demo {

struct arguments {
  std::vector<std::string> relays;  // empty: tell the story, which needs no network
  uvnostr::filter wanted;
  std::string ca_file;
  bool json = false;
  bool once = false;
  bool help = false;
  std::string complaint;  // what is wrong with the arguments; empty if nothing is
};

arguments read_arguments(int argc, char** argv);
const char* usage() noexcept;

}  // namespace demo
