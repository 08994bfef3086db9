// SPDX-License-Identifier: MIT
// One call of publish(): the message, written once for all relays, and a delivery to each.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>

#include <uvnostr/publish.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "base/timer_queue.hpp"
#include "session/delivery.hpp"

namespace uvnostr {

class pool_core;
class publish_record;

class publish_target final : public session::delivery {
 public:
  explicit publish_target(publish_record& of);
  publish_record& record;
};

/// Lives until its last receipt.
class publish_record final : public base::ref_counted<publish_record> {
 public:
  publish_record(publish_callbacks calls, const publish_options& how) : callbacks(std::move(calls)), options(how) {}
  ~publish_record() { forget_signer(); }

  std::string message;  // it and the id are set before there are targets
  event_id id{};
  publish_callbacks callbacks;
  const publish_options options;
  std::list<publish_target> targets;  // they are linked from elsewhere: none may move
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
};

inline publish_target::publish_target(publish_record& of) : delivery(of.message, of.id, of.options), record(of) {}

}  // namespace uvnostr
