// SPDX-License-Identifier: MIT
// Stores the notes of several relays in SQLite, and continues where it stopped even if it was killed:
//     7_indexer notes.sqlite wss://relay.example wss://other.example ...
// New since 5: a cursor stored in the same transaction as the events, acknowledge() for a disk slower than the relays,
// known() for events in the database. SIGINT and SIGTERM end it once everything is written.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include <sqlite3.h>
#include <uv.h>
#include <uvnostr/pool.hpp>

#include "local_relay.hpp"

namespace {

/// One connection, for one thread. It keeps its first error and does nothing afterwards.
class database {
 public:
  explicit database(const std::string& file) {
    check(sqlite3_open(file.c_str(), &handle_));
    check(sqlite3_busy_timeout(handle_, 10'000));
    run("pragma journal_mode = wal");
    run("pragma synchronous = full");
    run("create table if not exists events (id blob primary key, created_at integer, json text) without rowid");
    run("create table if not exists progress (number integer primary key, cursor text)");
  }
  database(const database&) = delete;
  database& operator=(const database&) = delete;
  ~database() { sqlite3_close(handle_); }

  /// Binds the values to the question marks. Returns the first column of the first row; empty if there is none.
  template <class... Values>
  std::string run(const char* sql, const Values&... values) {
    sqlite3_stmt* statement = nullptr;
    if (!check(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr))) return {};
    int place = 0;
    (bind(statement, ++place, values), ...);
    std::string first;
    const int state = sqlite3_step(statement);
    if (state == SQLITE_ROW && sqlite3_column_text(statement, 0) != nullptr)
      first = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
    if (state != SQLITE_ROW && state != SQLITE_DONE) check(state);
    sqlite3_finalize(statement);
    return first;
  }
  const std::string& error() const noexcept { return error_; }

 private:
  bool check(int code) {
    if (code != SQLITE_OK && error_.empty()) error_ = sqlite3_errmsg(handle_);
    return error_.empty();
  }
  void bind(sqlite3_stmt* to, int place, const uvnostr::event_id& id) {
    check(sqlite3_bind_blob(to, place, id.bytes.data(), static_cast<int>(id.bytes.size()), SQLITE_STATIC));
  }
  void bind(sqlite3_stmt* to, int place, std::string_view text) {
    check(sqlite3_bind_text(to, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC));
  }
  void bind(sqlite3_stmt* to, int place, std::int64_t number) { check(sqlite3_bind_int64(to, place, number)); }

  sqlite3* handle_ = nullptr;
  std::string error_;
};

class indexer {
 public:
  explicit indexer(const std::string& file) : disk_(file), look_up_(file) {}

  bool start(uv_loop_t* loop, const samples::relays& from) {
    ends_by_itself_ = from.are_local();
    for (const database* const each : {&disk_, &look_up_}) {
      if (!each->error().empty()) return fail("the database: " + each->error());
    }
    auto pool = uvnostr::pool::make(loop, {.relays = from.urls},
                                    {.known = [this](const uvnostr::event_id& id) { return has(id); },
                                     .on_relay_state =
                                         [](const uvnostr::relay_status& now) {
                                           if (now.cause) std::cerr << now.url << ": " << now.text << '\n';
                                         },
                                     .on_close =
                                         [this] {
                                           for (uv_signal_t& each : signals_)
                                             uv_close(reinterpret_cast<uv_handle_t*>(&each), nullptr);
                                         }});
    if (!pool) return fail(pool.error().message());
    pool_ = std::move(*pool);

    uvnostr::subscribe_options options;
    options.resume_from = disk_.run("select cursor from progress");
    options.max_unacknowledged = 500;
    auto notes = pool_.subscribe(uvnostr::filter{.kinds = {1}},
                                 {.on_event =
                                      [this](uvnostr::relay_id, const uvnostr::event_view& note) {
                                        next_.push_back(note.copy());
                                        write();
                                      },
                                  .on_caught_up =
                                      [this](uvnostr::relay_id relay, std::span<const uvnostr::gap> gaps) {
                                        for (const uvnostr::gap& each : gaps) {
                                          std::cerr << pool_.url(relay)
                                                    << ": notes may be missing: " << to_string(each.reason) << '\n';
                                        }
                                        has_come_further_ = true;
                                        write();
                                      },
                                  .on_all_eose =
                                      [this] {
                                        if (ends_by_itself_) stop();
                                      }},
                                 options);
    if (!notes) return fail(notes.error().message());
    notes_ = std::move(*notes);

    const int numbers[] = {SIGINT, SIGTERM};
    for (std::size_t i = 0; i < std::size(numbers); ++i) {
      uv_signal_init(loop, &signals_[i]);
      signals_[i].data = this;
      uv_signal_start(
          &signals_[i], [](uv_signal_t* s, int) { static_cast<indexer*>(s->data)->stop(); }, numbers[i]);
    }
    return true;
  }

