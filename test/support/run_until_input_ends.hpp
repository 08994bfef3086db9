// SPDX-License-Identifier: MIT
// For programs that serve the process that started them: that process holds the other end of their standard input.
#pragma once

#include <uv.h>

namespace uvnostr {

/// Runs the loop until the standard input, which must be a pipe, ends.
inline void run_until_input_ends(uv_loop_t* loop) {
  static uv_pipe_t input;
  static char ignored[64];
  uv_pipe_init(loop, &input, 0);
  uv_pipe_open(&input, 0);
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&input),
      [](uv_handle_t*, std::size_t, uv_buf_t* buffer) { *buffer = uv_buf_init(ignored, sizeof ignored); },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t*) {
        if (size < 0) uv_stop(stream->loop);
      });
  uv_run(loop, UV_RUN_DEFAULT);
}

}  // namespace uvnostr
