// SPDX-License-Identifier: MIT
// Snapshots of counters. One object holds everything to which the struct of the C API points.
#include <uvnostr/stats.hpp>

#include <deque>

#include "c/convert.hpp"
#include "c/handles.hpp"

using namespace uvnostr;

namespace {

uvnostr_message_counts shown(const message_counts& from) noexcept {
  uvnostr_message_counts to{};
  to.delivered = from.delivered;
  to.duplicate = from.duplicate;
  to.false_copy = from.false_copy;
  to.expired = from.expired;
  to.doubtful = from.doubtful;
  to.unknown_subscription = from.unknown_subscription;
  to.not_matching = from.not_matching;
  to.malformed_event = from.malformed_event;
  to.wrong_id = from.wrong_id;
  to.wrong_signature = from.wrong_signature;
  to.too_big = from.too_big;
  to.unverified = from.unverified;
  to.eose = from.eose;
  to.ok = from.ok;
  to.closed = from.closed;
  to.notice = from.notice;
  to.auth = from.auth;
  to.unknown_verb = from.unknown_verb;
  to.malformed = from.malformed;
  to.binary = from.binary;
  return to;
}

uvnostr_receipt_counts shown(const receipt_counts& from) noexcept {
  return {from.accepted, from.rejected, from.timed_out, from.not_sent};
}

static_assert(sizeof(std::chrono::microseconds) == sizeof(std::int64_t));
uvnostr_duration_histogram shown(const duration_histogram& from) noexcept {
  return {reinterpret_cast<const std::int64_t*>(duration_histogram::bounds.data()), duration_histogram::bounds.size(),
          from.counts.data(), from.sum.count()};
}

struct relay_snapshot : uvnostr_relay_stats {
  explicit relay_snapshot(relay_stats given)
      : uvnostr_relay_stats{}, from(std::move(given)), counts(shown(from.messages)), outcomes(shown(from.receipts)) {
    const auto microseconds = [](const auto& time) { return time ? std::int64_t(time->count()) : std::int64_t(-1); };
    relay = c::to_c(from.relay);
    state = static_cast<uvnostr_relay_state>(from.state);
    url = c::to_c(std::string_view(from.url));
    messages_in = from.messages_in;
    bytes_in = from.bytes_in;
    messages_out = from.messages_out;
    bytes_out = from.bytes_out;
    attempts = from.attempts;
    connects = from.connects;
    disconnects = from.disconnects;
    reqs = from.reqs;
    refused_reqs = from.refused_reqs;
    waiting_reqs = from.waiting_reqs;
    most_reqs = from.most_reqs ? static_cast<std::int64_t>(*from.most_reqs) : -1;
    offences = from.offences;
    nonstandard_ids = from.nonstandard_ids;
    publish_bytes = from.publish_bytes;
    unverified_bytes = from.unverified_bytes;
    reading_paused = from.reading_paused ? 1 : 0;
    connect_time_us = microseconds(from.connect_time);
    ping_time_us = microseconds(from.ping_time);
    messages = &counts;
    receipts = &outcomes;
  }
  relay_snapshot(const relay_snapshot&) = delete;
  relay_snapshot& operator=(const relay_snapshot&) = delete;

  relay_stats from;
  uvnostr_message_counts counts;
  uvnostr_receipt_counts outcomes;
};

struct pool_snapshot : uvnostr_pool_stats {
  explicit pool_snapshot(pool_stats given)
      : uvnostr_pool_stats{},
        from(std::move(given)),
        counts(shown(from.messages)),
        durations{shown(from.times.connect), shown(from.times.first_event),  shown(from.times.eose),
                  shown(from.times.ok),      shown(from.times.verification), shown(from.times.callbacks)} {
    for (relay_stats& each : from.relays) pointers.push_back(&snapshots.emplace_back(std::move(each)));
    messages_in = from.messages_in;
    bytes_in = from.bytes_in;
    verified = from.verified;
    seen_entries = from.seen_entries;
    messages = &counts;
    relays = pointers.data();
    relay_count = pointers.size();
    times = &durations;
  }
  pool_snapshot(const pool_snapshot&) = delete;
  pool_snapshot& operator=(const pool_snapshot&) = delete;

  pool_stats from;
  uvnostr_message_counts counts;
  uvnostr_pool_times durations;
  std::deque<relay_snapshot> snapshots;  // does not move its elements
  std::vector<const uvnostr_relay_stats*> pointers;
};

}  // namespace

extern "C" {

const uvnostr_pool_stats* uvnostr_pool_get_stats(const uvnostr_pool* pool) {
  return pool == nullptr ? nullptr : new pool_snapshot(pool->pool.stats());
}
void uvnostr_pool_stats_free(const uvnostr_pool_stats* stats) { delete static_cast<const pool_snapshot*>(stats); }

char* uvnostr_pool_metrics_text(const uvnostr_pool* pool, int relays, size_t* length) {
  if (pool == nullptr) return nullptr;
  const std::string text = metrics_text(pool->pool, {.relays = relays != 0});
  char* const copy = new char[text.size() + 1];
  c::put_text(text, copy, text.size() + 1);
  c::give(length, text.size());
  return copy;
}
void uvnostr_text_free(char* text) { delete[] text; }

const uvnostr_relay_stats* uvnostr_relay_get_stats(const uvnostr_relay* relay) {
  return relay == nullptr ? nullptr : new relay_snapshot(relay->relay.stats());
}
void uvnostr_relay_stats_free(const uvnostr_relay_stats* stats) { delete static_cast<const relay_snapshot*>(stats); }

}  // extern "C"
