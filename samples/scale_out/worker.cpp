// SPDX-License-Identifier: MIT
// One of any number of workers that share relays and store their events in a JetStream stream:
//     scale_out SERVER RELAYS_FILE [TTL_MILLISECONDS]
// Start as many as you like, on as many machines as you like, with the same file: one URL a line. Kill any of them at any
// time. docs/scale_out.md explains how it works, and how far it goes.
//
// This file has the loop's part: a subscription for each relay that the keeper orders to be taken. An event counts as
// acknowledged when the stream has it, so the relay's cursor never covers more than what is stored.
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <uv.h>
#include <uvnostr/uvnostr.hpp>

#include "keeper.hpp"
#include "stream.hpp"

namespace scale_out {
namespace {

// How many events of a relay may be unacknowledged. Above it the relay waits, so this is the window for JetStream, too.
constexpr std::uint64_t window = 256;

class worker {
 public:
  worker(uv_loop_t* loop, settings given)
      : loop_(loop),
        settings_(std::move(given)),
        keeper_(settings_, [this] { uv_async_send(&orders_); }),
        stream_(loop, settings_,
                {.on_stored = [this](const origin& from) { stored(from); }, .on_broken = [this] { drop_all(); }},
                settings_.relays.size() * window + 1) {}

  bool start() {
    uv_async_init(loop_, &orders_, [](uv_async_t* a) { static_cast<worker*>(a->data)->obey(); });
    uv_timer_init(loop_, &timer_);
    orders_.data = timer_.data = this;
    const auto interval = static_cast<std::uint64_t>(settings_.renew().count()) / 5;
    uv_timer_start(
        &timer_, [](uv_timer_t* t) { static_cast<worker*>(t->data)->on_timer(); }, interval, interval);
    const int numbers[] = {SIGINT, SIGTERM};
    for (std::size_t i = 0; i < std::size(numbers); ++i) {
      uv_signal_init(loop_, &signals_[i]);
      signals_[i].data = this;
      uv_signal_start(
          &signals_[i], [](uv_signal_t* s, int) { uv_stop(s->loop); }, numbers[i]);
    }
    auto pool = uvnostr::pool::make(loop_, {.seen_entries = 1U << 18U},
                                    {.on_log = [](const uvnostr::log_entry& e) { std::cerr << e.line() << '\n'; }});
    if (!pool) return false;
    pool_ = std::move(*pool);
    return stream_.start() && keeper_.start();
  }

  /// After a signal.
  void end() {
    save_cursors();
    drop_all();
    pool_ = {};
    keeper_.stop();
    stream_.close();
    for (auto* const each :
         {reinterpret_cast<uv_handle_t*>(&orders_), reinterpret_cast<uv_handle_t*>(&timer_),
          reinterpret_cast<uv_handle_t*>(&signals_[0]), reinterpret_cast<uv_handle_t*>(&signals_[1])}) {
      uv_close(each, nullptr);
    }
  }

 private:
  struct taken_relay {
    uvnostr::relay_id id{};
    std::uint64_t take = 0;
    uvnostr::subscription events{};
    std::uint64_t stored = 0;             // the first so many events
    std::set<std::uint64_t> out_of_turn;  // stored, but others before them are not
    bool has_come_further = false;
    bool is_leaving = false;
  };

  void obey() {
    for (order& each : keeper_.take_orders()) {
      switch (each.what) {
        case order::kind::take: take(each.relay, std::move(each.cursor)); break;
        case order::kind::drop: drop(each.relay); break;
        case order::kind::give_back: give_back(each.relay); break;
      }
    }
  }

  void take(std::size_t number, std::string cursor) {
    const std::string& url = settings_.relays[number];
    if (!stream_.is_ready() || taken_.contains(number)) return keeper_.has_dropped(number);
    const auto added = pool_.add_relay(url);
    if (!added) {
      std::cerr << url << ": " << added.error().message() << '\n';
      return;
    }
    taken_relay& made = taken_[number];
    made.id = *added;
    made.take = ++takes_;
    const auto ask = [&](std::string from) {
      return pool_.subscribe(uvnostr::filter{.kinds = {1}},
                             {.on_event =
                                  [this, number](uvnostr::relay_id, const uvnostr::event_view& event) {
                                    taken_relay& of = taken_.at(number);
                                    stream_.publish(
                                        event, {.relay = number, .take = of.take, .number = of.events.delivered()});
                                  },
                              .on_caught_up = [this, number] { taken_.at(number).has_come_further = true; }},
                             {.resume_from = std::move(from), .max_unacknowledged = window}, {made.id});
    };
    auto events = ask(std::move(cursor));
    if (!events) {
      std::cerr << url << ": " << events.error().message() << "; it is read from the beginning\n";
      events = ask({});
    }
    if (!events) std::abort();
    made.events = std::move(*events);
    std::cout << "take " << url << std::endl;
  }

