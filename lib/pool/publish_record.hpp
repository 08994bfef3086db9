// SPDX-License-Identifier: MIT
// One call of publish(): the message, written once for all relays, and a delivery to each. All of it is one allocation:
//
//   | publish_record | a publish_target for each relay | the message |
//
// The message of an event that is still to be signed is not known yet, and gets an allocation of its own.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <uvnostr/publish.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "base/timer_queue.hpp"
#include "session/delivery.hpp"
#include "wire/client_message.hpp"

namespace uvnostr {

class pool_core;
class publish_record;

class publish_target final : public session::delivery {
 public:
  publish_target(publish_record& of, relay_id to);

  publish_record& record;
  const relay_id relay;
  // The answer, until the application is told:
  uvnostr::outcome outcome{};
  std::string words;
  std::error_code cause;
};

/// Lives until its last receipt.
class publish_record final : public base::ref_counted<publish_record> {
 public:
  /// Has room for that many targets, and for a message of that size.
  static base::ref<publish_record> make(publish_callbacks calls, const publish_options& how, std::size_t targets,
                                        std::size_t message_bytes) {
    static_assert(sizeof(publish_record) % alignof(publish_target) == 0);
    void* const at = ::operator new(sizeof(publish_record) + targets * sizeof(publish_target) + message_bytes);
    return base::ref<publish_record>::adopt(::new (at) publish_record(std::move(calls), how, targets, message_bytes));
  }
  static void operator delete(void* at) { ::operator delete(at); }
  ~publish_record() {
    forget_signer();
    std::destroy(targets().begin(), targets().end());
  }

  /// Must precede the first target.
  void set_event(const event_id& event, std::string_view json) {
    assert(target_count_ == 0);
    id = event;
    const std::size_t bytes = wire::event_message_bytes(json);
    char* out = reinterpret_cast<char*>(first_target() + room_for_targets_);
    if (bytes > room_for_message_) {
      signed_message_.resize(bytes);
      out = signed_message_.data();
    }
    wire::write_event_message(json, out);
    message_ = {out, bytes};
  }
  std::string_view message() const noexcept { return message_; }
  publish_target& add_target(relay_id to) noexcept {
    assert(target_count_ < room_for_targets_);
    return *::new (static_cast<void*>(first_target() + target_count_++)) publish_target(*this, to);
  }
  std::span<publish_target> targets() noexcept { return {first_target(), target_count_}; }

  event_id id{};
  publish_callbacks callbacks;
  const publish_options options;
  // For an event that is still to be signed:
  struct ticket {
    pool_core* core;
    publish_record* record;
  };
  std::vector<relay_id> unsigned_for;
  std::shared_ptr<ticket> asked;  // shared with the signer, which learns from it whether its answer is still wanted
  base::timer sign_timer = base::timer::calling<&publish_record::on_sign_timeout>(*this);

  void forget_signer() noexcept {
    if (asked) asked->record = nullptr;
    asked.reset();
    sign_timer.cancel();
  }
  void on_sign_timeout() noexcept;

  std::size_t receipts = 0;  // given to the application
  std::size_t accepted = 0;
  bool enough_told = false;                     // on_enough was called or is not wanted
  base::list_hook<publish_record> hook{*this};  // in the pool

 private:
  publish_record(publish_callbacks calls, const publish_options& how, std::size_t targets,
                 std::size_t message_bytes) noexcept
      : callbacks(std::move(calls)), options(how), room_for_targets_(targets), room_for_message_(message_bytes) {}

  publish_target* first_target() noexcept { return reinterpret_cast<publish_target*>(this + 1); }

  const std::size_t room_for_targets_;
  const std::size_t room_for_message_;
  std::size_t target_count_ = 0;
  std::string_view message_;
  std::string signed_message_;
};

inline publish_target::publish_target(publish_record& of, relay_id to)
    : delivery(of.message(), of.id, of.options), record(of), relay(to) {}

}  // namespace uvnostr
