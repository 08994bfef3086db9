// SPDX-License-Identifier: MIT
// The record to which an event_view refers: the fields of an event, with content and tags decoded on first use.
//
// On the hot path one record serves event after event: assign() keeps the buffers of the previous event, so that a
// steady stream needs no allocation.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <uvnostr/event.hpp>

#include "wire/event_fields.hpp"
#include "wire/frame_scan.hpp"

namespace uvnostr::wire {

class event_record {
 public:
  event_record() = default;
  event_record(const event_record&) = delete;
  event_record& operator=(const event_record&) = delete;

  /// Holds this event from now on. Borrows the bytes of the fields. `verified`: its id and signature were checked.
  void assign(const event_fields& fields, bool verified = false) noexcept;

  event_view view() const noexcept { return event_view(*this); }
  const event_fields& fields() const noexcept { return fields_; }
  /// Remembers the result, so that each event is checked only once. Callable on any thread.
  bool verified() const noexcept { return verified_.load(std::memory_order_relaxed); }
  void set_verified() const noexcept { verified_.store(true, std::memory_order_relaxed); }
  std::string_view content() const noexcept;
  std::span<const tag_view> tags() const noexcept;

  /// A record with its own copy of the bytes, completely decoded, so that any thread can read it.
  static std::shared_ptr<const event_record> own(const raw_event&);
  static std::shared_ptr<const event_record> own(const event_fields& checked, bool verified = false);

 private:
  void decode_tags() const;

  event_fields fields_;
  std::string json_;                            // own() only
  mutable std::atomic<bool> verified_ = false;  // the event itself never changes
  mutable bool content_decoded_ = false;
  mutable bool tags_decoded_ = false;
  mutable std::string content_;   // used if the content has escapes
  mutable std::string tag_text_;  // the unescaped form of tag strings that have escapes
  mutable std::vector<std::string_view> tag_items_;
  mutable std::vector<tag_view> tags_;
};

}  // namespace uvnostr::wire
