// SPDX-License-Identifier: MIT
// The information documents of the pool's relays: asked for on demand, apart from their connections, and kept.
//
// Happy path: ask -> HTTP -> the document is parsed -> all who asked are told, and the relay's session learns its limits.
// What can go wrong: the relay cannot be reached, answers no document, or nothing at all: then connect_timeout ends it. A
// relay that is removed, or a pool that closes, ends it as well. Each asker is told exactly once, unless all falls silent.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <uvnostr/information.hpp>
#include <uvnostr/types.hpp>

#include "base/timer_queue.hpp"
#include "port/reactor.hpp"
#include "port/transport.hpp"
#include "receive/deferred_calls.hpp"
#include "session/relay_session.hpp"

namespace uvnostr {

class information_desk {
 public:
  using answer = callback<void(const result<relay_information>&)>;

  information_desk(port::reactor& reactor, port::transport& transport, base::timer_queue& timers,
                   deferred_calls& later) noexcept
      : reactor_(reactor), transport_(transport), timers_(timers), later_(later) {}

  void ask(session::relay_session&, answer, std::chrono::seconds max_age);
  /// The relay is removed: those who wait are told so.
  void forget(relay_id, std::error_code why);
  void close(std::error_code why);
  /// At once and in silence.
  void clear() noexcept { entries_.clear(); }

 private:
  class entry final : private port::connection_listener {
   public:
    entry(information_desk& desk, session::relay_session& relay)
        : desk_(desk), relay_(base::ref<session::relay_session>::retain(relay)) {}
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry();

    void ask(answer, std::chrono::seconds max_age);
    void fail(error);

   private:
    void dial();
    void tell(result<relay_information>);
    void on_timer() noexcept;
    void on_open() noexcept override {}
    void on_text(std::string_view) noexcept override;
    void on_binary(std::size_t) noexcept override {}
    void on_pong() noexcept override {}
    void on_writable() noexcept override {}
    void on_disconnect(const port::disconnect&) noexcept override;

    information_desk& desk_;
    const base::ref<session::relay_session> relay_;
    port::connection* connection_ = nullptr;
    base::timer timer_ = base::timer::calling<&entry::on_timer>(*this);
    std::optional<result<relay_information>> came_;  // of this request
    std::optional<relay_information> known_;
    std::chrono::microseconds known_since_{};
    std::vector<answer> waiting_;
  };

  std::chrono::microseconds now() noexcept { return reactor_.now().time_since_epoch(); }

  port::reactor& reactor_;
  port::transport& transport_;
  base::timer_queue& timers_;
  deferred_calls& later_;
  std::map<relay_id, std::unique_ptr<entry>> entries_;
};

}  // namespace uvnostr
