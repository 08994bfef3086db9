// SPDX-License-Identifier: MIT
// Decides which relays this worker has, together with the keepers of all other workers, through two key-value buckets of
// NATS. It runs on a thread of its own, because calls to a bucket block until the server has answered.
//
// Happy path: a relay without a lease is free. Its lease is a key that only one worker can create. The worker renews it
// by its revision, three times as often as it would expire, and keeps the relay's cursor beside it. Each worker takes
// its share: the number of relays divided by the number of workers, which show themselves by keys of the same kind.
// What can go wrong:
//   a lease cannot be renewed     the worker stops reading that relay at once
//   it is another's               the relay is lost
//   the server is away            every lease is treated like that; what can be renewed when it is back goes on
//   it stays away for `give_up`   the process ends, before its leases can expire: whoever started it starts it again
//   the loop stands still         the same, because nobody would stop reading
//   the process is killed         its leases expire after `ttl`, and others take the relays and continue from their cursors
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <nats/nats.h>

namespace scale_out {

struct settings {
  std::string server;
  std::vector<std::string> relays;
  std::chrono::milliseconds ttl{15'000};
  std::chrono::milliseconds renew() const { return ttl / 3; }
  std::chrono::milliseconds give_up() const { return ttl * 2 / 3; }
};

/// What the loop has to do. Relays are numbered as in the settings.
struct order {
  enum class kind { take, drop, give_back };
  order::kind what{};
  std::size_t relay = 0;
  std::string cursor{};  // for take
};

class keeper {
 public:
  /// `wake` is called on the keeper's thread when there are orders.
  keeper(const settings&, std::function<void()> wake);
  keeper(const keeper&) = delete;
  keeper& operator=(const keeper&) = delete;
  ~keeper();

  /// Connects, makes the buckets and the stream if they are missing, and starts the thread. Returns false if it cannot.
  bool start();
  /// Gives all leases back, and ends the thread: `wake` is not called any more.
  void stop();

  // On the loop's thread.
  std::vector<order> take_orders();
  /// The loop is alive. To be called several times in `give_up`.
  void beat();
  void save_cursor(std::size_t relay, std::string cursor);
  /// The loop no longer reads the relay, although it has its lease: the relay is to be taken anew.
  void has_dropped(std::size_t relay);
  /// The answer to give_back, when everything is stored.
  void has_given_back(std::size_t relay, std::string cursor);

 private:
  using clock = std::chrono::steady_clock;
  struct lease {
    std::uint64_t revision = 0;
    bool is_read = false;     // the loop has the order to take it
    bool is_leaving = false;  // or to give it back
  };
  struct report {
    enum class kind { cursor, dropped, given_back };
    report::kind what{};
    std::size_t relay = 0;
    std::string cursor{};
  };

  void run();
  void handle_reports();
  bool renew_all();
  bool renew(std::size_t relay, lease&);
  bool share();
  bool try_to_take(std::size_t relay);
  void take(std::size_t relay, lease&);
  void lose(std::size_t relay, lease&);
  void tell(order);
  void report_to_thread(report);
  void end_if_useless() const;
  std::string key(std::size_t relay) const;

  const settings settings_;
  const std::function<void()> wake_;
  std::string worker_;  // unique
  natsConnection* connection_ = nullptr;
  jsCtx* context_ = nullptr;
  kvStore* leases_ = nullptr;
  kvStore* cursors_ = nullptr;

  std::map<std::size_t, lease> held_;  // the thread's
  clock::time_point last_success_{};
  std::atomic<clock::rep> last_beat_{0};

  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<order> orders_;
  std::vector<report> reports_;
  bool ends_ = false;
  std::thread thread_;
};

}  // namespace scale_out