  bool has_failed() const noexcept { return has_failed_; }

 private:
  bool has(const uvnostr::event_id& id) { return !look_up_.run("select 1 from events where id = ?", id).empty(); }

  /// Starts a transaction, on a thread of libuv's pool, unless one is under way: then its end starts the next.
  void write() {
    if (is_writing_ || has_failed_ || (next_.empty() && !has_come_further_)) return;
    is_writing_ = true;
    has_come_further_ = false;
    written_ = std::exchange(next_, {});
    // What follows is written as a whole or not at all, so these events may count as safe for the cursor beside them. As
    // many others may come meanwhile, and then the relays wait for the disk.
    notes_.acknowledge(notes_.delivered());
    cursor_ = notes_.cursor();
    work_.data = this;
    uv_queue_work(
        pool_.loop(), &work_, [](uv_work_t* w) { static_cast<indexer*>(w->data)->on_thread(); },
        [](uv_work_t* w, int) { static_cast<indexer*>(w->data)->written(); });
  }

  void on_thread() {
    disk_.run("begin immediate");
    for (const uvnostr::event& each : written_) {
      disk_.run("insert or ignore into events values (?, ?, ?)", each.id(),
                each.created_at().time_since_epoch().count(), each.json());
    }
    disk_.run("insert or replace into progress values (1, ?)", std::string_view(cursor_));
    disk_.run("commit");
  }

  void written() {
    is_writing_ = false;
    if (!disk_.error().empty()) {
      fail("the database: " + disk_.error());
    } else {
      std::cout << "stored " << written_.size() << std::endl;
    }
    write();
    if (ends_ && !is_writing_) pool_.close();
  }

  void stop() {
    if (std::exchange(ends_, true)) return;
    notes_.pause();
    has_come_further_ = true;  // the last transaction closes the pool
    write();
  }

  bool fail(const std::string& why) {
    std::cerr << why << '\n';
    has_failed_ = ends_ = true;
    return false;
  }

  database disk_;     // for the thread that writes
  database look_up_;  // for the loop's thread
  uvnostr::pool pool_;
  uvnostr::subscription notes_;
  uv_signal_t signals_[2];
  uv_work_t work_;
  std::vector<uvnostr::event> next_;     // delivered, but not being written yet
  std::vector<uvnostr::event> written_;  // in the current transaction
  std::string cursor_;                   // the same
  bool is_writing_ = false;
  bool has_come_further_ = false;
  bool ends_ = false;
  bool ends_by_itself_ = false;
  bool has_failed_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  const bool has_file = argc > 1 && argv[1][0] != '-';
  uv_loop_t* const loop = uv_default_loop();
  const samples::relays from(loop, has_file ? argc - 1 : argc, has_file ? argv + 1 : argv, 3);
  std::string file = has_file ? argv[1] : "";
  if (!has_file) file = std::filesystem::temp_directory_path() / ("uvnostr-indexer-" + std::to_string(getpid()));
  bool is_good = false;
  {
    indexer self(file);
    is_good = self.start(loop, from) && uv_run(loop, UV_RUN_DEFAULT) == 0 && !self.has_failed();
  }
  for (const char* const end : {"", "-wal", "-shm"}) {
    if (!has_file) std::filesystem::remove(file + end);
  }
  return is_good ? 0 : 1;
}
