// SPDX-License-Identifier: MIT
#include "testing/sockets/socket.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "testing/sockets/socket_calls.hpp"

namespace uvnostr::testing::detail {
namespace {

constexpr std::chrono::milliseconds linger_time{1000};
constexpr std::chrono::milliseconds longest_retry_delay{16};

}  // namespace

struct socket::handle {
  uv_tcp_t uv;
  socket* owner;  // null once it is being closed
  std::array<char, 16 * 1024> buffer;

  uv_stream_t* stream() noexcept { return reinterpret_cast<uv_stream_t*>(&uv); }
  uv_handle_t* any() noexcept { return reinterpret_cast<uv_handle_t*>(&uv); }
  static void closed(uv_handle_t* gone) { delete static_cast<handle*>(gone->data); }
};

socket::socket(loop_context context) noexcept : handle_(new handle), retry_(context) {
  uv_tcp_init(context.loop, &handle_->uv);  // makes no descriptor yet: cannot fail
  handle_->uv.data = handle_;
  handle_->owner = this;
  if (!context.hold) uv_unref(handle_->any());
}

std::shared_ptr<socket> socket::accept(uv_stream_t* server, loop_context context) noexcept {
  auto made = std::make_shared<socket>(context);
  if (uv_accept(server, made->handle_->stream()) != 0) return nullptr;
  uv_tcp_nodelay(&made->handle_->uv, 1);
  return made;
}

void socket::listen(callback<void(std::string_view)> on_bytes, callback<void()> on_end) noexcept {
  on_bytes_ = std::move(on_bytes);
  on_end_ = std::move(on_end);
  update_reading();
}

void socket::pause_reading() noexcept {
  paused_ = true;
  update_reading();
}

void socket::resume_reading() noexcept {
  paused_ = false;
  update_reading();
}

void socket::update_reading() noexcept {
  if (handle_ == nullptr) return;
  if (fin_came_ || (paused_ && !finishing_)) {
    uv_read_stop(handle_->stream());
    return;
  }
  uv_read_start(
      handle_->stream(),
      [](uv_handle_t* of, std::size_t, uv_buf_t* buffer) {
        auto& space = static_cast<handle*>(of->data)->buffer;
        *buffer = uv_buf_init(space.data(), static_cast<unsigned>(space.size()));
      },
      [](uv_stream_t* from, ssize_t count, const uv_buf_t* buffer) {
        socket* owner = static_cast<handle*>(from->data)->owner;
        if (owner != nullptr && count != 0) owner->came(count, buffer->base);
      });
}

void socket::came(ssize_t count, const char* bytes) noexcept {
  const auto keep = shared_from_this();
  if (count > 0) {
    if (!finishing_) on_bytes_(std::string_view(bytes, static_cast<std::size_t>(count)));
    return;
  }
  if (count == UV_EOF && finishing_ && unsent_bytes() > 0) {
    fin_came_ = true;
    update_reading();
    return;
  }
  over();
}

void socket::over() noexcept {
  if (handle_ == nullptr) return;
  const auto keep = shared_from_this();
  close();
  if (on_end_) on_end_();
}

void socket::write(std::string_view bytes) {
  if (handle_ == nullptr || finishing_ || bytes.empty()) return;
  queue_.append(bytes);
  if (!retry_.is_running()) flush();
}

void socket::flush_later(std::chrono::milliseconds delay) noexcept {
  retry_.start(delay, [this] {
    const auto keep = shared_from_this();
    flush();
  });
}

void socket::flush() noexcept {
  if (handle_ == nullptr) return;
  uv_os_fd_t descriptor{};
  if (uv_fileno(handle_->any(), &descriptor) != 0) return;
  while (unsent_bytes() > 0) {
    const std::size_t size = std::min(max_write_bytes_, unsent_bytes());
    const std::ptrdiff_t count = send_now(descriptor, queue_.data() + sent_, size);
    if (count < 0) {
      if (count == UV_EINTR) continue;
      if (count == UV_EAGAIN) {
        flush_later(retry_delay_);
        retry_delay_ = std::min(retry_delay_ * 2, longest_retry_delay);
        return;
      }
      // on_end is called from the loop, never inside a write.
      retry_.start(std::chrono::milliseconds(0), [this] { over(); });
      return;
    }
    retry_delay_ = std::chrono::milliseconds(1);
    sent_ += static_cast<std::size_t>(count);
    if (sent_ > queue_.size() / 2) {
      queue_.erase(0, sent_);
      sent_ = 0;
    }
    if (max_write_bytes_ != unlimited && unsent_bytes() > 0) return flush_later(std::chrono::milliseconds(0));
  }
  if (finishing_) flushed();
}

void socket::flushed() noexcept {
  if (finish_with_reset_) {
    uv_tcp_close_reset(&handle_->uv, handle::closed);
    std::exchange(handle_, nullptr)->owner = nullptr;
    retry_.start(std::chrono::milliseconds(0), [this] {
      const auto keep = shared_from_this();
      if (on_end_) on_end_();
    });
    return;
  }
  uv_os_fd_t descriptor{};
  if (uv_fileno(handle_->any(), &descriptor) == 0) send_fin(descriptor);
  retry_.start(fin_came_ ? std::chrono::milliseconds(0) : linger_time, [this] { over(); });
  update_reading();
}

void socket::finish(bool reset) noexcept {
  if (handle_ == nullptr || finishing_) return;
  finishing_ = true;
  finish_with_reset_ = reset;
  if (unsent_bytes() == 0) flushed();
}

void socket::reset() noexcept {
  if (handle_ == nullptr) return;
  retry_.stop();
  uv_tcp_close_reset(&handle_->uv, handle::closed);
  std::exchange(handle_, nullptr)->owner = nullptr;
}

void socket::close() noexcept {
  if (handle_ == nullptr) return;
  retry_.stop();
  uv_close(handle_->any(), handle::closed);
  std::exchange(handle_, nullptr)->owner = nullptr;
}

}  // namespace uvnostr::testing::detail
