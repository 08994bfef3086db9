// SPDX-License-Identifier: MIT
#include "net/system_names.hpp"

#if defined(_WIN32)
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>
#include <csignal>
#endif

#include <cstddef>

#include <uvnostr/error.hpp>

namespace uvnostr::net {
namespace {

// NSS modules are other people's code; glibc's own needs 70 KiB. Only what is used becomes memory.
constexpr std::size_t stack_bytes = std::size_t{512} * 1024;

bool is_unknown(int error) noexcept {
  if (error == EAI_NONAME) return true;
#if defined(EAI_NODATA)
  if (error == EAI_NODATA) return true;
#endif
#if defined(EAI_ADDRFAMILY)
  if (error == EAI_ADDRFAMILY) return true;
#endif
  return false;
}

}  // namespace

int look_up(const std::string& host, std::vector<ip_address>& addresses) noexcept {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // otherwise each address comes once per socket type
  addrinfo* answer = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &answer);
  if (error != 0) return error;
  for (const addrinfo* entry = answer; entry != nullptr; entry = entry->ai_next) append(addresses, entry->ai_addr);
  freeaddrinfo(answer);
  return 0;
}

std::error_code look_up_error(int error) noexcept {
  return is_unknown(error) ? errc::host_not_found : errc::resolver_failed;
}

std::string look_up_error_text(int error) noexcept {
#if defined(_WIN32)
  return gai_strerrorA(error);
#else
  return gai_strerror(error);
#endif
}

bool start_detached(uv_thread_cb entry, void* argument) noexcept {
  uv_thread_options_t options{};
  options.flags = UV_THREAD_HAS_STACK_SIZE;
  options.stack_size = stack_bytes;
  uv_thread_t thread{};
#if defined(_WIN32)
  if (uv_thread_create_ex(&thread, &options, entry, argument) != 0) return false;
  CloseHandle(thread);
#else
  // A new thread inherits the mask. The program's signal handlers run on the program's threads only.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = uv_thread_create_ex(&thread, &options, entry, argument);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error != 0) return false;
  pthread_detach(thread);
#endif
  return true;
}

}  // namespace uvnostr::net
