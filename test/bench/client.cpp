// SPDX-License-Identifier: MIT
// Reads from relays or publishes to them through a pool, and prints the cost.
//
//   bench_client --mode fetch|publish|live --verify on|off|loop --unique N [--events FILE] [--trace FILE] URL...
//
// --verify: on threads, not at all, or on the loop. fetch ends with the last relay's EOSE, live after N events, publish
// when N events of the file are answered by all relays, with at most 256 under way. It prints one line of JSON. The
// clock starts before the first connection is made and stops in the callback that ends the run. If a relay goes silent
// the run does not end: its caller has a limit.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <uv.h>
#include <uvnostr/uvnostr.hpp>

#include "bench/arguments.hpp"
#include "bench/cost.hpp"

namespace uvnostr::bench {
namespace {

constexpr std::size_t max_in_flight = 256;

class client {
 public:
  explicit client(const arguments& given)
      : mode_(given.text("mode", "fetch")), trace_file_(given.text("trace")), unique_(given.number("unique", 0)) {
    options_.relays = given.rest;
    options_.seen_entries = std::clamp<std::size_t>(unique_ * 2, 10'000, std::size_t{1} << 24);
    options_.verification = given.is_on("verify")            ? verification::threads
                            : given.text("verify") == "loop" ? verification::on_loop
                                                             : verification::off;
    if (mode_ == "publish") read_events(given.text("events"));
    trace_.reserve(mode_ == "live" ? unique_ : 0);
  }

  int run() {
    if (mode_ == "publish" && events_.size() < unique_) return complain("too few events in the file");
    const bool verified = options_.verification != verification::off;
    const std::size_t relay_count = options_.relays.size();
    started_ = cost_now();
    auto made = pool::make(uv_default_loop(), std::move(options_));
    if (!made) return complain(made.error().message());
    pool_ = &*made;
    subscription reading;
    if (mode_ == "publish") {
      publish_more();
    } else {
      auto asked = subscribe();
      if (!asked) return complain(asked.error().message());
      reading = std::move(*asked);
    }
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    print(relay_count, verified);
    return write_trace();
  }

 private:
  static int complain(const std::string& what) {
    std::fprintf(stderr, "bench_client: %s\n", what.c_str());
    return 1;
  }

  void read_events(const std::string& path) {
    std::ifstream file(path);
    for (std::string line; events_.size() < unique_ && std::getline(file, line);) {
      auto parsed = event::parse(line);
      // publish() would check the signature, which E does not measure. So it is checked here, before the clock starts,
      // and not again.
      if (parsed && !parsed->verify()) events_.push_back(std::move(*parsed));
    }
  }

  result<subscription> subscribe() {
    return pool_->subscribe(filter{.kinds = {0, 1, 3, 5, 6, 7, 1059, 9735, 10002, 30023}},
                            {.on_event = [this](relay_id, const event_view& e) { on_event(e); },
                             .on_all_eose =
                                 [this] {
                                   if (mode_ == "fetch") finish();
                                 }},
                            {.eose_timeout = std::chrono::minutes(10)});
  }

  /// Reads what a program would read.
  void on_event(const event_view& e) {
    ++delivered_;
    constexpr char digits[] = "0123456789abcdef";
    checksum_ += e.kind() + static_cast<std::uint64_t>(e.created_at().time_since_epoch().count() % 1000) +
                 static_cast<std::uint64_t>(digits[e.pubkey().bytes[0] >> 4]);
    content_bytes_ += e.content().size();
    if (mode_ != "live") return;
    trace_.emplace_back(e.id(), now_ns());
    if (delivered_ == unique_) finish();
  }

  void publish_more() {
    while (next_ < events_.size() && in_flight_ < max_in_flight) {
      ++in_flight_;
      const auto error = pool_->publish(
          events_[next_++], {.on_receipt = [this](const receipt& r) { accepted_ += r.outcome == outcome::accepted; },
                             .on_done = [this](std::size_t, std::size_t) { on_published(); }});
      if (error) std::exit(complain(error.message()));
    }
  }

  void on_published() {
    --in_flight_;
    if (next_ < events_.size()) {
      publish_more();
    } else if (in_flight_ == 0) {
      finish();
    }
  }

  void finish() {
    if (finished_) return;
    finished_ = true;
    spent_ = cost_now() - started_;
    frames_in_ = pool_->stats().messages_in;
    pool_->close();
  }

  void print(std::size_t relay_count, bool verified) const {
    std::printf(
        "{\"peer\":\"uvnostr\",\"relays\":%zu,\"delivered_unique\":%zu,\"frames_in\":%" PRIu64
        ",\"wall_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f,\"peak_rss_kb\":%ld,\"verified\":%s,\"checksum\":%" PRIu64
        ",\"content_bytes\":%" PRIu64 ",\"allocations\":%" PRIu64 ",\"oks\":%zu}\n",
        relay_count, delivered_, frames_in_, spent_.wall_s, spent_.user_s, spent_.sys_s, peak_rss_kb(),
        verified ? "true" : "false", checksum_, content_bytes_, spent_.allocations, accepted_);
  }

  int write_trace() const {
    if (trace_file_.empty()) return 0;
    std::FILE* const file = std::fopen(trace_file_.c_str(), "w");
    if (file == nullptr) return complain("cannot write " + trace_file_);
    for (const auto& [id, at] : trace_) std::fprintf(file, "%s %" PRIu64 "\n", id.to_hex().c_str(), at);
    return std::fclose(file) == 0 ? 0 : 1;
  }

  const std::string mode_;
  const std::string trace_file_;
  const std::size_t unique_;
  pool_options options_;
  std::vector<event> events_;

  pool* pool_ = nullptr;
  bool finished_ = false;
  std::size_t next_ = 0;
  std::size_t in_flight_ = 0;
  std::size_t accepted_ = 0;
  std::size_t delivered_ = 0;
  std::uint64_t checksum_ = 0;
  std::uint64_t content_bytes_ = 0;
  std::uint64_t frames_in_ = 0;
  std::vector<std::pair<event_id, std::uint64_t>> trace_;
  cost started_;
  cost spent_;
};

}  // namespace
}  // namespace uvnostr::bench

int main(int argc, char** argv) {
  uvnostr::bench::client client(uvnostr::bench::arguments(argc, argv));
  return client.run();
}
