// SPDX-License-Identifier: MIT
// Records the callbacks of a pool, a relay and their subscriptions as readable lines.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <uvnostr/uvnostr.hpp>

#include "support/names.hpp"

namespace uvnostr {

class recorder {
 public:
  /// Brief lines omit the relay and only count EOSEs, for relays whose order is unspecified.
  enum class style { full, brief };
  explicit recorder(style how = style::full) : style_(how) {}
  recorder(const recorder&) = delete;
  recorder& operator=(const recorder&) = delete;

  pool_callbacks pool_calls() {
    pool_callbacks all;
    all.on_notice = [this](relay_id, std::string_view words) { say("notice " + std::string(words)); };
    all.on_relay_state = [this](const relay_status& status) { on_state(status); };
    all.on_close = [this] {
      closed = true;
      if (style_ == style::full) say("pool closed");
    };
    return all;
  }
  relay_callbacks relay_calls() {
    relay_callbacks all;
    all.on_event = [this](const event_view& e) { say("relay: " + std::string(e.content())); };
    all.on_relay_state = [this](const relay_status& status) { on_state(status); };
    all.on_close = [this](std::error_code why) {
      closed = true;
      close_cause = why;
      ++closes;
    };
    return all;
  }
  subscription_callbacks noting(std::string name = "") {
    const std::string prefix = name.empty() ? "" : name + " ";
    subscription_callbacks all;
    all.on_event = [this, prefix](relay_id from, const event_view& e) {
      say(prefix + (style_ == style::full ? "event " : "") + std::string(e.content()) + source(" from ", from));
      contents.emplace_back(e.content());
      jsons.emplace_back(e.json());
    };
    all.on_eose = [this, prefix](relay_id from, eose_hint hint) {
      ++eoses;
      hints.push_back(hint);
      if (style_ == style::full) say(prefix + "eose" + source(" from ", from));
    };
    all.on_all_eose = [this, prefix] { say(prefix + "all eose"); };
    all.on_relay_closed = [this, prefix](const relay_closed& told) {
      say(prefix + "closed" + source(" by ", told.relay) + ": " + std::string(told.words));
    };
    all.on_close = [this, prefix](close_reason why) {
      const char* const names[] = {"requested", "all eose", "pool closed"};
      if (style_ == style::full) say(prefix + "over: " + names[static_cast<int>(why)]);
    };
    return all;
  }
  publish_callbacks receipts() {
    publish_callbacks all;
    all.on_receipt = [this](const receipt& r) {
      const char* const names[] = {"accepted", "rejected", "timed out", "not sent"};
      std::string line = names[static_cast<int>(r.outcome)] + source(" by ", r.relay);
      if (!r.message.empty()) line += ": " + std::string(r.message);
      if (r.cause && style_ == style::full) line += " (" + std::to_string(r.cause.value()) + ")";
      say(std::move(line));
    };
    all.on_done = [this](std::size_t accepted, std::size_t asked) {
      say("done " + std::to_string(accepted) + "/" + std::to_string(asked));
    };
    return all;
  }

  void say(std::string line) { said.push_back(stamp() + std::move(line)); }
  lines take_said() { return std::exchange(said, {}); }
  static std::string number(relay_id id) { return std::to_string(static_cast<unsigned>(id)); }
  std::size_t count(relay_state state) const {
    return static_cast<std::size_t>(std::ranges::count(states, state, &relay_status::state));
  }
  /// The causes of all states that have one.
  std::vector<std::error_code> causes() const {
    std::vector<std::error_code> all;
    for (const relay_status& each : states) {
      if (each.cause) all.push_back(each.cause);
    }
    return all;
  }
  /// The last state that has a cause.
  relay_status last_end() const {
    const auto found = std::find_if(states.rbegin(), states.rend(),
                                    [](const relay_status& each) { return static_cast<bool>(each.cause); });
    return found == states.rend() ? relay_status() : *found;
  }
  void forget_states() {
    states.clear();
    state_texts.clear();
    state_words.clear();
  }

  lines said;
  lines contents;                    // of events
  lines jsons;                       // of events
  std::vector<relay_status> states;  // their texts are in state_texts, their words in state_words
  lines state_texts;
  lines state_words;
  std::vector<eose_hint> hints;
  int eoses = 0;
  bool closed = false;
  int closes = 0;                                                     // of a relay
  std::error_code close_cause;                                        // of a relay
  std::function<std::string()> stamp = [] { return std::string(); };  // the beginning of each line

 private:
  std::string source(const char* word, relay_id from) const { return style_ == style::full ? word + number(from) : ""; }
  void on_state(const relay_status& status) {
    states.push_back(status);
    state_texts.emplace_back(status.text);
    state_words.emplace_back(status.words);
  }

  const style style_;
};

}  // namespace uvnostr
