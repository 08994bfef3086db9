// SPDX-License-Identifier: MIT
#include "wire/event_record.hpp"

#include "wire/canonical.hpp"
#include "wire/json_text.hpp"

namespace uvnostr::wire {

void event_record::assign(const event_fields& fields, bool verified) noexcept {
  fields_ = fields;
  verified_.store(verified, std::memory_order_relaxed);
  content_decoded_ = false;
  tags_decoded_ = false;
}

std::string_view event_record::content() const noexcept {
  if (!fields_.content_escaped) return fields_.content;
  if (!content_decoded_) {
    content_.clear();
    append_unescaped(content_, fields_.content);
    content_decoded_ = true;
  }
  return content_;
}

std::span<const tag_view> event_record::tags() const noexcept {
  if (!tags_decoded_) {
    decode_tags();
    tags_decoded_ = true;
  }
  return tags_;
}

void event_record::decode_tags() const {
  tags_.clear();
  tag_items_.clear();
  tag_text_.clear();
  // Unescaping never lengthens a text, so the views into this string stay valid while it is filled.
  if (fields_.tags_escaped) tag_text_.reserve(fields_.tags.size());
  const char* at = fields_.tags.data() + (fields_.tags.empty() ? 0 : 1);
  const char* const end = fields_.tags.data() + fields_.tags.size();
  std::size_t first_item = 0;
  for (; at != end; ++at) {
    if (*at == '[') {
      first_item = tag_items_.size();
    } else if (*at == '"') {
      bool escaped = false;
      const char* const closing = find_quote(at + 1, end, escaped);
      std::string_view item(at + 1, bytes_between(at + 1, closing));
      if (escaped) {
        const std::size_t begin = tag_text_.size();
        append_unescaped(tag_text_, item);
        item = std::string_view(tag_text_).substr(begin);
      }
      tag_items_.push_back(item);
      at = closing;
    } else if (*at == ']' && at + 1 != end) {
      tags_.emplace_back(std::span(tag_items_).subspan(first_item));
    }
  }
  // The items may have moved while their vector grew, so only the sizes of the spans are right so far.
  std::span<const std::string_view> items = tag_items_;
  for (tag_view& tag : tags_) {
    tag = tag_view(items.first(tag.size()));
    items = items.subspan(tag.size());
  }
}

std::shared_ptr<const event_record> event_record::own(const raw_event& event) { return own(event.fields()); }

std::shared_ptr<const event_record> event_record::own(const event_fields& checked, bool verified) {
  auto record = std::make_shared<event_record>();
  record->json_ = checked.json;
  record->assign(checked.moved_to(record->json_.data()), verified);
  static_cast<void>(record->content());
  static_cast<void>(record->tags());
  return record;
}

}  // namespace uvnostr::wire
