// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include <nats/nats.h>

#include <uvnostr/event.hpp>

namespace test {

/// The test's own view of the stream. Its calls block, but only for the server's answer.
class stream_reader {
 public:
  explicit stream_reader(const std::string& url) {
    jsOptions wait;
    jsOptions_Init(&wait);
    wait.Wait = 1'000;
    natsOptions* options = nullptr;
    natsOptions_Create(&options);
    natsOptions_SetURL(options, url.c_str());
    is_good_ = natsConnection_Connect(&connection_, options) == NATS_OK &&
               natsConnection_JetStream(&context_, connection_, &wait) == NATS_OK;
    natsOptions_Destroy(options);
  }
  stream_reader(const stream_reader&) = delete;
  stream_reader& operator=(const stream_reader&) = delete;
  ~stream_reader() {
    jsCtx_Destroy(context_);
    natsConnection_Destroy(connection_);
  }

  std::uint64_t messages() {
    jsStreamInfo* info = nullptr;
    if (!is_good_ || js_GetStreamInfo(&info, context_, "nostr", nullptr, nullptr) != NATS_OK) return 0;
    const std::uint64_t count = info->State.Msgs;
    jsStreamInfo_Destroy(info);
    return count;
  }

  /// The ids of all messages, with how often each is there.
  std::map<std::string, int> ids() {
    std::map<std::string, int> all;
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Ordered = true;
    natsSubscription* sub = nullptr;
    if (js_SubscribeSync(&sub, context_, "nostr.events.>", nullptr, &options, nullptr) != NATS_OK) return all;
    for (std::uint64_t left = messages(); left != 0; --left) {
      natsMsg* message = nullptr;
      if (natsSubscription_NextMsg(&message, sub, 10'000) != NATS_OK) break;
      const auto made =
          uvnostr::event::parse({natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))});
      if (made) ++all[made->id().to_hex()];
      natsMsg_Destroy(message);
    }
    natsSubscription_Destroy(sub);
    return all;
  }

 private:
  natsConnection* connection_ = nullptr;
  jsCtx* context_ = nullptr;
  bool is_good_ = false;
};

}  // namespace test
