// SPDX-License-Identifier: MIT
// The steps of the story.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "story.hpp"
#include "text.hpp"

namespace demo {

using std::chrono::milliseconds;
using uvnostr::testing::test_relay;

void story::start_relays_and_pool() {
  std::vector<std::string> urls;
  for (int i = 0; i < 3; ++i) {
    auto started = test_relay::start(&loop_);
    if (!started) return fail("no relay could be started: " + started.error().message());
    urls.push_back(started->url());
    relays_.push_back(std::move(*started));
  }
  for (int i = 0; i < 3; ++i) {
    auto key = uvnostr::secret_key::generate();
    if (!key) return fail(key.error().message());
    authors_.push_back(std::move(*key));
  }

  uvnostr::pool_options options{.relays = std::move(urls)};
  options.relay_defaults.reconnect.initial_delay = milliseconds(300);  // a demo should not wait for the default of 1 s
  options.relay_defaults.reconnect.max_delay = milliseconds(1'000);
  auto made = uvnostr::pool::make(&loop_, std::move(options),
                                  {.on_relay_state = [this](const uvnostr::relay_status& now) { on_state(now); },
                                   .on_close =
                                       [this] {
                                         say("on_close: the last call");
                                         closed_ = true;
                                       }});
  if (!made) return fail("no pool: " + made.error().message());
  pool_ = std::move(*made);
  std::size_t count = 0;
  for (const uvnostr::relay_id id : pool_->relays()) {
    names_[id] = relay_names[count++];
    say(std::string(1, names_[id]) + " is " + std::string(pool_->url(id)));
  }

  auto subscribed = pool_->subscribe(
      uvnostr::filter{.kinds = {1}},
      {.on_event = [this](uvnostr::relay_id from, const uvnostr::event_view& event) { on_note(from, event); },
       .on_all_eose =
           [this] {
             say("all relays have sent their stored notes: none yet");
             all_answered_ = true;
           }});
  if (!subscribed) return fail("no subscription: " + subscribed.error().message());
  subscription_ = std::move(*subscribed);
}

void story::on_state(const uvnostr::relay_status& now) {
  const char name = name_of(now.relay);
  if (name == 'C' && now.cause == uvnostr::errc::connection_refused) c_was_refused_ = true;
  say(std::string(1, name) + ' ' + describe(now));
}

void story::publish_three_notes() {
  counts_before_ = pool_->stats().messages;
  publish("note 1", "Good morning from a loop.");
  publish("note 2", "Quotes \", backslashes \\ and \xc3\xa9\xe2\x82\xac survive.");
  publish("note 3", "Each of us is shown once.");
}

void story::publish(std::string name, std::string_view content) {
  if (failed_) return;
  const uvnostr::secret_key& author = authors_[notes_.size() % 2];
  uvnostr::draft draft;
  draft.content = content;
  const auto event = author.sign(draft);
  if (!event) return fail("not signed: " + event.error().message());
  notes_.push_back({.event = *event, .name = std::move(name), .published_by_us = true});

  const uvnostr::error wrong =
      pool_->publish(*event, {.on_receipt =
                                  [this, id = event->id()](const uvnostr::receipt& answer) {
                                    note& of = *find(id);
                                    of.accepted += answer.outcome == uvnostr::outcome::accepted ? 1 : 0;
                                    of.answers += std::string(of.answers.empty() ? "" : ", ") + name_of(answer.relay) +
                                                  ' ' + std::string(to_string(answer.outcome));
                                    if (!answer.message.empty()) of.answers += " (" + excerpt(answer.message) + ')';
                                  },
                              .on_done =
                                  [this, id = event->id()](std::size_t accepted, std::size_t asked) {
                                    note& of = *find(id);
                                    say(of.name + ": " + of.answers + "; " + std::to_string(accepted) + " of " +
                                        std::to_string(asked) + " have it");
                                    of.answered = true;
                                  }});
  if (wrong) fail("not published: " + wrong.message());
}

void story::on_note(uvnostr::relay_id from, const uvnostr::event_view& event) {
  note* const found = find(event.id());
  if (found == nullptr) return fail("a note that nobody published");
  say(found->name + " by " + short_name(event.pubkey()) + ", first from " + name_of(from) + ": " +
      excerpt(event.content()));
  if (++found->shown != 1) fail("this note was shown twice");
}

bool story::is_everywhere(const note& each) const {
  return each.shown == 1 && pool_->seen_on(each.event.id()).size() == 3;
}

bool story::three_notes_are_everywhere() const {
  return std::all_of(notes_.begin(), notes_.end(),
                     [this](const note& each) { return each.answered && is_everywhere(each); });
}

void story::stop_a_relay() {
  const uvnostr::message_counts now = pool_->stats().messages;
  say("so far " + copies_dropped_since(counts_before_));
  counts_before_ = now;
  relays_[2].stop();
}

/// The pool has noticed the lost connection, and one attempt to reconnect has failed.
bool story::relay_was_missed() const { return c_was_refused_; }

void story::publish_two_notes_meanwhile() {
  publish("note 4", "C is away and will get this later.");
  publish("note 5", "It will get this one later too.");
  if (failed_) return;
  uvnostr::draft draft;
  draft.content = "I was given to C alone, while C was away.";
  const auto event = authors_[2].sign(draft);
  if (!event) return fail("not signed: " + event.error().message());
  notes_.push_back({.event = *event, .name = "note 6", .published_by_us = false});
  relays_[2].add(*event, uvnostr::testing::delivery::store_only);
}

bool story::others_have_the_two() const {
  return std::all_of(notes_.begin() + 3, notes_.begin() + 5, [this](const note& each) {
    return each.accepted == 2 && pool_->seen_on(each.event.id()).size() == 2;
  });
}

void story::bring_the_relay_back() {
  for (const uvnostr::relay_stats& each : pool_->stats().relays) {
    if (name_of(each.relay) == 'C') say(std::to_string(each.publish_bytes) + " bytes wait for C");
  }
  if (const std::error_code error = relays_[2].restart()) fail("C cannot be started again: " + error.message());
}

bool story::nothing_is_missing() const {
  return std::all_of(notes_.begin(), notes_.end(), [this](const note& each) {
    return each.published_by_us ? each.answered && is_everywhere(each) : each.shown == 1;
  });
}

void story::show_statistics() {
  say("since C was stopped " + copies_dropped_since(counts_before_));
  for (const note& each : notes_) {
    std::string on;
    for (const uvnostr::relay_id id : pool_->seen_on(each.event.id())) on += std::string(" ") + name_of(id);
    say(each.name + " was seen on" + on);
  }
  print(stdout, pool_->stats());
}

void story::close_the_pool() { pool_->close(); }

story::note* story::find(const uvnostr::event_id& id) {
  const auto found =
      std::find_if(notes_.begin(), notes_.end(), [&](const note& each) { return each.event.id() == id; });
  return found == notes_.end() ? nullptr : &*found;
}

char story::name_of(uvnostr::relay_id id) const {
  const auto found = names_.find(id);
  return found == names_.end() ? '?' : found->second;
}

std::string story::copies_dropped_since(const uvnostr::message_counts& before) const {
  const uvnostr::message_counts now = pool_->stats().messages;
  return std::to_string(now.delivered - before.delivered) + " notes were shown, " +
         std::to_string(now.duplicate - before.duplicate) + " copies of them were dropped";
}

}  // namespace demo
