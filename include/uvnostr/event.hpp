// SPDX-License-Identifier: MIT
// Events: borrowed inside a callback (event_view), owned (event), not yet signed (draft).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <uvnostr/types.hpp>

namespace uvnostr {

namespace wire {
class event_record;  // lib/wire/event_record.hpp
}

class event;

/// One tag of an event: its name and its other items. Source: NIP-01.
/// Lifetime: borrowed from the event that it belongs to.
class UVNOSTR_API tag_view {
 public:
  explicit tag_view(std::span<const std::string_view> items) noexcept : items_(items) {}

  /// The first item; empty for an empty tag.
  std::string_view name() const noexcept { return at(0); }
  /// The second item; empty if there is none.
  std::string_view value() const noexcept { return at(1); }
  /// The item at index i (0 is the name); empty past the end.
  std::string_view at(std::size_t i) const noexcept { return i < items_.size() ? items_[i] : std::string_view(); }
  std::size_t size() const noexcept { return items_.size(); }
  std::span<const std::string_view> items() const noexcept { return items_; }

 private:
  std::span<const std::string_view> items_;
};

/// A borrowed event, as passed to callbacks.
/// Lifetime: the view and everything obtained from it are valid until the callback returns. copy() keeps the event.
class UVNOSTR_API event_view {
 public:
  const event_id& id() const noexcept;
  const uvnostr::pubkey& pubkey() const noexcept;
  unix_seconds created_at() const noexcept;
  event_kind kind() const noexcept;
  const signature& sig() const noexcept;

  /// The content, with JSON escapes resolved on the first call. May hold any UTF-8, including NUL.
  std::string_view content() const noexcept;
  /// The tags in their order, with JSON escapes resolved on the first call.
  std::span<const tag_view> tags() const noexcept;
  /// The first tag with this name, if there is one.
  std::optional<tag_view> tag(std::string_view name) const noexcept;

  /// The bytes as the relay sent them: one JSON object that can be forwarded unchanged.
  std::string_view json() const noexcept;

  /// An event that owns its bytes.
  event copy() const;

 private:
  friend class event;
  friend class wire::event_record;
  explicit event_view(const wire::event_record& record) noexcept : record_(&record) {}
  const wire::event_record* record_;
};

/// An event that owns its bytes. Copies share them. It is immutable, so any thread may read it.
class UVNOSTR_API event {
 public:
  /// Reads one event. Checks its form, but neither id nor signature: see verify().
  /// Errors: event_json, event_field, event_utf8, each with the member and its position. Source: NIP-01.
  static result<event> parse(std::string_view json) noexcept;

  /// Whether the id is the hash of the event and the signature is the author's. Callable on any thread.
  /// Errors: wrong_id, wrong_signature.
  [[nodiscard]] error verify() const noexcept;

  event_view view() const noexcept { return event_view(*record_); }
  operator event_view() const noexcept { return view(); }

  const event_id& id() const noexcept { return view().id(); }
  const uvnostr::pubkey& pubkey() const noexcept { return view().pubkey(); }
  unix_seconds created_at() const noexcept { return view().created_at(); }
  event_kind kind() const noexcept { return view().kind(); }
  const signature& sig() const noexcept { return view().sig(); }
  std::string_view content() const noexcept { return view().content(); }
  std::span<const tag_view> tags() const noexcept { return view().tags(); }
  std::optional<tag_view> tag(std::string_view name) const noexcept { return view().tag(name); }
  std::string_view json() const noexcept { return view().json(); }

 private:
  friend class event_view;
  friend class secret_key;
  explicit event(std::shared_ptr<const wire::event_record> record) noexcept : record_(std::move(record)) {}
  std::shared_ptr<const wire::event_record> record_;
};

/// An event before it is signed: see secret_key::sign().
struct draft {
  event_kind kind = 1;
  std::string content{};                         ///< UTF-8
  std::vector<std::vector<std::string>> tags{};  ///< UTF-8, e.g. {{"e", id.to_hex()}, {"t", "nostr"}}
  std::optional<unix_seconds> created_at{};      ///< if not set, the time of signing
};

}  // namespace uvnostr
