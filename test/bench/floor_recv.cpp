// SPDX-License-Identifier: MIT
// The least cost of any client: recv() into one buffer, looking only for the end of the stream.
//
//   bench_floor_recv URL...
#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <poll.h>
#include <sys/socket.h>

#include "bench/arguments.hpp"
#include "bench/cost.hpp"
#include "bench/raw_socket.hpp"

namespace uvnostr::bench {
namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;  // the library's read size
constexpr std::string_view last_bytes = "[\"EOSE\",\"b\"]";

struct source {
  int socket;
  std::string tail;  // the last bytes so far: EOSE may come in two pieces
};

/// Returns true at the end of the relay's events.
bool drain(source& from, std::vector<char>& buffer, std::uint64_t& bytes) {
  const ssize_t got = recv(from.socket, buffer.data(), buffer.size(), 0);
  if (got <= 0) std::exit(1);
  const auto size = static_cast<std::size_t>(got);
  bytes += size;
  const std::size_t kept = std::min(size, last_bytes.size());
  from.tail.append(buffer.data() + size - kept, kept);
  if (from.tail.size() > last_bytes.size()) from.tail.erase(0, from.tail.size() - last_bytes.size());
  return from.tail == last_bytes;
}

int run(const arguments& given) {
  std::vector<char> buffer(buffer_bytes);
  std::vector<source> sources;
  std::vector<pollfd> polled;
  std::uint64_t bytes = 0;
  const cost started = cost_now();
  for (const std::string& url : given.rest) {
    const int socket = open_socket(url);
    write_all(socket, masked_frame("[\"REQ\",\"b\",{}]"));
    sources.push_back({socket, {}});
    polled.push_back({socket, POLLIN, 0});
  }
  for (std::size_t left = sources.size(); left != 0;) {
    if (poll(polled.data(), polled.size(), -1) < 0) return 1;
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0 || !drain(sources[i], buffer, bytes)) continue;
      polled[i].fd = -1;
      --left;
    }
  }
  const cost spent = cost_now() - started;
  std::printf(
      "{\"peer\":\"recv\",\"relays\":%zu,\"bytes_in\":%llu,\"wall_s\":%.6f,\"user_s\":%.6f,\"sys_s\":%.6f,\"peak_rss_"
      "kb\":%ld}\n",
      sources.size(), static_cast<unsigned long long>(bytes), spent.wall_s, spent.user_s, spent.sys_s, peak_rss_kb());
  return 0;
}

}  // namespace
}  // namespace uvnostr::bench

int main(int argc, char** argv) { return uvnostr::bench::run(uvnostr::bench::arguments(argc, argv)); }
