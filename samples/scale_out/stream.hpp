// SPDX-License-Identifier: MIT
// Stores events in a JetStream stream, each once: its id is the message's id, and the server refuses an id that it has
// had within `duplicate_window`.
//
// The connection's socket is read and written by the loop (nats/adapters/libuv.h). Acknowledgements come on a thread of
// the NATS library and are handed over by uv_async_send().
//
// What can go wrong:
//   the connection is lost, or an   everything without an acknowledgement is forgotten, and on_broken() is called. Whoever
//   acknowledgement is an error     published it fetches it again from its cursor. What was stored after all is refused as
//                                   a duplicate then
//   too much is published           js_PublishMsgAsync() would block the loop at `most_pending`: the caller keeps below it
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <vector>

#include <nats/nats.h>
#include <uv.h>
#include <uvnostr/event.hpp>

#include "keeper.hpp"

namespace scale_out {

/// Longer than the overlap of a resumed subscription (ten minutes) and an outage together. About 330 bytes of the server's
/// memory for each id in it.
constexpr std::chrono::minutes duplicate_window{30};

/// Where an event came from: the nth of a subscription. `take` tells subscriptions of the same relay apart.
struct origin {
  std::size_t relay = 0;
  std::uint64_t take = 0;
  std::uint64_t number = 0;
};

struct stream_callbacks {
  std::function<void(const origin&)> on_stored;
  std::function<void()> on_broken;
};

/// Returns false if it is neither there nor can be made.
bool make_stream(jsCtx*, const settings&);

class stream {
 public:
  stream(uv_loop_t*, const settings&, stream_callbacks, std::size_t most_pending);
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  ~stream();

  /// Called on the loop's thread, before the loop runs. It blocks until there is a connection. Returns false if there is none.
  bool start();
  bool is_ready() const { return context_ != nullptr; }
  /// on_stored() follows, unless on_broken() comes first.
  void publish(const uvnostr::event_view&, const origin&);
  /// Ends the connection. The loop needs some more turns.
  void close();

 private:
  struct acknowledged {
    natsMsg* message;
    bool is_stored;
  };

  void on_async();
  void note(bool& what);
  void open_context();
  void break_off();
  static void on_acknowledgement(jsCtx*, natsMsg*, jsPubAck*, jsPubAckErr*, void* self);

  uv_loop_t* loop_;
  const settings& settings_;
  const stream_callbacks callbacks_;
  const std::size_t most_pending_;
  uv_async_t async_{};
  natsConnection* connection_ = nullptr;
  jsCtx* context_ = nullptr;                         // null while there is no connection
  std::unordered_map<natsMsg*, origin> unanswered_;  // the loop's
  std::mutex lock_;
  std::vector<acknowledged> answers_;  // of other threads
  bool is_closed_ = false;
  bool was_lost_ = false;
  bool is_back_ = false;
};

}  // namespace scale_out
