// SPDX-License-Identifier: MIT
// A relay with three events and a document, for scripts. It prints its URL and ends when its standard input ends.
#include <cstdio>

#include <uv.h>
#include <uvnostr/testing/relay.hpp>

#include "support/run_until_input_ends.hpp"

int main() {
  namespace testing = uvnostr::testing;
  uv_loop_t* const loop = uv_default_loop();
  auto relay = testing::test_relay::start(loop);
  if (!relay) return 1;
  for (const char* content : {"plain", "two\nlines, \"quoted\"", "\x1b[31mnot for a terminal"}) {
    relay->add(testing::make_event(content));
  }
  relay->behaviour().information = "{\"name\":\"a \\u001b[31mrelay\",\n\"supported_nips\":[1,11]}";
  std::printf("%s\n", relay->url().c_str());
  std::fflush(stdout);
  uvnostr::run_until_input_ends(loop);
  return 0;
}
