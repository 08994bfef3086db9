// SPDX-License-Identifier: MIT
#include "api/world_of_loop.hpp"

#include "api/simulate.hpp"
#include "net/open_world.hpp"
#include "port/world.hpp"

namespace uvnostr {
namespace {

struct simulated_loop {
  uv_loop_t* loop;
  port::world_source* source;
  simulated_loop* next;
};

// A plain pointer, because a static object may destroy a simulation after this thread's variables were destroyed.
thread_local simulated_loop* first_simulated = nullptr;

}  // namespace

void detail::simulate(uv_loop_t* loop, port::world_source* source) noexcept {
  simulated_loop** place = &first_simulated;
  while (*place != nullptr && (*place)->loop != loop) place = &(*place)->next;
  if (simulated_loop* const old = *place) {
    *place = old->next;
    delete old;
  }
  if (source != nullptr) first_simulated = new simulated_loop{loop, source, first_simulated};
}

result<base::url> detail::read_url(std::string_view text) noexcept { return base::url::parse(text); }

result<port::world*> world_of_loop(uv_loop_t* loop, bool keep_loop_alive) noexcept {
  for (const simulated_loop* each = first_simulated; each != nullptr; each = each->next) {
    if (each->loop == loop) return each->source->open_world();
  }
  return net::open_world(loop, keep_loop_alive);
}

}  // namespace uvnostr
