// SPDX-License-Identifier: MIT
#include "stream.hpp"

#include <cstdlib>
#include <string>
#include <utility>

#include <nats/adapters/libuv.h>

namespace scale_out {
namespace {

constexpr const char* stream_name = "nostr";
constexpr const char* subjects = "nostr.events.>";

}  // namespace

bool make_stream(jsCtx* context, const settings&) {
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  const char* all[] = {subjects};
  config.Name = stream_name;
  config.Subjects = all;
  config.SubjectsLen = 1;
  config.Storage = js_FileStorage;
  config.Duplicates = std::chrono::nanoseconds(duplicate_window).count();
  jsErrCode error{};
  const natsStatus made = js_AddStream(nullptr, context, &config, nullptr, &error);
  return made == NATS_OK || error == JSStreamNameExistErr;
}

stream::stream(uv_loop_t* loop, const settings& given, stream_callbacks callbacks, std::size_t most_pending)
    : loop_(loop), settings_(given), callbacks_(std::move(callbacks)), most_pending_(most_pending) {
  uv_async_init(loop_, &async_, [](uv_async_t* a) { static_cast<stream*>(a->data)->on_async(); });
  async_.data = this;
}

stream::~stream() { natsConnection_Destroy(connection_); }

bool stream::start() {
  natsLibuv_Init();
  natsLibuv_SetThreadLocalLoop(loop_);
  natsOptions* options = nullptr;
  natsOptions_Create(&options);
  natsOptions_SetURL(options, settings_.server.c_str());
  natsOptions_SetEventLoop(options, loop_, natsLibuv_Attach, natsLibuv_Read, natsLibuv_Write, natsLibuv_Detach);
  natsOptions_SetMaxReconnect(options, -1);
  natsOptions_SetReconnectWait(options, 250);
  natsOptions_SetDisconnectedCB(
      options,
      [](natsConnection*, void* self) {
        auto& of = *static_cast<stream*>(self);
        of.note(of.was_lost_);
      },
      this);
  natsOptions_SetReconnectedCB(
      options,
      [](natsConnection*, void* self) {
        auto& of = *static_cast<stream*>(self);
        of.note(of.is_back_);
      },
      this);
  const natsStatus connected = natsConnection_Connect(&connection_, options);
  natsOptions_Destroy(options);
  if (connected == NATS_OK) open_context();
  return is_ready();
}

void stream::open_context() {
  jsOptions options;
  jsOptions_Init(&options);
  options.PublishAsync.MaxPending = static_cast<std::int64_t>(most_pending_);
  options.PublishAsync.AckHandler = &stream::on_acknowledgement;
  options.PublishAsync.AckHandlerClosure = this;
  if (natsConnection_JetStream(&context_, connection_, &options) != NATS_OK) context_ = nullptr;
}

/// On a thread of the NATS library.
void stream::on_acknowledgement(jsCtx*, natsMsg* message, jsPubAck* stored, jsPubAckErr*, void* self) {
  auto& of = *static_cast<stream*>(self);
  const std::lock_guard guard(of.lock_);
  of.answers_.push_back({.message = message, .is_stored = stored != nullptr});
  if (!of.is_closed_) uv_async_send(&of.async_);
}

/// On any thread.
void stream::note(bool& what) {
  const std::lock_guard guard(lock_);
  what = true;
  if (!is_closed_) uv_async_send(&async_);
}

void stream::on_async() {
  std::vector<acknowledged> answers;
  bool is_broken = false;
  bool is_back = false;
  {
    const std::lock_guard guard(lock_);
    answers.swap(answers_);
    is_broken = std::exchange(was_lost_, false);
    is_back = std::exchange(is_back_, false);
  }
  for (const acknowledged& each : answers) {
    const auto found = unanswered_.find(each.message);
    if (found != unanswered_.end()) {
      const origin from = found->second;
      unanswered_.erase(found);
      if (each.is_stored) {
        callbacks_.on_stored(from);
      } else {
        is_broken = is_back = true;
      }
    }
    natsMsg_Destroy(each.message);
  }
  if (is_broken) break_off();
  if (is_back && context_ == nullptr) open_context();
}

/// Forgets what has no acknowledgement. The context destroys those messages.
void stream::break_off() {
  unanswered_.clear();
  jsCtx_Destroy(std::exchange(context_, nullptr));
  callbacks_.on_broken();
}

void stream::publish(const uvnostr::event_view& event, const origin& from) {
  if (context_ == nullptr) return;  // on_broken() was called
  const std::string subject = "nostr.events." + std::to_string(event.kind());
  const std::string_view json = event.json();
  const std::string id = event.id().to_hex();
  natsMsg* message = nullptr;
  jsPubOptions options;
  jsPubOptions_Init(&options);
  options.MsgId = id.c_str();
  options.MaxWait = settings_.give_up().count();
  if (natsMsg_Create(&message, subject.c_str(), nullptr, json.data(), static_cast<int>(json.size())) != NATS_OK)
    std::abort();
  unanswered_.emplace(message, from);
  natsMsg* const before = message;
  if (js_PublishMsgAsync(context_, &message, &options) == NATS_OK) return;
  unanswered_.erase(before);
  natsMsg_Destroy(message);
  // Not here, because the caller is in the middle of a delivery.
  note(was_lost_);
  note(is_back_);
}

void stream::close() {
  jsCtx_Destroy(std::exchange(context_, nullptr));
  natsConnection_Close(connection_);
  const std::lock_guard guard(lock_);
  is_closed_ = true;
  uv_close(reinterpret_cast<uv_handle_t*>(&async_), nullptr);
}

}  // namespace scale_out