  /// What was not stored comes again to whoever takes it next.
  void drop(std::size_t number) {
    const auto found = taken_.find(number);
    if (found == taken_.end()) return;
    const uvnostr::relay_id id = found->second.id;
    taken_.erase(found);
    (void)pool_.remove_relay(id);
    std::cout << "drop " << settings_.relays[number] << std::endl;
  }

  void drop_all() {
    while (!taken_.empty()) {
      const std::size_t number = taken_.begin()->first;
      drop(number);
      keeper_.has_dropped(number);
    }
  }

  /// Another worker is to have it. First everything that was delivered is stored.
  void give_back(std::size_t number) {
    const auto found = taken_.find(number);
    if (found == taken_.end()) return;
    found->second.is_leaving = true;
    found->second.events.pause();
    leave_if_stored(number, found->second);
  }

  void leave_if_stored(std::size_t number, taken_relay& of) {
    if (!of.is_leaving || of.stored != of.events.delivered()) return;
    std::string cursor = of.events.cursor();
    drop(number);
    keeper_.has_given_back(number, std::move(cursor));
  }

  void stored(const origin& from) {
    const auto found = taken_.find(from.relay);
    if (found == taken_.end() || found->second.take != from.take) return;
    taken_relay& of = found->second;
    ++total_;
    of.out_of_turn.insert(from.number);
    while (!of.out_of_turn.empty() && *of.out_of_turn.begin() == of.stored + 1) {
      of.out_of_turn.erase(of.out_of_turn.begin());
      ++of.stored;
    }
    of.events.acknowledge(of.stored);
    of.has_come_further = true;
    leave_if_stored(from.relay, of);
  }

  void on_timer() {
    keeper_.beat();
    save_cursors();
    if (total_ != told_) std::cout << "stored " << (told_ = total_) << std::endl;
  }

  void save_cursors() {
    for (auto& [number, each] : taken_) {
      if (std::exchange(each.has_come_further, false)) keeper_.save_cursor(number, each.events.cursor());
    }
  }

  uv_loop_t* loop_;
  const settings settings_;
  uv_async_t orders_{};
  uv_timer_t timer_{};
  uv_signal_t signals_[2];
  uvnostr::pool pool_;
  std::map<std::size_t, taken_relay> taken_;
  std::uint64_t takes_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t told_ = 0;
  keeper keeper_;
  stream stream_;
};

}  // namespace
}  // namespace scale_out

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  const std::string usage = "usage: " + std::string(argv[0]) + " SERVER RELAYS_FILE [TTL_MILLISECONDS]";
  if (first == "--help" || first == "-h") {
    std::cout << usage << '\n';
    return 0;
  }
  if (argc < 3 || first.starts_with("-")) {
    if (first.starts_with("-")) std::cerr << first << ": there is no such option\n";
    std::cerr << usage << '\n';
    return 2;
  }
  scale_out::settings given{.server = argv[1], .relays = {}};
  std::ifstream file(argv[2]);
  for (std::string url; std::getline(file, url);) {
    if (!url.empty()) given.relays.push_back(url);
  }
  if (argc > 3) given.ttl = std::chrono::milliseconds(std::atoi(argv[3]));
  if (given.relays.empty() || given.ttl < std::chrono::milliseconds(500)) {
    std::cerr << "no relays in " << argv[2] << ", or a TTL below half a second\n";
    return 2;
  }
  uv_loop_t* const loop = uv_default_loop();
  scale_out::worker self(loop, std::move(given));
  if (!self.start()) std::_Exit(1);
  uv_run(loop, UV_RUN_DEFAULT);
  self.end();
  uv_run(loop, UV_RUN_DEFAULT);
  std::_Exit(0);  // threads of the NATS library may still hold what the destructors would free
}
