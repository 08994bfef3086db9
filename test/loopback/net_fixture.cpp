// SPDX-License-Identifier: MIT
#include "loopback/net_fixture.hpp"

namespace uvnostr::test {

void net_test::SetUp() {
  ASSERT_EQ(uv_loop_init(&loop), 0);
  server = std::make_unique<script_server>(&loop);
  auto opened = net::open_world(&loop, true);
  ASSERT_TRUE(opened) << opened.error().message();
  world = *opened;
}

void net_test::TearDown() {
  release();
  server->close();
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(uv_loop_close(&loop), 0);
}

void net_test::release() {
  if (world != nullptr) std::exchange(world, nullptr)->release();
}

port::connection* net_test::dial(const std::string& url, recorder& listener) {
  const auto parsed = base::url::parse(url);
  EXPECT_TRUE(parsed) << url;
  if (!parsed) return nullptr;
  auto copy = parsed;
  auto dialled = world->transport().dial({*copy, options}, listener);
  EXPECT_TRUE(dialled) << dialled.error().message();
  return dialled ? *dialled : nullptr;
}

void net_test::run_until(const std::function<bool()>& holds) {
  // A tick, because the loop may wait for I/O right after the timer that made the condition true.
  constexpr unsigned tick_ms = 10;
  constexpr unsigned limit = 20'000 / tick_ms;
  unsigned ticks = 0;
  uv_timer_t tick;
  uv_timer_init(&loop, &tick);
  tick.data = &ticks;
  uv_timer_start(
      &tick, [](uv_timer_t* t) { ++*static_cast<unsigned*>(t->data); }, tick_ms, tick_ms);
  while (!holds() && ticks < limit) uv_run(&loop, UV_RUN_ONCE);
  EXPECT_LT(ticks, limit) << "the condition did not become true";
  bool closed = false;
  tick.data = &closed;
  uv_close(reinterpret_cast<uv_handle_t*>(&tick), [](uv_handle_t* h) { *static_cast<bool*>(h->data) = true; });
  while (!closed) uv_run(&loop, UV_RUN_NOWAIT);
}

void net_test::run_turns(unsigned count) {
  for (unsigned i = 0; i < count; ++i) uv_run(&loop, UV_RUN_NOWAIT);
}

}  // namespace uvnostr::test
