// SPDX-License-Identifier: MIT
// A daemon with its own timer and signal handlers on the same loop. It publishes a reading every ten seconds and prints
// notes that are addressed to it. SIGHUP prints statistics; SIGINT and SIGTERM end it. New since 3: the pool is one
// part of a larger program. It never blocks the loop, handles no signals, and starts nothing by itself.
#include <csignal>
#include <iostream>
#include <string>

#include <uv.h>
#include <uvnostr/uvnostr.hpp>

#include "local_relay.hpp"

namespace {

constexpr uvnostr::event_kind reading_kind = 20'001;  // ephemeral: relays pass it on but do not store it

struct sensor {
  uvnostr::secret_key key;
  uvnostr::pool pool;
  uv_timer_t timer;
  uv_signal_t signals[3];
  unsigned readings = 0;
  unsigned last_reading = 0;  // 0: publish until a signal arrives

  void publish_reading() {
    if (last_reading != 0 && readings == last_reading) {
      std::raise(SIGTERM);
      return;
    }
    const auto reading =
        key.sign({.kind = reading_kind, .content = "{\"reading\":" + std::to_string(++readings) + "}"});
    const uvnostr::error wrong = reading ? pool.publish(*reading, {.on_done =
                                                                       [](std::size_t accepted, std::size_t asked) {
                                                                         std::cout << "reading sent to " << accepted
                                                                                   << " of " << asked << " relays\n";
                                                                       }})
                                         : reading.error();
    if (wrong) std::cerr << "reading not published: " << wrong.message() << '\n';
  }

  void on_signal(int number) {
    if (number == SIGHUP) {
      for (const uvnostr::relay_stats& each : pool.stats().relays) {
        std::cout << each.url << ": " << each.messages_in << " messages in, " << each.messages_out << " out\n";
      }
      return;
    }
    std::cout << "ending\n";
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
    for (uv_signal_t& each : signals) uv_close(reinterpret_cast<uv_handle_t*>(&each), nullptr);
    pool.close();  // each reading under way still gets a receipt
  }
};

}  // namespace

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  const samples::relays to(loop, argc, argv, 2);
  auto key = uvnostr::secret_key::generate();
  auto pool = uvnostr::pool::make(loop, {.relays = to.urls},
                                  {.on_relay_state =
                                       [](const uvnostr::relay_status& now) {
                                         if (now.cause) std::cerr << now.url << ": " << now.text << '\n';
                                       },
                                   .on_close = [] { std::cout << "all connections are closed\n"; }});
  if (!key || !pool) return 1;
  sensor self{std::move(*key), std::move(*pool), {}, {}};
  self.last_reading = to.are_local() ? 3 : 0;

  uv_timer_init(loop, &self.timer);
  self.timer.data = &self;
  uv_timer_start(
      &self.timer, [](uv_timer_t* t) { static_cast<sensor*>(t->data)->publish_reading(); }, 200,
      to.are_local() ? 200 : 10'000);
  const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
  for (std::size_t i = 0; i < std::size(numbers); ++i) {
    uv_signal_init(loop, &self.signals[i]);
    self.signals[i].data = &self;
    uv_signal_start(
        &self.signals[i], [](uv_signal_t* s, int n) { static_cast<sensor*>(s->data)->on_signal(n); }, numbers[i]);
  }

  const auto inbox = self.pool.subscribe(uvnostr::filter{.kinds = {1}, .tags = {{'p', {self.key.pubkey().to_hex()}}}},
                                         {.on_event = [](uvnostr::relay_id, const uvnostr::event_view& note) {
                                           std::cout << "for us: " << uvnostr::printable(note.content()) << '\n';
                                         }});
  return uv_run(loop, UV_RUN_DEFAULT) == 0 && inbox ? 0 : 1;
}
