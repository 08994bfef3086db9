// SPDX-License-Identifier: MIT
// The cost of an idle pool: memory per relay, wake-ups of the loop.
//
//   bench_idle --serve plain|tls                    prints "URL CA_FILE" and serves until its standard input ends
//   bench_idle --relays N --seconds S --pings on|off --seen ENTRIES URL [CA_FILE]
//
// The relays are paths of one server in another process, so that its memory does not count. One relay connects first;
// the memory that the others add is divided by their number (0 if there are none). All have an open subscription. Then
// the loop's turns are counted. --seen sizes the cache against duplicates, all of which is touched at once.
#include <cstdio>
#include <string>

#include <sys/resource.h>
#include <uv.h>
#include <uvnostr/testing/relay.hpp>
#include <uvnostr/uvnostr.hpp>

#include "bench/arguments.hpp"
#include "bench/cost.hpp"
#include "support/run_until_input_ends.hpp"

namespace uvnostr::bench {
namespace {

// The turns of wait() itself: one for its timer, and one to close it.
constexpr std::size_t turns_of_wait = 2;

int complain(const std::string& what) {
  std::fprintf(stderr, "bench_idle: %s\n", what.c_str());
  return 1;
}

/// The usual limit of 1024 descriptors is too low for a thousand connections.
void allow_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 8192) limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int serve(bool tls) {
  uv_loop_t* const loop = uv_default_loop();
  auto relay = testing::test_relay::start(loop, {.tls = tls});
  if (!relay) return complain(relay.error().message());
  std::printf("%s %s\n", relay->url().c_str(), relay->ca_file().c_str());
  std::fflush(stdout);
  run_until_input_ends(loop);
  return 0;
}

class idler {
 public:
  idler(const arguments& given, std::string url)
      : url_(std::move(url)), relay_count_(given.number("relays", 1000)), seconds_(given.number("seconds", 1)) {
    if (given.rest.size() > 1) options_.relay_defaults.ca_file = given.rest[1];
    if (!given.is_on("pings")) options_.relay_defaults.ping_interval = std::chrono::milliseconds(0);
    options_.relays = {url_ + "/0"};
    options_.seen_entries = given.number("seen", options_.seen_entries);
  }

  int run() {
    auto made = pool::make(loop_, std::move(options_));
    if (!made) return complain(made.error().message());
    pool_ = &*made;
    auto asked = pool_->subscribe(filter{.kinds = {1}}, {.on_eose = [this](relay_id, eose_hint) { ++answered_; }});
    if (!asked) return complain(asked.error().message());
    uv_check_init(loop_, &turn_);
    turn_.data = this;
    uv_check_start(&turn_, [](uv_check_t* handle) { ++static_cast<idler*>(handle->data)->turns_; });
    uv_unref(reinterpret_cast<uv_handle_t*>(&turn_));

    if (!settle(1)) return complain("the first relay did not answer");
    const long before_kb = rss_kb();
    for (std::size_t i = 1; i < relay_count_; ++i) {
      if (auto added = pool_->add_relay(url_ + "/" + std::to_string(i)); !added)
        return complain(added.error().message());
    }
    if (!settle(relay_count_)) return complain("not all relays answered");
    const long after_kb = rss_kb();

    turns_ = 0;
    const cost started = cost_now();
    wait(seconds_ * 1000);
    const cost spent = cost_now() - started;
    const double turns = static_cast<double>(turns_ - turns_of_wait);
    const double added_bytes = 1024.0 * static_cast<double>(after_kb - before_kb);
    std::printf(
        "{\"peer\":\"idle\",\"relays\":%zu,\"rss_kb\":%ld,\"bytes_per_relay\":%.0f,\"seconds\":%.2f,\"wakeups_per_s\":%"
        ".3f,"
        "\"cpu_us_per_s\":%.1f}\n",
        relay_count_, after_kb, relay_count_ == 1 ? 0.0 : added_bytes / static_cast<double>(relay_count_ - 1),
        spent.wall_s, turns / spent.wall_s, 1e6 * (spent.user_s + spent.sys_s) / spent.wall_s);
    return 0;
  }

 private:
  /// Waits until this many relays have answered, and then until everything that follows from it is done.
  bool settle(std::size_t relays) {
    const bool all = testing::run_until(loop_, [&] { return answered_ >= relays; });
    wait(1000);
    return all;
  }

  void wait(std::uint64_t milliseconds) {
    uv_timer_t timer;
    uv_timer_init(loop_, &timer);
    bool over = false;
    timer.data = &over;
    uv_update_time(loop_);
    uv_timer_start(
        &timer, [](uv_timer_t* t) { *static_cast<bool*>(t->data) = true; }, milliseconds, 0);
    while (!over) uv_run(loop_, UV_RUN_ONCE);
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
    uv_run(loop_, UV_RUN_NOWAIT);
  }

  uv_loop_t* const loop_ = uv_default_loop();
  const std::string url_;
  const std::size_t relay_count_;
  const std::size_t seconds_;
  pool_options options_;
  pool* pool_ = nullptr;
  uv_check_t turn_{};
  std::size_t answered_ = 0;
  std::size_t turns_ = 0;
};

}  // namespace
}  // namespace uvnostr::bench

int main(int argc, char** argv) {
  using namespace uvnostr::bench;
  const arguments given(argc, argv);
  allow_descriptors();
  if (const std::string how = given.text("serve"); !how.empty()) return serve(how == "tls");
  if (given.rest.empty() || given.number("relays", 1000) == 0) return complain("needs a URL and a relay");
  return idler(given, given.rest[0]).run();
}
