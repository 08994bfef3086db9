// SPDX-License-Identifier: MIT
#include <uvnostr/event.hpp>

#include <algorithm>

#include "api/event_defect.hpp"
#include "crypto/schnorr.hpp"
#include "verify/check.hpp"
#include "wire/event_record.hpp"
#include "wire/frame_scan.hpp"

namespace uvnostr {
const event_id& event_view::id() const noexcept { return record_->fields().id; }
const uvnostr::pubkey& event_view::pubkey() const noexcept { return record_->fields().pubkey; }
unix_seconds event_view::created_at() const noexcept {
  return unix_seconds(std::chrono::seconds(record_->fields().created_at));
}
event_kind event_view::kind() const noexcept { return record_->fields().kind; }
const signature& event_view::sig() const noexcept { return record_->fields().sig; }

std::string_view event_view::content() const noexcept { return record_->content(); }
std::span<const tag_view> event_view::tags() const noexcept { return record_->tags(); }

std::optional<tag_view> event_view::tag(std::string_view name) const noexcept {
  const auto all = tags();
  // An empty tag has no name, not an empty one.
  const auto found = std::find_if(all.begin(), all.end(),
                                  [name](const tag_view& tag) { return tag.size() != 0 && tag.name() == name; });
  if (found == all.end()) return std::nullopt;
  return *found;
}

std::string_view event_view::json() const noexcept { return record_->fields().json; }

event event_view::copy() const { return event(wire::event_record::own(record_->fields(), record_->verified())); }

result<event> event::parse(std::string_view json) noexcept {
  const auto raw = wire::parse_event(json);
  if (!raw) return api::event_defect(json);
  return event(wire::event_record::own(*raw));
}

error event::verify() const noexcept {
  if (record_->verified()) return {};
  const wire::event_fields& fields = record_->fields();
  std::string scratch;
  if (verify::check_id(fields, scratch) == verify::id_form::none) return errc::wrong_id;
  if (!crypto::verify(fields.id, fields.pubkey, fields.sig)) return errc::wrong_signature;
  record_->set_verified();
  return {};
}

}  // namespace uvnostr
