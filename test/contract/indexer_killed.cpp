// SPDX-License-Identifier: MIT
// Kills samples/7_indexer fifty times, at any moment, while three relays get new events; then its database has exactly
// what the relays have. The last line reads "N passed, M failed".
// Usage: indexer_killed INDEXER [SEED]
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sqlite3.h>
#include <unistd.h>
#include <uv.h>

#include <uvnostr/testing/relay.hpp>

using namespace uvnostr;
using namespace uvnostr::testing;
using namespace std::chrono_literals;

namespace {

constexpr int kills = 50;
constexpr std::size_t relay_count = 3;
// Longer than the overlap of ten minutes: without its cursor the indexer would ask for too little or for everything.
constexpr std::chrono::seconds between_rounds{1'200};

int passed = 0;
int failed = 0;

void check(bool good, const std::string& what) {
  ++(good ? passed : failed);
  if (!good) std::cout << "FAILED: " << what << '\n';
}

/// The program under test, and what it prints.
class child {
 public:
  child(uv_loop_t* loop, std::vector<std::string> command) {
    std::vector<char*> arguments;
    for (std::string& each : command) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    uv_pipe_init(loop, &output_, 0);
    output_.data = this;
    uv_stdio_container_t streams[3]{};
    streams[0].flags = UV_IGNORE;
    streams[1].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
    streams[1].data.stream = reinterpret_cast<uv_stream_t*>(&output_);
    streams[2].flags = UV_INHERIT_FD;
    streams[2].data.fd = 2;
    uv_process_options_t options{};
    options.file = arguments[0];
    options.args = arguments.data();
    options.stdio_count = 3;
    options.stdio = streams;
    options.exit_cb = [](uv_process_t* p, std::int64_t code, int signal) {
      child* const self = static_cast<child*>(p->data);
      self->status = signal != 0 ? -signal : static_cast<int>(code);
      self->ended = true;
    };
    process_.data = this;
    started = uv_spawn(loop, &process_, &options) == 0;
    ended = !started;
    if (!started) return;
    uv_read_start(
        reinterpret_cast<uv_stream_t*>(&output_),
        [](uv_handle_t* h, std::size_t, uv_buf_t* buffer) {
          *buffer = uv_buf_init(static_cast<child*>(h->data)->room_, sizeof room_);
        },
        [](uv_stream_t* s, ssize_t size, const uv_buf_t* buffer) {
          child* const self = static_cast<child*>(s->data);
          for (ssize_t i = 0; i < size; ++i) self->transactions += buffer->base[i] == '\n' ? 1 : 0;
          if (size < 0) uv_read_stop(s);
        });
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  /// It has ended.
  void close(uv_loop_t* loop) {
    for (uv_handle_t* const each :
         {reinterpret_cast<uv_handle_t*>(&process_), reinterpret_cast<uv_handle_t*>(&output_)})
      uv_close(each, [](uv_handle_t* h) { ++static_cast<child*>(h->data)->closed_; });
    if (!run_until(loop, [this] { return closed_ == 2; })) std::abort();
  }
  void signal(int number) { uv_process_kill(&process_, number); }

  bool started = false;
  bool ended = false;
  int status = 0;        // the exit status; a signal as a negative number
  int transactions = 0;  // that it reported

 private:
  uv_process_t process_{};
  uv_pipe_t output_{};
  char room_[4096];
  int closed_ = 0;
};

std::set<std::string> stored_in(const std::string& file, std::size_t& rows) {
  std::set<std::string> ids;
  rows = 0;
  sqlite3* handle = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_open(file.c_str(), &handle) == SQLITE_OK && sqlite3_busy_timeout(handle, 10'000) == SQLITE_OK &&
      sqlite3_prepare_v2(handle, "select lower(hex(id)) from events", -1, &statement, nullptr) == SQLITE_OK) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
      ++rows;
      ids.insert(reinterpret_cast<const char*>(sqlite3_column_text(statement, 0)));
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(handle);
  return ids;
}

class world {
 public:
  world(uv_loop_t* loop, std::uint64_t seed) : loop_(loop), random_(seed) {
    for (std::size_t i = 0; i < relay_count; ++i) {
      relays.push_back(test_relay::start(loop).value());
      relays.back().behaviour().max_limit = 40;  // so that pages are needed
    }
  }

  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  /// Some events of the time that the relays live in, each to one relay at least.
  void publish(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = now_ + std::chrono::seconds(below(600));
      const event made = make_event("note " + std::to_string(++made_), at);
      const std::size_t first = below(relay_count);
      for (std::size_t r = 0; r < relay_count; ++r) {
        if (r == first || below(2) == 0) relays[r].add(made);
      }
      published.insert(made.id().to_hex());
    }
  }
  void next_round() { now_ += between_rounds; }

  std::uint64_t messages() const {
    std::uint64_t all = 0;
    for (const test_relay& each : relays) all += each.counters().messages + each.counters().accepted;
    return all;
  }

  /// Starts the indexer, publishes meanwhile, and kills it at a moment that is as good as any.
  void play_round(const std::vector<std::string>& command) {
    next_round();
    publish(below(60));  // while it is not there
    child indexer(loop_, command);
    if (!indexer.started) return check(false, "the indexer cannot be started");
    const std::uint64_t before = messages();
    const std::uint64_t wanted_messages = below(12);
    const int wanted_transactions = below(2) == 0 ? 0 : static_cast<int>(below(6));
    std::uint64_t turns_left = below(40);
    const bool came = run_until(loop_, [&] {
      if (indexer.ended) return true;
      if (below(8) == 0) publish(1);
      return messages() >= before + wanted_messages && indexer.transactions >= wanted_transactions &&
             (turns_left == 0 || --turns_left == 0 || messages() == before);
    });
    check(came && !indexer.ended, "the indexer works until it is killed");
    indexer.signal(SIGKILL);
    const bool died = run_until(loop_, [&] { return indexer.ended; });
    check(died && indexer.status == -SIGKILL, "it was killed: status " + std::to_string(indexer.status));
    reported += indexer.transactions;
    indexer.close(loop_);
  }

  void play_last_round(const std::vector<std::string>& command, const std::string& file) {
    next_round();
    publish(30);
    child indexer(loop_, command);
    if (!indexer.started) return check(false, "the indexer cannot be started");
    int looked_at = -1;
    std::size_t rows = 0;
    const bool complete = run_until(
        loop_,
        [&] {
          if (indexer.ended) return true;
          if (std::exchange(looked_at, indexer.transactions) != indexer.transactions) stored_in(file, rows);
          return rows >= published.size();
        },
        30s);
    check(complete && !indexer.ended, "all comes in the end");
    indexer.signal(SIGTERM);
    const bool ended = run_until(loop_, [&] { return indexer.ended; });
    check(ended && indexer.status == 0, "SIGTERM ends it well: status " + std::to_string(indexer.status));
    indexer.close(loop_);
  }

  std::vector<test_relay> relays;
  std::set<std::string> published;
  int reported = 0;

 private:
  uv_loop_t* const loop_;
  std::mt19937_64 random_;
  unix_seconds now_ = unix_now() - (kills + 5) * between_rounds;
  unsigned made_ = 0;
};

void play(uv_loop_t* loop, const std::string& indexer, std::uint64_t seed, const std::string& file) {
  world all(loop, seed);
  std::vector<std::string> command{indexer, file};
  for (const test_relay& each : all.relays) command.push_back(each.url());
  for (int i = 0; i < kills; ++i) all.play_round(command);
  all.play_last_round(command, file);

  std::size_t rows = 0;
  const std::set<std::string> stored = stored_in(file, rows);
  std::size_t missing = 0;
  for (const std::string& each : all.published) missing += stored.contains(each) ? 0 : 1;
  check(missing == 0, std::to_string(missing) + " of " + std::to_string(all.published.size()) + " events are missing");
  check(rows == all.published.size() && stored.size() == rows, std::to_string(rows) + " are stored");
  check(all.published.size() > 500 && all.reported > kills / 2, "enough happened");
  bool has_resumed = true;
  for (const test_relay& each : all.relays) {
    const std::vector<std::string> received = each.received();
    bool has_since = false;
    for (const std::string& message : received)
      has_since = has_since || message.find("\"since\":") != std::string::npos;
    has_resumed = has_resumed && has_since;
  }
  check(has_resumed, "it asks for what is new");
  std::cout << all.published.size() << " events, " << all.reported << " transactions reported by killed programs, seed "
            << seed << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const std::uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : std::random_device()();
  std::string folder = std::filesystem::temp_directory_path() / "uvnostr-indexer-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 2;
  uv_loop_t loop;
  uv_loop_init(&loop);
  play(&loop, argv[1], seed, folder + "/notes.sqlite");
  check(run_until_idle(&loop) && uv_loop_close(&loop) == 0, "nothing is left on the loop");
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  if (failed != 0) std::cout << "seed " << seed << '\n';
  std::cout << passed << " passed, " << failed << " failed\n";
  return failed == 0 ? 0 : 1;
}
