// SPDX-License-Identifier: MIT
#include "verify/verifier.hpp"

#include <algorithm>
#include <utility>

namespace uvnostr::verify {

verifier::verifier(port::reactor& reactor, verifier_listener& listener, verification mode,
                   duration_histogram& times) noexcept
    : reactor_(reactor), listener_(listener), mode_(mode), times_(times) {
  for (unsigned i = 0; i < max_running; ++i) free_[i] = &workspaces_[i];
}

verifier::~verifier() {
  // One by one, because recursion through a long queue would overflow the stack.
  while (first_ != nullptr) first_ = std::move(first_->next);
  while (spare_ != nullptr) spare_ = std::move(spare_->next);
}

batch& verifier::tail_with_room_for(std::size_t bytes) {
  if (last_ != nullptr && last_->stage == batch::stage::filling && last_->has_room_for(bytes)) return *last_;
  std::unique_ptr<batch> fresh;
  if (spare_ != nullptr) {
    fresh = std::move(spare_);
    spare_ = std::move(fresh->next);
    --spare_count_;
  } else {
    fresh = std::make_unique<batch>(*this);
  }
  deepest_ = std::max(deepest_, ++depth_);
  batch& added = *fresh;
  (last_ == nullptr ? first_ : last_->next) = std::move(fresh);
  last_ = &added;
  return added;
}

const wire::event_fields& verifier::add(treatment how, source& from, const wire::raw_event& event) {
  reactor_.wake_soon();
  batch& to = tail_with_room_for(event.fields().json.size());
  if (how == treatment::check && !to.needs_check()) to.since = reactor_.now();
  return to.add(how, from, event);
}

void verifier::add_joined(source& from, std::uint32_t number) {
  tail_with_room_for(0).add_joined(from, number);
  reactor_.wake_soon();
}

void verifier::add_marker(source& from, wire::relay_message message) {
  tail_with_room_for(0).add(from, std::move(message));
  reactor_.wake_soon();
}

std::optional<verified_event> verifier::trust(const wire::raw_event& event, id_form& form) {
  form = id_form::canonical;
  if (mode_ != verification::off) {
    form = check_id(event.fields(), on_loop_.scratch);
    if (form == id_form::none) return std::nullopt;
  }
  return verified_event(event.fields());
}

std::optional<verified_event> verifier::check_now(const wire::raw_event& event, id_form& form, verdict& why) {
  ++checked_;
  why = check(event.fields(), on_loop_, form);
  if (why != verdict::good) return std::nullopt;
  return verified_event(event.fields());
}

/// A worker may be writing the verdicts meanwhile, so they are not read here.
void verifier::for_each_queued(callback<void(const item&, const wire::event_fields*)> call) const {
  for (const batch* b = first_.get(); b != nullptr; b = b->next.get()) {
    for (std::size_t i = b->next_item; i < b->items.size(); ++i) {
      const item& each = b->items[i];
      if (each.how == treatment::marker) continue;
      call(each, each.how == treatment::joined ? nullptr : &b->events[each.number].fields());
    }
  }
}

void verifier::pump() noexcept {
  if (stopped_) return;
  if (mode_ == verification::on_loop) {
    check_on_loop();
  } else {
    start_batches();
  }
  drain();
}

/// While no worker is free, the last batch is filled further.
void verifier::start_batches() noexcept {
  for (batch* b = first_.get(); b != nullptr && running_ != max_running; b = b->next.get()) {
    if (b->stage != batch::stage::filling || !b->needs_check()) continue;
    b->stage = batch::stage::running;
    b->workspace = free_[running_];
    b->set_apart();
    listener_.begin_work();
    if (reactor_.run_on_worker(*b)) {
      ++running_;
    } else {
      b->run();
      b->stage = batch::stage::done;
      note_checked(*b);
      listener_.end_work();
    }
  }
}

/// Checks as many at once as fit into the budget, judging by how long the previous checks took.
void verifier::check_on_loop() noexcept {
  port::time_point now = reactor_.now();
  const port::time_point end = now + loop_budget;
  port::time_point::duration last{};
  for (batch* b = first_.get(); b != nullptr; b = b->next.get()) {
    if (b->stage != batch::stage::filling) continue;
    b->workspace = &on_loop_;
    b->set_apart();
    for (std::size_t asked = at_once_, checked = asked; checked == asked;) {
      if (now + last > end) {
        reactor_.wake_soon();
        return;
      }
      asked = at_once_;
      checked = b->check_next(asked);
      const port::time_point after = reactor_.now();
      last = after - now;
      now = after;
      if (last > loop_budget) {
        at_once_ = std::max<std::size_t>(at_once_ / 2, 1);
      } else if (checked == asked && 2 * last <= loop_budget) {
        at_once_ = std::min(2 * at_once_, batch::max_events);
      }
    }
    b->stage = batch::stage::done;
    note_checked(*b);
  }
}

void verifier::note_checked(const batch& checked) noexcept {
  if (checked.needs_check()) times_.add(reactor_.now() - checked.since);
}

void verifier::on_batch_done(batch& finished) noexcept {
  finished.stage = batch::stage::done;
  free_[--running_] = finished.workspace;
  if (!stopped_) {
    note_checked(finished);
    start_batches();
    drain();
  }
  listener_.end_work();  // may destroy this object
}

void verifier::drain() noexcept {
  if (draining_) return;
  draining_ = true;
  listener_.begin_giving();
  while (!stopped_ && first_ != nullptr && first_->is_decided()) {
    if (!give(*first_)) break;
    keep(take_first());
  }
  draining_ = false;
}

void verifier::keep(std::unique_ptr<batch> emptied) noexcept {
  emptied->reset();
  emptied->next = std::move(spare_);
  spare_ = std::move(emptied);
  ++spare_count_;
  if (first_ == nullptr && ++times_empty_ == patience) free_surplus();
}

/// A queue that is empty now and then will probably grow again. As many batches are kept as were needed lately, so a
/// steady stream needs no allocation.
void verifier::free_surplus() noexcept {
  times_empty_ = 0;
  const unsigned enough = std::max({deepest_, std::exchange(deepest_before_, deepest_), least_spares});
  deepest_ = 0;
  for (; spare_count_ > enough; --spare_count_) spare_ = std::move(spare_->next);
}

/// Returns false if the listener has stopped the verifier meanwhile, or has no time left.
bool verifier::give(batch& b) noexcept {
  while (b.next_item < b.items.size()) {
    if (!listener_.has_time()) {
      reactor_.wake_soon();
      return false;
    }
    item& it = b.items[b.next_item++];
    switch (it.how) {
      case treatment::check:
        ++checked_;
        if (it.outcome == verdict::good) {
          listener_.on_verified(*it.from, verified_event(b.events[it.number].fields()), it.form);
        } else {
          listener_.on_refused(*it.from, b.events[it.number].fields(), it.outcome);
        }
        break;
      case treatment::trusted:
        listener_.on_verified(*it.from, verified_event(b.events[it.number].fields()), it.form);
        break;
      case treatment::copy: listener_.on_copy(*it.from, b.events[it.number]); break;
      case treatment::joined: listener_.on_joined(*it.from, it.number); break;
      case treatment::marker: listener_.on_marker(*it.from, b.markers[it.number]); break;
    }
    if (stopped_) return false;
  }
  return true;
}

std::unique_ptr<batch> verifier::take_first() noexcept {
  std::unique_ptr<batch> taken = std::move(first_);
  first_ = std::move(taken->next);
  if (first_ == nullptr) last_ = nullptr;
  --depth_;
  return taken;
}

void verifier::stop() noexcept { stopped_ = true; }

}  // namespace uvnostr::verify
