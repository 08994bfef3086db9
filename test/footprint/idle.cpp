// SPDX-License-Identifier: MIT
// What a pool costs that has nothing to do: resident memory, and how often it wakes.
// Usage: idle RELAYS plain|tls SECONDS; prints the RELAYS, KiB of RSS before and after they are connected, and how
// often in SECONDS the process slept and the loop turned.
// The relays are one relay in a child process, under as many paths: its memory must not count.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <uv.h>
#include <uvnostr/testing/relay.hpp>
#include <uvnostr/uvnostr.hpp>

namespace {

using namespace std::chrono_literals;

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "idle: %s\n", what);
  std::exit(1);
}

long resident_kib() {
  long kib = -1;
  char line[128];
  std::FILE* const file = std::fopen("/proc/self/status", "r");
  while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr) std::sscanf(line, "VmRSS: %ld", &kib);
  if (file != nullptr) std::fclose(file);
  return kib;
}

long sleeps() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_nvcsw;
}

[[noreturn]] void serve(int to, bool tls) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  uv_loop_t* const loop = uv_default_loop();
  auto relay = uvnostr::testing::test_relay::start(loop, {.tls = tls});
  if (!relay) fail("the relay did not start");
  const std::string told = relay->url() + '\n' + relay->ca_file() + '\n';
  if (write(to, told.data(), told.size()) != static_cast<ssize_t>(told.size())) fail("the pipe is closed");
  uv_run(loop, UV_RUN_DEFAULT);
  std::exit(0);
}

struct measurement {
  std::size_t relays = 0;
  std::size_t connected = 0;
  std::uint64_t seconds = 0;
  long kib_before = 0, kib_after = 0;
  long slept = 0, turned = 0;
  bool counting = false;
  uv_timer_t timer{};
  uv_prepare_t turn{};
};

void report(uv_timer_t* timer) {
  auto& m = *static_cast<measurement*>(timer->data);
  std::printf("%zu %ld %ld %ld %ld\n", m.relays, m.kib_before, m.kib_after, sleeps() - m.slept - 1, m.turned - 1);
  std::fflush(stdout);
  uv_stop(timer->loop);
}

// Sessions that have just come up may have something to do yet; two seconds later they have not.
void count_from_now(uv_timer_t* timer) {
  auto& m = *static_cast<measurement*>(timer->data);
  m.kib_after = resident_kib();
  m.slept = sleeps();
  m.turned = 0;
  uv_timer_start(timer, &report, m.seconds * 1000, 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) fail("usage: idle RELAYS plain|tls SECONDS");
  measurement m;
  m.relays = std::strtoul(argv[1], nullptr, 10);
  m.seconds = std::strtoul(argv[3], nullptr, 10);
  const bool tls = std::string(argv[2]) == "tls";
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < 4096) files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
  setrlimit(RLIMIT_NOFILE, &files);

  int ends[2];
  if (pipe(ends) != 0) fail("no pipe");
  const pid_t child = fork();
  if (child == 0) serve(ends[1], tls);
  std::string told;
  char byte = 0;
  for (int lines = 0; lines < 2 && read(ends[0], &byte, 1) == 1; lines += byte == '\n') told += byte;
  const auto end_of_url = told.find('\n');
  if (end_of_url == std::string::npos) fail("the relay said nothing");
  const std::string url = told.substr(0, end_of_url);

  uv_loop_t* const loop = uv_default_loop();
  m.kib_before = resident_kib();
  uvnostr::pool_options options;
  options.relay_defaults.ca_file = told.substr(end_of_url + 1, told.size() - end_of_url - 2);
  options.relay_defaults.ping_interval = 0s;
  // The cache against duplicates is allocated at once and has a table of its own in the README.
  options.seen_entries = 1000;
  for (std::size_t n = 0; n < m.relays; ++n) options.relays.push_back(url + "/" + std::to_string(n));
  uv_timer_init(loop, &m.timer);
  uv_prepare_init(loop, &m.turn);
  m.timer.data = m.turn.data = &m;
  uv_prepare_start(&m.turn, [](uv_prepare_t* turn) { ++static_cast<measurement*>(turn->data)->turned; });
  auto pool = uvnostr::pool::make(loop, std::move(options), {
      .on_relay_state = [&m](const uvnostr::relay_status& now) {
        if (now.cause) fail(std::string(now.text).c_str());
        if (now.state != uvnostr::relay_state::connected || ++m.connected < m.relays) return;
        uv_timer_start(&m.timer, &count_from_now, 2000, 0);
      }});
  if (!pool) fail(pool.error().message().c_str());
  const auto notes = pool->subscribe(uvnostr::filter{.kinds = {1}}, {});
  if (!notes) fail(notes.error().message().c_str());
  uv_run(loop, UV_RUN_DEFAULT);
  kill(child, SIGTERM);
  waitpid(child, nullptr, 0);
  std::_Exit(0);
}
