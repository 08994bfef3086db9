// SPDX-License-Identifier: MIT
// A clean shutdown. The first Ctrl-C closes the pool: every callback gets its last call, every relay a close frame. A
// second Ctrl-C destroys the pool, which makes no further calls. Either way uv_run() returns and uv_loop_close()
// returns 0. New since 4: close() compared with destruction, the last callbacks, and closing a loop.
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
    // Otherwise the signal's handle would keep the loop alive.
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
  self.notes = std::move(*notes);  // keep the handle: destroying it ends the subscription

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
  uv_run(&loop, UV_RUN_DEFAULT);  // destroyed objects need a few more turns to close their handles
  const int left = uv_loop_close(&loop);
  std::cout << "uv_loop_close returned " << left << '\n';
  return left == 0 ? status : 1;
}
