// SPDX-License-Identifier: MIT
// The smallest program that needs the whole library: it makes a pool on a loop and closes it.
#include <cstdio>

#include <uv.h>
#include <uvnostr/uvnostr.hpp>

int main() {
  uv_loop_t loop;
  if (uv_loop_init(&loop) != 0) return 1;

  bool closed = false;
  auto pool = uvnostr::pool::make(&loop, {}, {.on_close = [&closed] { closed = true; }});
  if (!pool) {
    std::fprintf(stderr, "no pool: %s\n", pool.error().message().c_str());
    return 1;
  }
  pool->close();
  uv_run(&loop, UV_RUN_DEFAULT);

  const int left = uv_loop_close(&loop);
  if (!closed || left != 0) {
    std::fprintf(stderr, "on_close %s, uv_loop_close answered %d\n", closed ? "came" : "did not come", left);
    return 1;
  }
  std::puts("consumer: ok");
  return 0;
}
