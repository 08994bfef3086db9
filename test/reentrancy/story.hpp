// SPDX-License-Identifier: MIT
// A story that calls every callback. It can be bent in any callback, and between any two turns of the loop.
//
// Unbent: three subscriptions (one is refused) and a fetch, stored events, EOSE, a notice, a publish, a lost connection and a new
// one, one subscription closed, one relay removed, the pool closed. Whatever an action does to it, the contract
// holds; story checks that in every callback and at the end.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "reentrancy/stage.hpp"

namespace uvnostr {

enum class hook {
  pool_event,
  pool_eose,
  pool_notice,
  connecting,
  connected,
  waiting,
  closing,
  stopped,
  pool_close,
  event,
  eose,
  all_eose,
  relay_closed,
  close,
  receipt,
  done,
  known,
  fetch_event,
  fetch_done,
  log,
};
inline constexpr const char* hook_names[] = {"pool_event",      "pool_eose",     "pool_notice",   "state_connecting",
                                             "state_connected", "state_waiting", "state_closing", "state_stopped",
                                             "pool_close",      "event",         "eose",          "all_eose",
                                             "relay_closed",    "close",         "receipt",       "done",
                                             "known",           "fetch_event",   "fetch_done",    "log"};

enum class action {
  close_self,
  close_other,
  destroy_self,
  destroy_other,
  subscribe,
  publish,
  reconnect,
  close_pool,
  destroy_pool,
  close_then_destroy,
  destroy_everything,
  add_relay,
  remove_this_relay,
  remove_another_relay,
  fetch,
};
inline constexpr const char* action_names[] = {"close_self",
                                               "close_other",
                                               "destroy_self",
                                               "destroy_other",
                                               "subscribe",
                                               "publish",
                                               "reconnect",
                                               "close_pool",
                                               "destroy_pool",
                                               "close_then_destroy",
                                               "destroy_everything",
                                               "add_relay",
                                               "remove_this_relay",
                                               "remove_another_relay",
                                               "fetch"};

/// Where and how the story is bent. If nothing is set, it is not bent.
struct bend {
  action what{};
  std::optional<hook> at_hook{};  // at its first call
  std::size_t at_callback = 0;    // in the n-th callback, counting from 1
  std::size_t before_turn = 0;    // outside any callback
};

class story {
 public:
  explicit story(stage& on, bend how = {}) : stage_(on), bend_(how) {}
  story(const story&) = delete;
  story& operator=(const story&) = delete;

  /// Plays from make() to an empty world. Returns make()'s error.
  error play();

  bool bent() const noexcept { return bent_; }
  std::size_t callbacks() const noexcept { return callbacks_; }
  std::size_t turns() const noexcept { return turns_; }

  /// Reconnecting never succeeds, so the story does not wait for what needs a connection.
  bool without_connections = false;
  /// Called when the library's code begins (true) and ends (false) to run.
  std::function<void(bool)> on_library = [](bool) {};

 private:
  /// Or a fetch, whose last call is on_done.
  struct watched_subscription {
    subscription handle;
    bool silent = false;  // destroyed: no further call is allowed
    unsigned all_eoses = 0;
    unsigned closes = 0;
    std::set<relay_id> eoses;
    std::set<event_id> events;
    bool over() const noexcept { return silent || closes != 0; }
  };
  struct watched_publish {
    std::size_t asked = 0;
    std::set<relay_id> receipts;
    unsigned dones = 0;
  };
  class calling;
  struct canary;

  pool_callbacks callbacks_of_pool();
  subscription_callbacks callbacks_of(watched_subscription&);
  fetch_callbacks callbacks_of_fetch(watched_subscription&);
  publish_callbacks callbacks_of(watched_publish&);
  /// Wraps every callback: `count` records it, then the story may be bent here.
  template <class Count>
  void called(hook, relay_id, watched_subscription*, const canary&, Count count);

  bool open() const noexcept { return made_ && !close_asked_ && !destroyed_; }
  bool has(relay_id id) const {
    const std::vector<relay_id> all = stage_.relays();
    return std::find(all.begin(), all.end(), id) != all.end();
  }
  template <class Goal>
  void until(const char* what, Goal goal);
  void until_answered();
  void run_to_the_end();
  bool turn();
  void check_end() const;

  void act(relay_id here, watched_subscription* self);
  void subscribe();
  void fetch();
  void keep(watched_subscription&, result<subscription>);
  void publish();
  void remove(relay_id);
  void close(watched_subscription&);
  void destroy(watched_subscription&);
  void close_pool();
  void destroy_pool();
  watched_subscription* other_than(const watched_subscription*);

  stage& stage_;
  const bend bend_;
  std::vector<std::unique_ptr<watched_subscription>> subscriptions_;
  std::vector<std::unique_ptr<watched_publish>> publishes_;
  relay_id first_{};
  relay_id last_{};
  std::size_t connects_of_first_ = 0;
  std::size_t notices_ = 0;
  std::set<relay_id> stopped_;
  std::set<event_id> pool_events_;
  unsigned pool_closes_ = 0;
  std::size_t callbacks_ = 0;
  std::size_t turns_ = 0;
  int calls_ = 0;  // our calls in progress
  bool in_callback_ = false;
  bool made_ = false;
  bool close_asked_ = false;
  bool destroyed_ = false;
  bool bent_ = false;
};

}  // namespace uvnostr
