// SPDX-License-Identifier: MIT
// A program that does anything that a pool allows, at any time, even inside callbacks.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "pool/pool_core.hpp"
#include "sim/judge.hpp"

namespace uvnostr::sim {

class application {
 public:
  application(run_state& s, judge& j, sim_world& w, const sim_network&, const period& around, const pool_options&);

  /// A subscription with which a restarted program continues.
  struct resumable {
    unsigned number;
    std::vector<filter_model> filters;
    subscribe_options options;
    std::vector<unsigned> hosts;  // its relays; empty: all
    saved_cursor from;
  };

  /// Does one random thing.
  void act();
  void add_relay(unsigned host);
  void subscribe();
  void go_on_with(resumable);
  /// The cursors with which it would continue if it were killed now: current ones, or ones saved a while ago.
  std::vector<resumable> to_go_on_with();
  watched_publish& publish(std::size_t event, std::vector<unsigned> relays, publish_options);
  /// Tries again every relay that has given up, and lets every subscription take what there is.
  void take_all();
  void close();
  void destroy();
  /// Drops everything that it holds, including handles that outlived the pool.
  void forget();

  /// Whether the pool has released everything that it was given.
  bool is_forgotten_by_pool() const { return token_.use_count() == 1; }
  bool is_destroyed() const { return core_.get() == nullptr; }
  pool_stats stats() const { return core_->stats(); }

  bool is_quiet = false;  // no longer acts by itself
  bool destroys_in_callback = false;
  const relay_options defaults;

 private:
  /// Wraps every call to the core.
  template <class F>
  auto calling(F&& call) {
    const bool outer = std::exchange(judge_.in_call, true);
    auto answer = call();
    judge_.in_call = outer;
    return answer;
  }
  static relay_options some_options(random_source&);
  static std::vector<relay_id> ids_of(const std::vector<unsigned>& numbers);
  filter_model some_filter(unsigned number);
  pool_callbacks callbacks();
  subscription_callbacks callbacks(watched_subscription&);
  std::vector<unsigned> some_relays();
  void end_subscription();
  void publish_something();
  void remove_relay();
  void reconnect();
  void call_getters();
  void pause_something();
  void acknowledge_something();
  void save_something();
  void ask_again_something();
  void ask_again(watched_subscription&, unsigned relay);
  /// Called at the end of every callback: the application may do anything here.
  void in_callback();

  run_state& state_;
  judge& judge_;
  const sim_network& network_;
  const period& period_;
  base::ref<pool_core> core_;
  std::shared_ptr<int> token_ = std::make_shared<int>(0);
  struct held {
    watched_subscription* what;
    subscription handle;
    std::optional<saved_cursor> saved{};
  };
  held* find(const watched_subscription&);
  void acknowledge(held&);
  void open(watched_subscription&, const std::vector<filter_model>&, const subscribe_options&,
            const std::vector<unsigned>& named);
  std::vector<held> handles_;
  unsigned depth_ = 0;
  static constexpr unsigned most_open = 5;
};

}  // namespace uvnostr::sim
