// SPDX-License-Identifier: MIT
// The demo's command line.
#pragma once

#include <string>
#include <vector>

#include <uvnostr/filter.hpp>

namespace demo {

enum class action { follow, fetch, publish, information };
enum class format { automatic, json, text };

struct arguments {
  std::vector<std::string> relays;  // empty: tell the story, which needs no network
  demo::action action = demo::action::follow;
  demo::format format = demo::format::automatic;
  uvnostr::filter wanted;
  std::string text;      // to publish; "-": what standard input has
  std::string key_file;  // empty: the environment has the key
  std::string ca_file;
  bool help = false;
  std::string complaint;  // what is wrong with the arguments; empty if nothing is
};

arguments read_arguments(int argc, char** argv);
const char* usage() noexcept;

}  // namespace demo
