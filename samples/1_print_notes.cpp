// SPDX-License-Identifier: MIT
// Prints the newest 20 notes of a relay: a loop, a relay, a subscription.
#include <iostream>

#include <uv.h>
#include <uvnostr/printable.hpp>
#include <uvnostr/relay.hpp>

#include "local_relay.hpp"

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  const samples::relays from(loop, argc, argv);

  auto relay =
      uvnostr::relay::make(loop, from.urls.front(), {}, {.on_relay_state = [](const uvnostr::relay_status& now) {
                             if (now.cause) std::cerr << now.url << ": " << now.text << '\n';
                           }});
  if (!relay) {
    std::cerr << relay.error().message() << '\n';
    return 1;
  }
  const auto notes = relay->subscribe(uvnostr::filter{.kinds = {1}, .limit = 20},
                                      {.on_event =
                                           [](uvnostr::relay_id, const uvnostr::event_view& note) {
                                             std::cout << note.pubkey().to_npub() << ": "
                                                       << uvnostr::printable(note.content()) << '\n';
                                           },
                                       .on_all_eose = [&relay] { relay->close(); }});

  uv_run(loop, UV_RUN_DEFAULT);  // until the relay is closed
  return notes ? 0 : 1;
}
