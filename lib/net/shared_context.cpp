// SPDX-License-Identifier: MIT
// Happy path: acquire() makes the context of this loop or counts it up, connections live in it, the last release()
// ends it. The end takes turns of the loop: lws_context_destroy() once, which closes connections and handles; when
// libuv has let go of libwebsockets' own handles, once more, which frees. What can go wrong: the second call frees
// under the feet of libuv if it comes early (4.1.6), and the context leaks if it never comes (4.3.5), so we look for
// the handles on the loop; a new world may come before the end has begun, and then the context lives on.
#include "net/shared_context.hpp"

#include <algorithm>
#include <cassert>
#include <cstdlib>

#include <libwebsockets.h>

#include "net/ca_bundle.hpp"
#include "net/lws_attempt.hpp"
#include "net/sigpipe_guard.hpp"
#include "net/socket_calls.hpp"

namespace uvnostr::net {
namespace {

// What is read from a socket at once, and the largest piece of a message handed over at once. The bundled
// libwebsockets has one such buffer for all connections, others one for each as well. Nearly all frames come whole, so
// they are not put together again. Measured: beyond 64 KiB nothing is gained, at 4 KiB a frame costs twice as much.
constexpr unsigned serv_buffer_bytes = 64 * 1024;
// Of an answer's header; above it the connection fails. Some relays' front ends send several KiB of policies.
constexpr unsigned header_bytes = 16 * 1024;
// All time limits are the caller's; these only have to be longer.
constexpr unsigned no_timeout_seconds = 3600;
// libwebsockets sizes its tables by RLIMIT_NOFILE, which containers set to a thousand million. Told this it searches a
// list of so many connections instead.
constexpr unsigned descriptors_with_huge_limit = 4096;

#if defined(LWS_WITH_MBEDTLS)
constexpr bool writes_raise_sigpipe = UVNOSTR_BUNDLED_LWS == 0;
#else
constexpr bool writes_raise_sigpipe = true;
#endif

thread_local shared_context* contexts_of_thread = nullptr;

const lws_protocols protocols[] = {
    {"uvnostr", &lws_attempt::on_event, 0, 0, 0, nullptr, 0},
    {nullptr, nullptr, 0, 0, 0, nullptr, 0},
};

lws_context_creation_info common_info() noexcept {
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.protocols = protocols;
  info.options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
  info.pt_serv_buf_size = serv_buffer_bytes;
  info.max_http_header_data2 = header_bytes;
  info.timeout_secs = no_timeout_seconds;
  info.connect_timeout_secs = no_timeout_seconds;
  // Port 0 is "no proxy"; without it the http_proxy of the environment would be used.
  info.http_proxy_address = "none:0";
  if (has_huge_descriptor_limit()) info.fd_limit_per_thread = descriptors_with_huge_limit;
  return info;
}

void make_secure(lws_context_creation_info& info, const std::string& ca_file) noexcept {
  info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
#if defined(SSL_OP_NO_TLSv1_1)
  // OpenSSL; the mbedTLS back end begins at 1.2 by itself.
  info.ssl_client_options_set = static_cast<long>(SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1);
#endif
  if (ca_file.empty()) return;
  info.client_ssl_ca_filepath = ca_file.c_str();
#if !defined(LWS_WITH_MBEDTLS)
  info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
#endif
}

}  // namespace

shared_context* shared_context::acquire(uv_loop_t* loop) noexcept {
  for (auto* known = contexts_of_thread; known != nullptr; known = known->next_) {
    if (known->loop_ != loop) continue;
    ++known->users_;
    return known;
  }
  auto* made = new shared_context(loop);
  if (!made->create()) {
    delete made;
    return nullptr;
  }
  made->next_ = contexts_of_thread;
  contexts_of_thread = made;
  return made;
}

bool shared_context::create() noexcept {
  // libwebsockets' clean-up of a context that lacked descriptors is not to be met: 4.3.5 turns the loop that we may be
  // called from and reads what it has freed, 4.1.6 leaves its handles on the loop for ever.
  if (!has_descriptors_left(loop_)) return false;
  const std::size_t known = count_handles();
  void* loops[] = {loop_};
  auto info = common_info();
  info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info.foreign_loops = loops;
  info.count_threads = 1;
  info.pcontext = &context_;
  {
    const sigpipe_guard guard(writes_raise_sigpipe);
    context_ = lws_create_context(&info);
  }
  if (context_ == nullptr) return false;
  adopt_new_handles(known, LWS_SOCK_INVALID);
  struct walk {
    std::vector<static_handle>* found;
    std::size_t skip;
  } step{&static_handles_, known};
  uv_walk(
      loop_,
      [](uv_handle_t* handle, void* data) {
        auto* w = static_cast<walk*>(data);
        if (w->skip > 0) {
          --w->skip;
        } else {
          w->found->push_back({handle, false});
        }
      },
      &step);
  for (const auto& each : static_handles_) {
    if (each.handle->type == UV_POLL) event_descriptor_.watch(watched_socket(each.handle));
  }
  uv_timer_init(loop_, &reaper_);
  reaper_.data = this;
  uv_unref(reinterpret_cast<uv_handle_t*>(&reaper_));
  return true;
}

shared_context::~shared_context() {
  while (attempts_ != nullptr) {
    auto* orphan = attempts_;
    remove(*orphan);
    delete orphan;
  }
}

std::size_t shared_context::count_handles() const noexcept {
  std::size_t count = 0;
  uv_walk(loop_, [](uv_handle_t*, void* data) { ++*static_cast<std::size_t*>(data); }, &count);
  return count;
}

uv_poll_t* shared_context::adopt_new_handles(std::size_t known, lws_sockfd_type descriptor) noexcept {
  // libuv appends handles to the loop's list, and takes them off only in a turn of the loop.
  struct walk {
    std::size_t skip;
    lws_sockfd_type descriptor;
    uv_poll_t* found;
  } step{known, descriptor, nullptr};
  uv_walk(
      loop_,
      [](uv_handle_t* handle, void* data) {
        auto* w = static_cast<walk*>(data);
        if (w->skip > 0) {
          --w->skip;
          return;
        }
        uv_unref(handle);
        if (handle->type != UV_POLL) return;
        const lws_sockfd_type watched = watched_socket(handle);
        if (watched != LWS_SOCK_INVALID && watched == w->descriptor) w->found = reinterpret_cast<uv_poll_t*>(handle);
      },
      &step);
  return step.found;
}

void shared_context::close_forgotten_handles(std::size_t known) noexcept {
  uv_walk(
      loop_,
      [](uv_handle_t* handle, void* data) {
        auto* skip = static_cast<std::size_t*>(data);
        if (*skip > 0) {
          --*skip;
        } else if (handle->type == UV_POLL) {
          close_if_forgotten(reinterpret_cast<uv_poll_t*>(handle));
        }
      },
      &known);
}

void shared_context::close_if_forgotten(uv_poll_t* poll) noexcept {
  auto* const handle = reinterpret_cast<uv_handle_t*>(poll);
  // libwebsockets takes its memory from realloc().
  if (uv_is_closing(handle) == 0) uv_close(handle, [](uv_handle_t* h) { std::free(h); });
}

result<lws_vhost*> shared_context::vhost(bool secure, const std::string& ca_file) noexcept {
  const std::string wanted = secure ? ca_file : std::string();
  for (const auto& known : vhosts_) {
    if (known->secure == secure && known->ca_file == wanted) return known->vhost;
  }
  if (!wanted.empty() && !holds_certificate(wanted)) return errc::option_ca_file;
  auto made = std::make_unique<named_vhost>();
  made->secure = secure;
  made->ca_file = wanted;
  made->name = "uvnostr" + std::to_string(vhosts_.size());
  auto info = common_info();
  info.vhost_name = made->name.c_str();
  std::string file = wanted;
#if defined(LWS_WITH_MBEDTLS)
  if (secure && file.empty()) file = system_ca_file();
#endif
  if (secure) make_secure(info, file);
  made->vhost = lws_create_vhost(context_, &info);
  if (made->vhost == nullptr) return wanted.empty() ? errc::tls_failed : errc::option_ca_file;
  vhosts_.push_back(std::move(made));
  return vhosts_.back()->vhost;
}

void shared_context::release() noexcept {
  assert(users_ > 0);
  if (--users_ > 0) return;
  // Not now: we may be inside one of libwebsockets' callbacks.
  uv_ref(reinterpret_cast<uv_handle_t*>(&reaper_));
  uv_timer_start(&reaper_, [](uv_timer_t* t) { on_reaper(t); }, 0, 1);
}

void shared_context::on_reaper(uv_timer_t* timer) noexcept {
  auto* self = static_cast<shared_context*>(timer->data);
  if (self->ending_) {
    self->continue_end();
  } else if (self->users_ == 0) {
    self->begin_end();
  } else {
    uv_timer_stop(timer);
    uv_unref(reinterpret_cast<uv_handle_t*>(timer));
  }
}

void shared_context::begin_end() noexcept {
  ending_ = true;
  auto** link = &contexts_of_thread;
  while (*link != this) link = &(*link)->next_;
  *link = next_;
  lws_context_destroy(context_);
  event_descriptor_.context_ends();
  continue_end();
}

void shared_context::continue_end() noexcept {
  struct walk {
    std::vector<static_handle>* wanted;
    std::vector<static_handle> found;
  } step{&static_handles_, {}};
  uv_walk(
      loop_,
      [](uv_handle_t* handle, void* data) {
        auto* w = static_cast<walk*>(data);
        for (const auto& old : *w->wanted) {
          if (old.handle != handle) continue;
          const bool closing = uv_is_closing(handle) != 0;
          // One that was closing and is not any more is another handle at the same address.
          if (closing || !old.seen_closing) w->found.push_back({handle, closing});
        }
      },
      &step);
  static_handles_ = std::move(step.found);
  if (!static_handles_.empty()) return;
  if (context_ != nullptr) lws_context_destroy(context_);
  if (context_ != nullptr) return;
  event_descriptor_.context_has_ended();
  uv_timer_stop(&reaper_);
  uv_close(reinterpret_cast<uv_handle_t*>(&reaper_),
           [](uv_handle_t* handle) { delete static_cast<shared_context*>(handle->data); });
}

void shared_context::add(lws_attempt& attempt) noexcept {
  attempt.next_ = attempts_;
  attempt.previous_ = nullptr;
  if (attempts_ != nullptr) attempts_->previous_ = &attempt;
  attempts_ = &attempt;
}

void shared_context::remove(lws_attempt& attempt) noexcept {
  (attempt.previous_ != nullptr ? attempt.previous_->next_ : attempts_) = attempt.next_;
  if (attempt.next_ != nullptr) attempt.next_->previous_ = attempt.previous_;
}

lws_attempt* shared_context::find(const uv_poll_t* poll) noexcept {
  for (auto* context = contexts_of_thread; context != nullptr; context = context->next_) {
    for (auto* attempt = context->attempts_; attempt != nullptr; attempt = attempt->next_) {
      if (attempt->poll_ == poll) return attempt;
    }
  }
  return nullptr;
}

}  // namespace uvnostr::net
