// SPDX-License-Identifier: MIT
// Signs a note, publishes it to several relays, and prints each relay's answer. New since 1: keys, drafts, receipts.
// With URLs as arguments it really publishes, under a key made only for this note.
#include <iostream>

#include <uv.h>
#include <uvnostr/keys.hpp>
#include <uvnostr/pool.hpp>
#include <uvnostr/printable.hpp>

#include "local_relay.hpp"

namespace {

int fail(const uvnostr::error& why) {
  std::cerr << why.message() << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  uv_loop_t* const loop = uv_default_loop();
  samples::relays to(loop, argc, argv, 3);
  if (to.are_local()) to.local[1].behaviour().refuse_event = {.reason = "blocked: this relay takes nothing today"};

  const auto key = uvnostr::secret_key::generate();
  if (!key) return fail(key.error());
  const auto note = key->sign({.kind = 1, .content = "Hello from uvnostr", .tags = {{"t", "uvnostr"}}});
  if (!note) return fail(note.error());
  std::cout << "publishing " << note->id().to_note() << "\n        as " << key->pubkey().to_npub() << '\n';

  auto pool = uvnostr::pool::make(loop, {.relays = to.urls});
  if (!pool) return fail(pool.error());

  const uvnostr::error refused =
      pool->publish(*note,
                    {.on_receipt =
                         [&pool](const uvnostr::receipt& answer) {
                           std::cout << pool->url(answer.relay) << ": " << to_string(answer.outcome);
                           if (!answer.message.empty()) {
                             std::cout << ", it says: " << uvnostr::printable(answer.message);
                           } else if (answer.cause) {
                             std::cout << ", because: " << answer.cause.message();
                           }
                           std::cout << '\n';
                         },
                     .on_done =
                         [&pool](std::size_t accepted, std::size_t asked) {
                           std::cout << accepted << " of " << asked << " relays have it\n";
                           pool->close();
                         }},
                    {.send_timeout = std::chrono::seconds(10)});  // for a relay that cannot be reached
  if (refused) return fail(refused);

  uv_run(loop, UV_RUN_DEFAULT);
  return 0;
}
