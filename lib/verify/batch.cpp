// SPDX-License-Identifier: MIT
#include "verify/batch.hpp"

#include <algorithm>
#include <cstring>

#include "verify/verifier.hpp"

namespace uvnostr::verify {

bool batch::has_room_for(std::size_t bytes) const noexcept {
  if (items.size() >= max_items || events.size() >= max_events) return false;
  return events.empty() || used_ + bytes <= capacity_;
}

const wire::event_fields& batch::add(treatment how, source& from, const wire::raw_event& event) {
  const std::string_view json = event.fields().json;
  if (capacity_ - used_ < json.size()) {
    // Only the first event can need this, because has_room_for() was called before.
    capacity_ = std::max(block_bytes, json.size());
    block_ = std::make_unique_for_overwrite<char[]>(capacity_);
    events.reserve(max_events);
  }
  char* const at = block_.get() + used_;
  std::memcpy(at, json.data(), json.size());
  used_ += json.size();
  if (how == treatment::check) ++checks_;
  items.push_back(
      {.how = how, .number = static_cast<std::uint32_t>(events.size()), .from = base::ref<source>::retain(from)});
  return events.emplace_back(event.moved_to(at)).fields();
}

void batch::add(source& from, wire::relay_message message) {
  const auto number = static_cast<std::uint32_t>(markers.size());
  markers.push_back(std::move(message));
  items.push_back({.how = treatment::marker, .number = number, .from = base::ref<source>::retain(from)});
}

void batch::add_joined(source& from, std::uint32_t number) {
  items.push_back({.how = treatment::joined, .number = number, .from = base::ref<source>::retain(from)});
}

void batch::set_apart() noexcept {
  for (item& each : items) each.apart = each.how == treatment::check && each.from->distrusted();
}

std::size_t batch::check_next(std::size_t most) {
  std::size_t count = 0;
  for (; checked_ < items.size() && count < most; ++checked_) {
    item& each = items[checked_];
    if (each.how != treatment::check) continue;
    ++count;
    const wire::event_fields& event = events[each.number].fields();
    if (each.apart) {
      each.outcome = check(event, *workspace, each.form);
      continue;
    }
    each.form = check_id(event, workspace->scratch);
    if (each.form == id_form::none) {
      each.outcome = verdict::wrong_id;
    } else {
      workspace->joint.add(event, *each.from, each.outcome);
    }
  }
  workspace->joint.run(workspace->signatures);
  return count;
}

void batch::run() noexcept { check_next(max_events); }

void batch::done() noexcept { owner_.on_batch_done(*this); }

void batch::reset() noexcept {
  items.clear();
  events.clear();
  markers.clear();
  stage = stage::filling;
  next_item = used_ = checks_ = checked_ = 0;
  if (capacity_ > block_bytes) {
    block_.reset();
    capacity_ = 0;
  }
}

}  // namespace uvnostr::verify
