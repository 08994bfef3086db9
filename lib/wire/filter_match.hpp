// SPDX-License-Identifier: MIT
#pragma once

#include <uvnostr/event.hpp>
#include <uvnostr/filter.hpp>

namespace uvnostr::wire {

/// Whether the event satisfies the filter, ignoring `limit` and `search`. Only the first value of a tag counts. Cheap
/// conditions come first: content is never read, and tags only if there are conditions on them. Source: NIP-01.
bool matches(const filter&, const event_view&) noexcept;

}  // namespace uvnostr::wire
