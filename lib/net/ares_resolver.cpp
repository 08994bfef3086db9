// SPDX-License-Identifier: MIT
// Happy path: /etc/hosts is read first, and "localhost" is known. Otherwise both families are queried in parallel. The
// first answer is passed on: IPv6 at once, IPv4 after a short wait for IPv6 (RFC 8305, 3). The second answer completes
// it.
// What can go wrong: after a few tries for each server, c-ares reports a timeout. If one family fails and the other
// succeeds, the successful one counts. c-ares may not be entered or destroyed in its own callbacks, so these only
// record the answer; settle() calls the listener after c-ares has returned.
#include "net/ares_resolver.hpp"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include <uvnostr/error.hpp>

namespace uvnostr::net {
namespace {

constexpr int try_ms = 2'000;  // c-ares doubles it in each round
constexpr int tries = 3;
constexpr std::uint64_t resolution_delay_ms = 50;  // RFC 8305, 3

char files_only[] = "f";
char servers_only[] = "b";

void append_all(std::vector<ip_address>& addresses, const ares_addrinfo* answer) noexcept {
  if (answer == nullptr) return;
  for (const auto* node = answer->nodes; node != nullptr; node = node->ai_next) append(addresses, node->ai_addr);
}

// Source: RFC 6761, 6.3.
bool is_localhost(std::string_view host) noexcept {
  if (host.ends_with('.')) host.remove_suffix(1);
  return host == "localhost" || host.ends_with(".localhost");
}

bool is_unknown(int status) noexcept {
  return status == ARES_ENOTFOUND || status == ARES_ENODATA || status == ARES_EBADNAME;
}

uv_handle_t* as_handle(uv_timer_t& timer) noexcept { return reinterpret_cast<uv_handle_t*>(&timer); }

}  // namespace

ares_question::ares_question(uv_loop_t* loop, name_listener& listener) noexcept : loop_(loop), listener_(&listener) {
  uv_timer_init(loop, &timer_);
  uv_unref(as_handle(timer_));
  timer_.data = this;
}

std::error_code ares_question::ask(uv_loop_t* loop, const std::string& host, const std::string& servers,
                                   name_listener& listener, name_question*& out) noexcept {
  auto* self = new ares_question(loop, listener);
  if (self->look_up_here(host)) {
    self->start_timer();
  } else if (self->open(servers) == ARES_SUCCESS) {
    self->ask_servers(host);
    self->start_timer();
  } else {
    self->end();
    return errc::resolver_failed;
  }
  out = self;
  return {};
}

bool ares_question::look_up_here(const std::string& host) noexcept {
  ares_options options{};
  options.lookups = files_only;
  ares_channel files = nullptr;
  if (ares_init_options(&files, &options, ARES_OPT_LOOKUPS) != ARES_SUCCESS) return false;
  ares_addrinfo_hints hints{};
  hints.ai_socktype = SOCK_STREAM;
  ares_getaddrinfo(
      files, host.c_str(), nullptr, &hints,
      [](void* addresses, int, int, ares_addrinfo* answer) {
        append_all(*static_cast<std::vector<ip_address>*>(addresses), answer);
        if (answer != nullptr) ares_freeaddrinfo(answer);
      },
      &v6_.addresses);
  ares_destroy(files);
  if (v6_.addresses.empty() && is_localhost(host)) v6_.addresses = {{true, "::1"}, {false, "127.0.0.1"}};
  v6_.is_answered = v4_.is_answered = !v6_.addresses.empty();
  return v6_.is_answered;
}

int ares_question::open(const std::string& servers) noexcept {
  ares_options options{};
  options.lookups = servers_only;
  options.timeout = try_ms;
  options.tries = tries;
  options.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
    on_socket_state(self, socket, readable, writable);
  };
  options.sock_state_cb_data = this;
  const int status = ares_init_options(&channel_, &options,
                                       ARES_OPT_LOOKUPS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  if (status != ARES_SUCCESS) {
    channel_ = nullptr;
    return status;
  }
  return servers.empty() ? status : ares_set_servers_ports_csv(channel_, servers.c_str());
}

void ares_question::ask_servers(const std::string& host) noexcept {
  for (const int asked : {AF_INET6, AF_INET}) {
    ares_addrinfo_hints hints{};
    hints.ai_family = asked;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(
        channel_, host.c_str(), nullptr, &hints,
        [](void* where, int status, int, ares_addrinfo* answer) {
          on_family(*static_cast<family*>(where), status, answer);
        },
        asked == AF_INET6 ? &v6_ : &v4_);
  }
}

void ares_question::on_family(family& asked, int status, ares_addrinfo* answer) noexcept {
  asked.is_answered = true;
  asked.status = status;
  append_all(asked.addresses, answer);
  if (answer != nullptr) ares_freeaddrinfo(answer);
}

void ares_question::on_socket_state(void* data, ares_socket_t socket, int readable, int writable) noexcept {
  auto* const self = static_cast<ares_question*>(data);
  const auto known = std::find_if(self->sockets_.begin(), self->sockets_.end(), [socket](const uv_poll_t* poll) {
    uv_os_fd_t number{};
    return uv_fileno(reinterpret_cast<const uv_handle_t*>(poll), &number) == 0 && number == socket;
  });
  uv_poll_t* poll = known != self->sockets_.end() ? *known : nullptr;
  const int events = (readable != 0 ? UV_READABLE : 0) | (writable != 0 ? UV_WRITABLE : 0);
  if (events == 0) {
    // c-ares closes the socket next.
    if (poll == nullptr) return;
    self->sockets_.erase(known);
    uv_close(reinterpret_cast<uv_handle_t*>(poll),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_poll_t*>(handle); });
    return;
  }
  if (poll == nullptr) {
    poll = new uv_poll_t{};
    if (uv_poll_init_socket(self->loop_, poll, socket) != 0) {
      delete poll;  // c-ares will see a timeout
      return;
    }
    uv_unref(reinterpret_cast<uv_handle_t*>(poll));
    poll->data = self;
    self->sockets_.push_back(poll);
  }
  uv_poll_start(poll, events, [](uv_poll_t* ready, int status, int happened) {
    uv_os_fd_t number{};
    uv_fileno(reinterpret_cast<uv_handle_t*>(ready), &number);
    const bool is_broken = status != 0;
    static_cast<ares_question*>(ready->data)
        ->process(is_broken || (happened & UV_READABLE) != 0 ? number : ARES_SOCKET_BAD,
                  is_broken || (happened & UV_WRITABLE) != 0 ? number : ARES_SOCKET_BAD);
  });
}

