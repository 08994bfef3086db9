// SPDX-License-Identifier: MIT
#include "reentrancy/story.hpp"

#include <uvnostr/testing/events.hpp>

namespace uvnostr {

/// Wraps every call into the library, so that callbacks can check that none is in progress.
class story::calling {
 public:
  explicit calling(story& of) : story_(of) {
    ++story_.calls_;
    story_.on_library(true);
  }
  calling(const calling&) = delete;
  calling& operator=(const calling&) = delete;
  ~calling() {
    story_.on_library(false);
    --story_.calls_;
  }

 private:
  story& story_;
};

/// Part of every closure: reading it after the action shows that the closure lives until it returns.
struct story::canary {
  canary() = default;
  canary(const canary&) = default;
  canary& operator=(const canary&) = delete;
  ~canary() { song = 0; }
  volatile unsigned song = 0xca11;
  char room[64]{};  // forces the closure onto the heap
};

template <class Count>
void story::called(hook at, relay_id here, watched_subscription* self, const canary& bird, Count count) {
  on_library(false);
  EXPECT_EQ(calls_, 0) << hook_names[static_cast<int>(at)] << " inside a call of the user";
  EXPECT_FALSE(in_callback_) << hook_names[static_cast<int>(at)] << " inside another callback";
  EXPECT_FALSE(destroyed_) << hook_names[static_cast<int>(at)] << " after the pool was destroyed";
  EXPECT_EQ(pool_closes_, 0U) << hook_names[static_cast<int>(at)] << " after the pool's on_close";
  if (self != nullptr) {
    EXPECT_FALSE(self->silent) << hook_names[static_cast<int>(at)] << " after the handle was destroyed";
    EXPECT_EQ(self->closes, 0U) << hook_names[static_cast<int>(at)] << " after the subscription's on_close";
  }
  in_callback_ = true;
  count();
  ++callbacks_;
  if (!bent_ && (bend_.at_hook == at || bend_.at_callback == callbacks_)) act(here, self);
  in_callback_ = false;
  EXPECT_EQ(bird.song, 0xca11U) << "the closure of " << hook_names[static_cast<int>(at)] << " died while it ran";
  on_library(true);
}

pool_callbacks story::callbacks_of_pool() {
  const canary bird;
  pool_callbacks all;
  all.known = [this, bird](const event_id&) {
    called(hook::known, first_, nullptr, bird, [] {});
    return false;
  };
  all.on_event = [this, bird](relay_id from, const event_view& e) {
    called(hook::pool_event, from, nullptr, bird, [&] { EXPECT_TRUE(pool_events_.insert(e.id()).second) << "twice"; });
  };
  all.on_eose = [this, bird](relay_id from, subscription_id) { called(hook::pool_eose, from, nullptr, bird, [] {}); };
  all.on_notice = [this, bird](relay_id from, std::string_view) {
    called(hook::pool_notice, from, nullptr, bird, [&] { ++notices_; });
  };
  if (bend_.at_hook == hook::log) {  // otherwise it would only add callbacks of one kind
    all.on_log = [this, bird](const log_entry& entry) {
      called(hook::log, entry.relay == relay_id{} ? first_ : entry.relay, nullptr, bird, [] {});
    };
  }
  all.on_relay_state = [this, bird](const relay_status& now) {
    constexpr hook hooks[] = {hook::connecting, hook::connected, hook::waiting, hook::closing, hook::stopped};
    called(hooks[static_cast<int>(now.state)], now.relay, nullptr, bird, [&] {
      if (now.state == relay_state::connected && now.relay == first_) ++connects_of_first_;
      if (now.state == relay_state::stopped) stopped_.insert(now.relay);
    });
  };
  all.on_close = [this, bird] { called(hook::pool_close, first_, nullptr, bird, [&] { ++pool_closes_; }); };
  return all;
}

subscription_callbacks story::callbacks_of(watched_subscription& of) {
  const canary bird;
  subscription_callbacks all;
  all.on_event = [this, bird, s = &of](relay_id from, const event_view& e) {
    called(hook::event, from, s, bird, [&] { EXPECT_TRUE(s->events.insert(e.id()).second) << "twice"; });
  };
  all.on_eose = [this, bird, s = &of](relay_id from, eose_hint) {
    called(hook::eose, from, s, bird, [&] { EXPECT_TRUE(s->eoses.insert(from).second) << "twice"; });
  };
  all.on_all_eose = [this, bird, s = &of] {
    called(hook::all_eose, first_, s, bird, [&] { EXPECT_EQ(++s->all_eoses, 1U); });
  };
  all.on_relay_closed = [this, bird, s = &of](const relay_closed& told) {
    called(hook::relay_closed, told.relay, s, bird, [&] { EXPECT_EQ(told.words, "blocked: not this one"); });
  };
  all.on_close = [this, bird, s = &of](close_reason) { called(hook::close, first_, s, bird, [&] { ++s->closes; }); };
  return all;
}

fetch_callbacks story::callbacks_of_fetch(watched_subscription& of) {
  const canary bird;
  fetch_callbacks all;
  all.on_event = [this, bird, s = &of](relay_id from, const event_view& e) {
    called(hook::fetch_event, from, s, bird, [&] { EXPECT_TRUE(s->events.insert(e.id()).second) << "twice"; });
  };
  all.on_done = [this, bird, s = &of](const fetch_result& told) {
    called(hook::fetch_done, first_, s, bird, [&] {
      ++s->closes;
      EXPECT_EQ(told.events, s->events.size());
    });
  };
  return all;
}

publish_callbacks story::callbacks_of(watched_publish& of) {
  const canary bird;
  publish_callbacks all;
  all.on_receipt = [this, bird, p = &of](const receipt& r) {
    called(hook::receipt, r.relay, nullptr, bird, [&] {
      EXPECT_TRUE(p->receipts.insert(r.relay).second) << "twice";
      EXPECT_EQ(p->dones, 0U);
    });
  };
  all.on_done = [this, bird, p = &of](std::size_t, std::size_t asked) {
    called(hook::done, first_, nullptr, bird, [&] {
      EXPECT_EQ(++p->dones, 1U);
      EXPECT_EQ(asked, p->asked);
      EXPECT_EQ(p->receipts.size(), p->asked);
    });
  };
  return all;
}

bool story::turn() {
  ++turns_;
  if (!bent_ && bend_.before_turn == turns_) act(first_, nullptr);
  on_library(true);
  const bool went_on = stage_.step();
  on_library(false);
  return went_on;
}

template <class Goal>
void story::until(const char* what, Goal goal) {
  while (open() && !goal()) {
    if (!turn() && open() && !goal()) {
      ADD_FAILURE() << "the story stopped before: " << what;
      return;
    }
  }
}

void story::until_answered() {
  until("every subscription is answered, every publish done", [&] {
    return std::all_of(subscriptions_.begin(), subscriptions_.end(),
                       [](const auto& s) { return s->over() || s->all_eoses == 1; }) &&
           std::all_of(publishes_.begin(), publishes_.end(), [](const auto& p) { return p->dones == 1; });
  });
}

error story::play() {
  {
    const calling c(*this);
    if (error wrong = stage_.make(callbacks_of_pool())) return wrong;
    made_ = true;
  }
  first_ = stage_.relays().front();
  last_ = stage_.relays().back();
  for (int i = 0; i < 3 && open(); ++i) subscribe();
  if (open()) fetch();
  until_answered();
  if (open() && !without_connections) stage_.send_notice();
  until("the notice", [&] { return notices_ != 0 || !has(first_) || without_connections; });
  if (open()) publish();
  until_answered();
  if (open() && !without_connections) {
    const std::size_t before = connects_of_first_;
    stage_.drop_connections();
    until("the reconnect", [&] { return connects_of_first_ > before || !has(first_); });
  }
  watched_subscription& main = *subscriptions_.at(1);
  if (open()) close(main);
  until("the subscription's close", [&] { return main.over(); });
  if (open() && last_ != first_) {
    remove(last_);
    until("the removed relay's end", [&] { return stopped_.contains(last_); });
  }
  until_answered();
  run_to_the_end();
  return {};
}

void story::run_to_the_end() {
  if (!close_asked_ && !destroyed_) close_pool();
  while (pool_closes_ == 0 && !destroyed_) {
    if (!turn() && pool_closes_ == 0 && !destroyed_) {
      ADD_FAILURE() << "the pool did not close";
      break;
    }
  }
  check_end();
  if (!destroyed_) destroy_pool();
  on_library(true);
  stage_.leave();
  on_library(false);
}

void story::check_end() const {
  if (destroyed_) return;  // each callback checks the silence
  EXPECT_EQ(pool_closes_, 1U);
  for (const auto& s : subscriptions_) {
    EXPECT_TRUE(s->silent || s->closes == 1) << "on_close of a subscription: " << s->closes;
    EXPECT_FALSE(s->handle.is_open());
  }
  for (const auto& p : publishes_) {
    EXPECT_EQ(p->receipts.size(), p->asked) << "receipts";
    EXPECT_EQ(p->dones, 1U) << "on_done";
  }
}

// The actions that a user may take anywhere.

void story::act(relay_id here, watched_subscription* self) {
  bent_ = true;
  if (self == nullptr && subscriptions_.size() > 1) self = subscriptions_[1].get();
  switch (bend_.what) {
    case action::close_self:
      if (self != nullptr) close(*self);
      break;
    case action::close_other:
      if (auto* const s = other_than(self)) close(*s);
      break;
    case action::destroy_self:
      if (self != nullptr) destroy(*self);
      break;
    case action::destroy_other:
      if (auto* const s = other_than(self)) destroy(*s);
      break;
    case action::subscribe: subscribe(); break;
    case action::fetch: fetch(); break;
    case action::publish: publish(); break;
    case action::reconnect: {
      const bool known = open() && has(here);
      const calling c(*this);
      const error found = stage_.reconnect(here);
      EXPECT_EQ(found.code(), known ? std::error_code() : make_error_code(open() ? errc::unknown_relay : errc::closed));
      break;
    }
    case action::close_pool: close_pool(); break;
    case action::destroy_pool: destroy_pool(); break;
    case action::close_then_destroy:
      close_pool();
      destroy_pool();
      break;
    case action::destroy_everything:
      for (const auto& s : subscriptions_) destroy(*s);
      destroy_pool();
      break;
    case action::add_relay: {
      const bool may = open();
      const calling c(*this);
      EXPECT_EQ(stage_.add_relay().has_value(), may);
      break;
    }
    case action::remove_this_relay: remove(here); break;
    case action::remove_another_relay: remove(here == first_ ? last_ : first_); break;
  }
}

story::watched_subscription* story::other_than(const watched_subscription* self) {
  for (const auto& s : subscriptions_) {
    if (s.get() != self && s->handle.is_open()) return s.get();
  }
  return nullptr;
}

void story::subscribe() {
  const bool may = open();
  watched_subscription& made = *subscriptions_.emplace_back(std::make_unique<watched_subscription>());
  subscription_callbacks callbacks = callbacks_of(made);
  const filter notes{.kinds = {1}};
  const calling c(*this);
  result<subscription> handle = stage_.subscribe(notes, std::move(callbacks));
  EXPECT_EQ(handle.has_value(), may);
  keep(made, std::move(handle));
}

void story::fetch() {
  const bool may = open();
  watched_subscription& made = *subscriptions_.emplace_back(std::make_unique<watched_subscription>());
  fetch_callbacks callbacks = callbacks_of_fetch(made);
  const filter notes{.kinds = {1}};
  const calling c(*this);
  result<subscription> handle = stage_.fetch(notes, std::move(callbacks));
  EXPECT_EQ(handle.has_value(), may);
  keep(made, std::move(handle));
}

void story::keep(watched_subscription& made, result<subscription> handle) {
  if (handle) {
    made.handle = std::move(handle).value();
  } else {
    EXPECT_EQ(handle.error(), errc::closed);
    made.silent = true;
  }
}

void story::publish() {
  const bool may = open();
  watched_publish& made = *publishes_.emplace_back(std::make_unique<watched_publish>());
  made.asked = stage_.relays().size();
  const event mine = testing::make_event("published " + std::to_string(publishes_.size()));
  publish_callbacks callbacks = callbacks_of(made);
  const calling c(*this);
  const error found = stage_.publish(mine, std::move(callbacks));
  EXPECT_EQ(found.code(), !may              ? make_error_code(errc::closed)
                          : made.asked == 0 ? make_error_code(errc::no_relay)
                                            : std::error_code());
  if (found) publishes_.pop_back();
}

void story::remove(relay_id id) {
  const bool known = open() && has(id);
  const calling c(*this);
  const error found = stage_.remove_relay(id);
  EXPECT_EQ(found.code(), known ? std::error_code() : make_error_code(open() ? errc::unknown_relay : errc::closed));
}

void story::close(watched_subscription& s) {
  const calling c(*this);
  s.handle.close();
  EXPECT_FALSE(s.handle.is_open());
}

void story::destroy(watched_subscription& s) {
  const calling c(*this);
  s.silent = true;
  s.handle = subscription();
}

void story::close_pool() {
  const calling c(*this);
  close_asked_ = true;
  stage_.close();
}

void story::destroy_pool() {
  const calling c(*this);
  destroyed_ = true;
  stage_.destroy();
}

}  // namespace uvnostr
