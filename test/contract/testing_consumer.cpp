// SPDX-License-Identifier: MIT
// The smallest test of a program: a relay of uvnostr_testing behind TLS, and a pool that reads from it.
#include <cstdio>
#include <string>

#include <uv.h>
#include <uvnostr/testing/relay.hpp>
#include <uvnostr/uvnostr.hpp>

int main() {
  namespace testing = uvnostr::testing;
  uv_loop_t loop;
  if (uv_loop_init(&loop) != 0) return 1;
  std::string seen;
  {
    auto relay = testing::test_relay::start(&loop, {.tls = true});
    if (!relay) return 1;
    relay->add(testing::make_event("stored before"));
    uvnostr::pool_options options;
    options.relays = {relay->url("localhost")};
    options.relay_defaults.ca_file = relay->ca_file();
    auto pool = uvnostr::pool::make(&loop, options, {});
    if (!pool) return 1;
    auto notes = pool->subscribe(
        uvnostr::filter{.kinds = {1}},
        {.on_event = [&](uvnostr::relay_id, const uvnostr::event_view& note) { seen = note.content(); }});
    if (!notes || !testing::run_until(&loop, [&] { return !seen.empty(); })) {
      std::fprintf(stderr, "no event came\n");
      return 1;
    }
  }
  if (!testing::run_until_idle(&loop) || uv_loop_close(&loop) != 0 || seen != "stored before") return 1;
  std::puts("testing consumer: ok");
  return 0;
}
