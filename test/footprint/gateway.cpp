// SPDX-License-Identifier: MIT
// A typical gateway: it reads notes from relays over TLS and publishes one. Only its size matters here.
#include <cstdio>

#include <uv.h>
#include <uvnostr/uvnostr.hpp>

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  auto pool = uvnostr::pool::make(loop, {.relays = {argv + 1, argv + argc}},
                                  {.on_relay_state = [](const uvnostr::relay_status& now) {
                                    if (now.cause)
                                      std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(now.url.size()),
                                                   now.url.data(), static_cast<int>(now.text.size()), now.text.data());
                                  }});
  const auto key = uvnostr::secret_key::generate();
  if (!pool || !key) return 1;
  const auto notes = pool->subscribe(uvnostr::filter{.kinds = {1}},
                                     {.on_event = [](uvnostr::relay_id, const uvnostr::event_view& note) {
                                       std::puts(note.pubkey().to_npub().c_str());
                                     }});
  const auto mine = key->sign({.kind = 1, .content = "21.5 degrees"});
  if (!notes || !mine || pool->publish(*mine)) return 1;
  return uv_run(loop, UV_RUN_DEFAULT);
}
