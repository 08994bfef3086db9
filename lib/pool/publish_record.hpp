// SPDX-License-Identifier: MIT
// One call of publish(): the message, written once for all relays, and a delivery to each.
#pragma once

#include <cstddef>
#include <list>
#include <string>

#include <uvnostr/publish.hpp>

#include "base/intrusive_list.hpp"
#include "base/ref.hpp"
#include "session/delivery.hpp"

namespace uvnostr {

class publish_record;

class publish_target final : public session::delivery {
 public:
  explicit publish_target(publish_record& of);
  publish_record& record;
};

/// Lives until its last receipt.
class publish_record final : public base::ref_counted<publish_record> {
 public:
  publish_record(std::string text, const event_id& event, publish_callbacks calls, const publish_options& how)
      : message(std::move(text)), id(event), callbacks(std::move(calls)), options(how) {}

  const std::string message;
  const event_id id;
  publish_callbacks callbacks;
  const publish_options options;
  std::list<publish_target> targets;  // must not move, because other lists link them
  std::size_t receipts = 0;           // how many the application has got
  std::size_t accepted = 0;
  bool enough_told = false;                     // on_enough was called or is not wanted
  base::list_hook<publish_record> hook{*this};  // in the pool
};

inline publish_target::publish_target(publish_record& of) : delivery(of.message, of.id, of.options), record(of) {}

}  // namespace uvnostr