void ares_question::process(ares_socket_t readable, ares_socket_t writable) noexcept {
  if (channel_ != nullptr) ares_process_fd(channel_, readable, writable);
  settle();
}

/// May destroy this object.
void ares_question::settle() noexcept {
  if (v6_.is_answered && v4_.is_answered) {
    tell(true);
    return;
  }
  if (v6_.is_answered != v4_.is_answered) {
    const bool has_v6 = !v6_.addresses.empty();
    if (patience_ends_ms_ == 0) patience_ends_ms_ = uv_now(loop_) + resolution_delay_ms;
    if (has_v6 || (!v4_.addresses.empty() && uv_now(loop_) >= patience_ends_ms_)) {
      tell(false);
      if (listener_ == nullptr) return;
    }
  }
  start_timer();
}

void ares_question::tell(bool is_complete) noexcept {
  name_answer answer;
  answer.is_complete = is_complete;
  for (family* each : {&v6_, &v4_}) {
    if (!each->is_answered || std::exchange(each->is_told, true)) continue;
    answer.addresses.insert(answer.addresses.end(), each->addresses.begin(), each->addresses.end());
  }
  if (!is_complete && answer.addresses.empty()) return;
  if (v6_.addresses.empty() && v4_.addresses.empty()) answer.error = final_error(answer.detail);
  name_listener* const listener = listener_;
  if (is_complete) end();
  listener->on_answer(std::move(answer));
}

std::error_code ares_question::final_error(std::string& detail) const noexcept {
  // Some servers answer NXDOMAIN to every IPv6 query, so that alone does not count.
  const bool is_not_found = is_unknown(v6_.status) && is_unknown(v4_.status);
  detail = ares_strerror(is_not_found || !is_unknown(v4_.status) ? v4_.status : v6_.status);
  return is_not_found ? errc::host_not_found : errc::resolver_failed;
}

void ares_question::start_timer() noexcept {
  std::uint64_t wait_ms = 0;  // an immediate answer is reported in the next turn
  if (!v6_.is_answered || !v4_.is_answered) {
    timeval room{};
    const timeval* const next = ares_timeout(channel_, nullptr, &room);
    wait_ms = next == nullptr ? try_ms
                              : static_cast<std::uint64_t>(next->tv_sec) * 1'000 +
                                    static_cast<std::uint64_t>(next->tv_usec) / 1'000 + 1;
    if (v4_.is_answered && !v4_.is_told && !v4_.addresses.empty()) wait_ms = std::min(wait_ms, resolution_delay_ms);
  }
  uv_update_time(loop_);
  uv_timer_start(
      &timer_, [](uv_timer_t* t) { static_cast<ares_question*>(t->data)->process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); },
      wait_ms, 0);
}

void ares_question::cancel() noexcept { end(); }

void ares_question::end() noexcept {
  listener_ = nullptr;
  if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
  uv_close(as_handle(timer_), [](uv_handle_t* handle) { delete static_cast<ares_question*>(handle->data); });
}

}  // namespace uvnostr::net
