// SPDX-License-Identifier: MIT
// Asks several relays for the same notes. Each note is shown once, and the pool knows which relays have it.
// New since 2: deduplication, seen_on(), on_all_eose, stats().
#include <iostream>
#include <vector>

#include <uv.h>
#include <uvnostr/pool.hpp>
#include <uvnostr/printable.hpp>

#include "local_relay.hpp"

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  const samples::relays from(loop, argc, argv, 3);

  auto pool = uvnostr::pool::make(loop, {.relays = from.urls}, {.on_relay_state = [](const uvnostr::relay_status& now) {
                                    if (now.cause) std::cerr << now.url << ": " << now.text << '\n';
                                  }});
  if (!pool) {
    std::cerr << pool.error().message() << '\n';
    return 1;
  }

  std::vector<uvnostr::event> notes;  // a view is valid until its callback returns; copy() keeps the event
  const auto subscription = pool->subscribe(
      uvnostr::filter{.kinds = {1}, .limit = 20},
      {.on_event =
           [&](uvnostr::relay_id first, const uvnostr::event_view& note) {
             std::cout << "first from " << pool->url(first) << ": " << uvnostr::printable(note.content()) << '\n';
             notes.push_back(note.copy());
           },
       .on_eose = [&](uvnostr::relay_id relay,
                      uvnostr::eose_hint) { std::cout << pool->url(relay) << " has sent its stored notes\n"; },
       .on_all_eose =
           [&] {
             for (const uvnostr::event& note : notes) {
               std::cout << note.id().to_hex().substr(0, 8) << " is on";
               for (const uvnostr::relay_id relay : pool->seen_on(note.id())) std::cout << ' ' << pool->url(relay);
               std::cout << '\n';
             }
             const uvnostr::pool_stats stats = pool->stats();
             std::cout << stats.messages.delivered << " notes shown, " << stats.messages.duplicate
                       << " copies dropped\n";
             pool->close();
           }});
  if (!subscription) {
    std::cerr << subscription.error().message() << '\n';
    return 1;
  }

  uv_run(loop, UV_RUN_DEFAULT);
  return 0;
}
