// SPDX-License-Identifier: MIT
// The information documents of the pool's relays. They are requested on demand, apart from the relays' connections, and
// kept.
//
// Happy path: ask() sends an HTTP request; the document is parsed; every waiting callback gets it, and the relay's
// session learns its limits. What can go wrong: the relay cannot be reached, sends something else, or does not answer
// within connect_timeout; the relay is removed, or the pool closes. Each callback runs exactly once, except when the
// pool is destroyed.
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
  /// The relay was removed: waiting callbacks get the error.
  void forget(relay_id, std::error_code why);
  void close(std::error_code why);
  /// Ends everything without callbacks.
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
    std::chrono::seconds age() const noexcept {
      return std::chrono::floor<std::chrono::seconds>(desk_.now() - known_since_);
    }
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
