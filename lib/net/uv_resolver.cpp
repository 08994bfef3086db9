// SPDX-License-Identifier: MIT
// Happy path: ask() hands the query to a thread; on_answer() passes the addresses on; the query is freed. What can go
// wrong: the listener cancels, but a thread that has begun cannot be stopped, so its answer is dropped. An answer may
// hold the same address several times.
#include "net/uv_resolver.hpp"

#include <utility>

#include <uvnostr/error.hpp>

namespace uvnostr::net {
namespace {

errc resolver_error(int status) noexcept {
  switch (status) {
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_ADDRFAMILY:
    case UV_EINVAL:  // not a possible name; too long, for instance
      return errc::host_not_found;
    default: return errc::resolver_failed;
  }
}

}  // namespace

std::error_code uv_question::ask(uv_loop_t* loop, const std::string& host, name_listener& listener,
                                 name_question*& out) noexcept {
  auto* self = new uv_question;
  self->listener_ = &listener;
  self->request_.data = self;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;  // otherwise each address comes once per socket type
  const int error = uv_getaddrinfo(
      loop, &self->request_, [](uv_getaddrinfo_t* r, int status, addrinfo* answer) { on_answer(r, status, answer); },
      host.c_str(), nullptr, &hints);
  if (error != 0) {
    delete self;
    return resolver_error(error);
  }
  out = self;
  return {};
}

void uv_question::cancel() noexcept {
  listener_ = nullptr;
  uv_cancel(reinterpret_cast<uv_req_t*>(&request_));
}

void uv_question::on_answer(uv_getaddrinfo_t* request, int status, addrinfo* answer) noexcept {
  auto* self = static_cast<uv_question*>(request->data);
  name_answer told;
  for (const addrinfo* entry = answer; entry != nullptr; entry = entry->ai_next) append(told.addresses, entry->ai_addr);
  uv_freeaddrinfo(answer);
  name_listener* const listener = self->listener_;
  delete self;
  if (listener == nullptr) return;
  if (status != 0) {
    told = {resolver_error(status), uv_strerror(status), {}};
  } else if (told.addresses.empty()) {
    told = {errc::host_not_found, "no IPv4 or IPv6 address", {}};
  }
  listener->on_answer(std::move(told));
}

}  // namespace uvnostr::net
