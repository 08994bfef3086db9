// SPDX-License-Identifier: MIT
// Ending cleanly. The first Ctrl-C closes the pool: everything gets its last call, the relays a close frame. A second
// one destroys it: silence, at once. Either way uv_run() returns and uv_loop_close() answers 0.
// Adds to 4: close() against destruction, who is told what, a loop of one's own that is closed again.
#include <csignal>
#include <iostream>

#include <uv.h>
#include <uvnostr/pool.hpp>
#include <uvnostr/printable.hpp>

#include "local_relay.hpp"

namespace {

struct program {
  uvnostr::pool pool;
  uvnostr::subscription notes;
  uv_signal_t interrupt;
  bool closing = false;

  void on_interrupt() {
    if (!closing) {
      closing = true;
      std::cout << "closing; interrupt again to destroy instead\n";
      pool.close();
    } else {
      std::cout << "destroyed\n";
      pool = {};
      stop_listening();
    }
  }
  void stop_listening() {
    // Or else the signal's handle would keep the loop alive.
    if (uv_is_closing(reinterpret_cast<uv_handle_t*>(&interrupt)) == 0) {
      uv_close(reinterpret_cast<uv_handle_t*>(&interrupt), nullptr);
    }
  }
};

int run(uv_loop_t* loop, int argc, char** argv) {
  const samples::relays from(loop, argc, argv, 2);
  program self;
  auto pool = uvnostr::pool::make(loop, {.relays = from.urls}, {.on_close = [&self] {
                                    std::cout << "the pool is closed: its last call\n";
                                    self.stop_listening();
                                  }});
  if (!pool) return 1;
  self.pool = std::move(*pool);

  auto notes = self.pool.subscribe(
      uvnostr::filter{.kinds = {1}, .limit = 5},
      {.on_event = [](uvnostr::relay_id,
                      const uvnostr::event_view& note) { std::cout << uvnostr::printable(note.content()) << '\n'; },
       .on_all_eose =
           [&from] {
             if (from.are_local()) std::raise(SIGINT);
           },
       .on_close = [](uvnostr::close_reason) { std::cout << "the subscription is closed: its last call\n"; }});
  if (!notes) return 1;
  self.notes = std::move(*notes);  // a handle that is destroyed ends its subscription, so it is kept

  uv_signal_init(loop, &self.interrupt);
  self.interrupt.data = &self;
  uv_signal_start(
      &self.interrupt, [](uv_signal_t* s, int) { static_cast<program*>(s->data)->on_interrupt(); }, SIGINT);
  uv_run(loop, UV_RUN_DEFAULT);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  uv_loop_t loop;
  if (uv_loop_init(&loop) != 0) return 1;
  const int status = run(&loop, argc, argv);
  uv_run(&loop, UV_RUN_DEFAULT);  // what was destroyed needs a few more turns to give back its handles
  const int left = uv_loop_close(&loop);
  std::cout << "uv_loop_close answers " << left << '\n';
  return left == 0 ? status : 1;
}
