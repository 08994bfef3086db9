// SPDX-License-Identifier: MIT
// Happy path: push() lays a message out, write_to() hands one after the other to libwebsockets. What can go wrong:
// the kernel takes a part only. libwebsockets then keeps the rest and sends it before it calls us again; to write
// on top would copy message after message into its buffer, where no limit of ours counts them.
#include "net/write_queue.hpp"

#include <cstring>
#include <utility>

#include <libwebsockets.h>

namespace uvnostr::net {

bool write_queue::push(std::string_view text) noexcept {
  if (!messages_.empty() && (queued_bytes_ >= high_water_bytes || text.size() > high_water_bytes - queued_bytes_)) {
    return false;
  }
  message queued{std::unique_ptr<unsigned char[]>(new unsigned char[LWS_PRE + text.size()]), text.size()};
  if (!text.empty()) std::memcpy(queued.bytes.get() + LWS_PRE, text.data(), text.size());
  messages_.push_back(std::move(queued));
  queued_bytes_ += text.size();
  return true;
}

write_queue::outcome write_queue::write_to(lws* wsi) noexcept {
  while (!messages_.empty()) {
    if (lws_partial_buffered(wsi) != 0 || lws_send_pipe_choked(wsi) != 0) return outcome::blocked;
    message& next = messages_.front();
    const int written = lws_write(wsi, next.bytes.get() + LWS_PRE, next.size, LWS_WRITE_TEXT);
    if (written < 0 || static_cast<std::size_t>(written) < next.size) return outcome::failed;
    queued_bytes_ -= next.size;
    messages_.pop_front();
  }
  return lws_partial_buffered(wsi) != 0 ? outcome::blocked : outcome::emptied;
}

}  // namespace uvnostr::net
