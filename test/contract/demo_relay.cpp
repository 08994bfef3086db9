// SPDX-License-Identifier: MIT
// A relay with three events and a document, for scripts. It prints its URL and ends when its standard input ends.
#include <cstdio>

#include <uv.h>
#include <uvnostr/testing/relay.hpp>

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

  static char buffer[64];
  uv_pipe_t input;
  uv_pipe_init(loop, &input, 0);
  uv_pipe_open(&input, 0);
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&input),
      [](uv_handle_t*, std::size_t, uv_buf_t* into) { *into = uv_buf_init(buffer, sizeof buffer); },
      [](uv_stream_t* stream, ssize_t length, const uv_buf_t*) {
        if (length < 0) uv_stop(stream->loop);
      });
  uv_run(loop, UV_RUN_DEFAULT);
  return 0;
}
