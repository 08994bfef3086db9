// SPDX-License-Identifier: MIT
// What the opaque pointers of the C API point to.
#pragma once

#include <optional>
#include <utility>

#include <uvnostr/uvnostr.h>
#include <uvnostr/uvnostr.hpp>

/// Borrowed or owned. Callbacks are given a borrowed one, which lives on the stack.
struct uvnostr_event {
  explicit uvnostr_event(const uvnostr::event_view& borrowed) noexcept : view(borrowed) {}
  explicit uvnostr_event(uvnostr::event kept) noexcept : owned(std::move(kept)), view(owned->view()) {}
  uvnostr_event(const uvnostr_event&) = delete;
  uvnostr_event& operator=(const uvnostr_event&) = delete;

  uvnostr::event own() const { return owned ? *owned : view.copy(); }

  std::optional<uvnostr::event> owned;
  uvnostr::event_view view;
};

struct uvnostr_secret_key {
  uvnostr::secret_key key;
};
struct uvnostr_signer {
  uvnostr::signer signer;
};
struct uvnostr_signing {
  uvnostr::signer::answer answer;
};
struct uvnostr_filter {
  uvnostr::filter filter;
};
struct uvnostr_seen_lru {
  uvnostr::seen_lru cache;
};
struct uvnostr_subscription {
  uvnostr::subscription subscription;
};
struct uvnostr_pool {
  uvnostr::pool pool;
};
struct uvnostr_relay {
  uvnostr::relay relay;
};
