// SPDX-License-Identifier: MIT
// Kills workers of samples/scale_out, and the NATS server, at random, while 30 relays get new events. Once, what is on its
// way to the stream is lost after the cursors had time to get ahead of it. In the end the stream has exactly what was
// published, each event once. Prints figures; the last line reads "N passed, M failed".
// Usage: scale_out_killed WORKER NATS_SERVER [KILLS] [TTL_MILLISECONDS] [SEED]
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <uvnostr/testing/relay.hpp>

#include "child.hpp"
#include "gate.hpp"
#include "stream_reader.hpp"

using namespace uvnostr;
using namespace uvnostr::testing;
using namespace std::chrono_literals;
using test::child;
using test::stream_reader;

namespace {

constexpr std::size_t worker_count = 3;
constexpr std::size_t relay_count = 30;
constexpr std::uint64_t tick_ms = 20;

int passed = 0;
int failed = 0;

void check(bool good, const std::string& what) {
  ++(good ? passed : failed);
  if (!good) std::cout << "FAILED: " << what << '\n';
}

/// A port that is free now, and again after its server was killed.
int free_port() {
  const int number = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(number, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(number, reinterpret_cast<sockaddr*>(&address), &size);
  close(number);
  return ntohs(address.sin_port);
}

class world {
 public:
  world(uv_loop_t* loop, std::string worker, std::string server, std::string folder, std::uint64_t ttl_ms,
        std::uint64_t seed)
      : loop_(loop),
        worker_(std::move(worker)),
        server_(std::move(server)),
        folder_(std::move(folder)),
        ttl_ms_(ttl_ms),
        random_(seed),
        url_("nats://127.0.0.1:" + std::to_string(port_)),
        gate_(loop, port_, "nostr.events.") {
    std::ofstream names(folder_ + "/relays");
    for (std::size_t i = 0; i < relay_count; ++i) {
      relays_.push_back(test_relay::start(loop).value());
      relays_.back().behaviour().max_limit = 100;  // so that pages are needed
      names << relays_.back().url() << '\n';
    }
    std::ofstream config(folder_ + "/nats.conf");
    config << "listen: 127.0.0.1:" << port_ << "\njetstream { store_dir: \"" << folder_ << "/jetstream\" }\n";
    uv_timer_init(loop_, &timer_);
    timer_.data = this;
  }

  void run(int kills) {
    start_server();
    uv_timer_start(
        &timer_, [](uv_timer_t* t) { static_cast<world*>(t->data)->tick(); }, tick_ms, tick_ms);
    wait_for(500ms);
    for (std::size_t i = 0; i < worker_count; ++i) start_worker(i);
    check(until([this] { return owners_.size() == relay_count; }, ttl_ms_ * 8ms), "every relay is taken");
    for (int i = 0; i < kills; ++i) {
      publish_burst();
      wait_for(std::chrono::milliseconds(below(300)));
      below(4) == 0 ? kill_server() : kill_worker(below(worker_count));
      wait_for(std::chrono::milliseconds(below(ttl_ms_)));
    }
    lose_what_is_on_its_way();
    publishes_ = false;
    check(until([this] { return owners_.size() == relay_count; }, ttl_ms_ * 8ms), "every relay is taken in the end");
    compare();
    measure_backlog();
    end();
  }

  void print_figures() const {
    std::cout << published_.size() << " events published, " << worker_kills_ << " workers and " << server_kills_
              << " servers killed; taken over within " << slowest_ms_ << " ms at most, TTL " << ttl_ms_ << " ms\n";
  }

 private:
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  bool until(callback<bool()> condition, std::chrono::milliseconds limit) {
    return run_until(loop_, std::move(condition), limit);
  }
  void wait_for(std::chrono::milliseconds time) {
    const std::uint64_t end = uv_hrtime() + static_cast<std::uint64_t>(time.count()) * 1'000'000;
    check(until([end] { return uv_hrtime() >= end; }, time + 60s), "time goes by");
  }

  /// Cursors reach the server, and events do not. A worker that acknowledges an event before the stream has it would save
  /// a cursor that covers the event, and never ask for it again.
  void lose_what_is_on_its_way() {
    check(until([this] { return owners_.size() == relay_count && running_server_ != nullptr; }, ttl_ms_ * 8ms),
          "every relay is taken after the kills");
    publish_burst();  // so that each worker has come further, and wants to save its cursors
    gate_.hold();
    publish_burst();
    // Longer than a cursor waits to be saved (TTL / 15 + TTL / 3), shorter than a worker waits for acknowledgements.
    wait_for(std::chrono::milliseconds(ttl_ms_ / 2));
    gate_.break_held();
  }

  void tick() {
    for (std::uint64_t left = publishes_ ? rate_ * tick_ms / 1000 : 0; left != 0; --left) publish(make_note());
    const std::uint64_t now = uv_now(loop_);
    if (server_at_ != 0 && now >= server_at_ && running_server_ == nullptr) start_server();
    for (std::size_t i = 0; i < worker_count; ++i) {
      const worker_state& each = workers_[i];
      if (each.start_at != 0 && now >= each.start_at && each.running == nullptr) start_worker(i);
    }
  }

  /// Its date is ten seconds after that of the one before. So what is published in two tenths of a second is longer than the
  /// overlap of a resumed subscription, which would otherwise hide that something was acknowledged too early.
  event make_note() {
    ++made_;
    return make_event("note " + std::to_string(made_), start_ + made_ * std::chrono::seconds(10));
  }
  /// So that much is under way.
  void publish_burst() {
    for (int i = 0; i < 500; ++i) publish(make_note());
  }
  /// It goes to one relay at least.
  void publish(const event& made) {
    const std::size_t first = below(relay_count);
    relays_[first].add(made);
    if (below(2) == 0) relays_[(first + 1 + below(relay_count - 1)) % relay_count].add(made);
    published_.insert(made.id().to_hex());
  }

  void start_server() {
    server_at_ = 0;
    running_server_ = new child(loop_, {server_, "-c", folder_ + "/nats.conf"}, folder_ + "/nats.log", {},
                                [this] { running_server_ = nullptr; });
  }

  void kill_server() {
    if (running_server_ == nullptr) return;
    running_server_->signal(SIGKILL);
    server_at_ = uv_now(loop_) + 100 + below(ttl_ms_);
    ++server_kills_;
  }

  struct worker_state {
    child* running = nullptr;
    std::uint64_t start_at = 0;
    std::uint64_t stored = 0;  // as it said
  };

  void start_worker(std::size_t number) {
    worker_state& of = workers_[number];
    of.start_at = 0;
    of.stored = 0;
    of.running = new child(
        loop_,
        {worker_, "nats://127.0.0.1:" + std::to_string(gate_.port()), folder_ + "/relays", std::to_string(ttl_ms_)},
        folder_ + "/worker" + std::to_string(number) + ".log",
        [this, number](const std::string& line) { read(number, line); },
        [this, number] {
          workers_[number].running = nullptr;
          // Whoever runs workers starts them again.
          if (!ends_ && workers_[number].start_at == 0) workers_[number].start_at = uv_now(loop_) + 50;
          disown(number);
        });
  }

  void kill_worker(std::size_t number) {
    worker_state& of = workers_[number];
    if (of.running == nullptr) return;
    of.running->signal(SIGKILL);
    of.start_at = uv_now(loop_) + 1 + below(2 * ttl_ms_);
    ++worker_kills_;
  }

  /// Its relays are nobody's until another says that it has taken them.
  void disown(std::size_t number) {
    for (auto at = owners_.begin(); at != owners_.end();) {
      if (at->second == number) {
        orphans_[at->first] = {.since = uv_now(loop_), .server_kills = server_kills_};
        at = owners_.erase(at);
      } else {
        ++at;
      }
    }
  }

  void read(std::size_t worker, const std::string& line) {
    const std::string rest = line.substr(std::min(line.size(), line.find(' ') + 1));
    if (line.starts_with("take ")) {
      const auto found = orphans_.find(rest);
      if (found != orphans_.end()) {
        // Without the server nothing can be taken over.
        if (running_server_ != nullptr && server_kills_ == found->second.server_kills) {
          slowest_ms_ = std::max(slowest_ms_, uv_now(loop_) - found->second.since);
        }
        orphans_.erase(found);
      }
      owners_[rest] = worker;
    } else if (line.starts_with("drop ")) {
      const auto owner = owners_.find(rest);
      if (owner != owners_.end() && owner->second == worker) owners_.erase(owner);
    } else if (line.starts_with("stored ")) {
      const std::uint64_t now = std::strtoull(rest.c_str(), nullptr, 10);
      total_ += now - std::exchange(workers_[worker].stored, now);
    }
  }

  void compare() {
    std::optional<stream_reader> stream;
    std::uint64_t looked_at = 0;
    std::uint64_t messages = 0;
    (void)until(
        [&] {
          if (uv_now(loop_) < looked_at + 250 || running_server_ == nullptr) return false;
          looked_at = uv_now(loop_);
          if (!stream) stream.emplace(url_);
          messages = stream->messages();
          if (messages == 0) stream.reset();
          return messages >= published_.size();
        },
        60s);
    check(stream.has_value(), "the stream is there");
    if (!stream) return;
    wait_for(1s);  // what comes twice may come late
    const std::map<std::string, int> stored = stream->ids();
    std::size_t missing = 0;
    std::size_t repeated = 0;
    for (const std::string& each : published_) missing += stored.contains(each) ? 0 : 1;
    for (const auto& [id, count] : stored) repeated += count > 1 ? 1 : 0;
    check(missing == 0, std::to_string(missing) + " of " + std::to_string(published_.size()) + " events are missing");
    check(repeated == 0, std::to_string(repeated) + " events are stored more than once");
    check(stored.size() == published_.size(), std::to_string(stored.size()) + " are stored");
    std::cout << "stored " << stored.size() << " of " << published_.size() << " published\n";
  }

  /// How fast workers are when there is more than enough to do.
  void measure_backlog() {
    constexpr std::uint64_t backlog = 6'000;
    std::vector<event> all;
    for (std::uint64_t i = 0; i < backlog; ++i) all.push_back(make_note());
    const std::uint64_t before = total_;
    const std::uint64_t began = uv_hrtime();
    for (const event& each : all) publish(each);
    check(until([&] { return total_ >= before + backlog; }, 60s), "a backlog is stored");
    std::cout << (total_ - before) * 1'000'000'000 / (uv_hrtime() - began) / worker_count
              << " events a second and worker, copies included, from a backlog; workers, server and relays share this "
                 "machine\n";
  }

  void end() {
    ends_ = true;
    for (worker_state& each : workers_) {
      each.start_at = 0;
      if (each.running != nullptr) each.running->signal(SIGTERM);
    }
    check(until(
              [this] {
                for (const worker_state& each : workers_) {
                  if (each.running != nullptr) return false;
                }
                return true;
              },
              30s),
          "SIGTERM ends the workers");
    if (running_server_ != nullptr) running_server_->signal(SIGTERM);
    check(until([this] { return running_server_ == nullptr; }, 30s), "SIGTERM ends the server");
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
    gate_.close();
    wait_for(10ms);  // so that the loop is done with both
  }

  uv_loop_t* loop_;
  const std::string worker_;
  const std::string server_;
  const std::string folder_;
  const std::uint64_t ttl_ms_;
  const std::uint64_t rate_ = 300;  // published a second
  std::mt19937_64 random_;
  const int port_ = free_port();
  const std::string url_;  // without the gate
  test::gate gate_;
  uv_timer_t timer_{};
  std::vector<test_relay> relays_;
  std::set<std::string> published_;
  child* running_server_ = nullptr;
  std::uint64_t server_at_ = 0;  // when it is to be started; 0: not at all
  worker_state workers_[worker_count];
  struct orphan {
    std::uint64_t since;
    int server_kills;  // until then
  };
  std::map<std::string, std::size_t> owners_;  // relays that a worker has
  std::map<std::string, orphan> orphans_;      // relays whose worker has ended
  std::uint64_t total_ = 0;                    // stored, as the workers said
  std::uint64_t slowest_ms_ = 0;
  int worker_kills_ = 0;
  int server_kills_ = 0;
  const unix_seconds start_ = unix_now() - std::chrono::hours(24 * 30);
  std::uint64_t made_ = 0;
  bool publishes_ = true;
  bool ends_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int kills = argc > 3 ? std::atoi(argv[3]) : 6;
  const std::uint64_t ttl_ms = argc > 4 ? std::strtoull(argv[4], nullptr, 10) : 2'000;
  const std::uint64_t seed = argc > 5 ? std::strtoull(argv[5], nullptr, 10) : std::random_device()();
  std::string folder = std::filesystem::temp_directory_path() / "uvnostr-scale-out-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 2;
  uv_loop_t loop;
  uv_loop_init(&loop);
  {
    world all(&loop, argv[1], argv[2], folder, ttl_ms, seed);
    all.run(kills);
    all.print_figures();
  }
  check(run_until_idle(&loop) && uv_loop_close(&loop) == 0, "nothing is left on the loop");
  if (failed != 0) {
    std::cout << "seed " << seed << "; the logs are in " << folder << '\n';
  } else {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}
