// SPDX-License-Identifier: MIT
// Writes OpenMetrics text. All samples of one name stand together under its description, so each table below is gone
// through name by name, and for each name pool by pool and relay by relay.
#include <uvnostr/metrics.hpp>

#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <utility>

namespace uvnostr {
namespace {

using label = std::pair<std::string_view, std::string_view>;

std::string digits(std::uint64_t number) { return std::to_string(number); }
std::string digits(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}
std::string digits(std::chrono::microseconds time) {
  constexpr std::int64_t second = 1'000'000;
  std::string fraction = std::to_string(time.count() % second);
  fraction.insert(0, 6 - fraction.size(), '0');
  return std::to_string(time.count() / second) + "." + fraction;
}

/// The bounds of duration_histogram in the canonical form that OpenMetrics prescribes for `le`.
constexpr std::array<std::string_view, duration_histogram::bounds.size()> bound_texts{
    "1e-05", "2e-05", "5e-05", "0.0001", "0.0002", "0.0005", "0.001", "0.002", "0.005", "0.01", "0.02",
    "0.05",  "0.1",   "0.2",   "0.5",    "1.0",    "2.0",    "5.0",   "10.0",  "30.0",  "60.0"};

constexpr std::pair<std::string_view, std::uint64_t message_counts::*> results[]{
    {"delivered", &message_counts::delivered},
    {"duplicate", &message_counts::duplicate},
    {"false_copy", &message_counts::false_copy},
    {"expired", &message_counts::expired},
    {"doubtful", &message_counts::doubtful},
    {"unknown_subscription", &message_counts::unknown_subscription},
    {"not_matching", &message_counts::not_matching},
    {"malformed_event", &message_counts::malformed_event},
    {"wrong_id", &message_counts::wrong_id},
    {"wrong_signature", &message_counts::wrong_signature},
    {"too_big", &message_counts::too_big},
    {"eose", &message_counts::eose},
    {"ok", &message_counts::ok},
    {"closed", &message_counts::closed},
    {"notice", &message_counts::notice},
    {"auth", &message_counts::auth},
    {"unknown_verb", &message_counts::unknown_verb},
    {"malformed", &message_counts::malformed},
    {"binary", &message_counts::binary},
};
// `unverified` goes down again, so it is a gauge of its own.
static_assert(std::size(results) + 1 == sizeof(message_counts) / sizeof(std::uint64_t));

constexpr std::pair<std::string_view, std::uint64_t receipt_counts::*> outcomes[]{
    {"accepted", &receipt_counts::accepted},
    {"rejected", &receipt_counts::rejected},
    {"timed_out", &receipt_counts::timed_out},
    {"not_sent", &receipt_counts::not_sent},
};
static_assert(std::size(outcomes) == sizeof(receipt_counts) / sizeof(std::uint64_t));

constexpr relay_state states[]{relay_state::connecting, relay_state::connected, relay_state::waiting,
                               relay_state::closing, relay_state::stopped};

struct description {
  std::string_view name;  // with its unit, without _total
  std::string_view type;
  std::string_view unit;  // empty: none
  std::string_view help;  // without characters that need an escape
};

/// What a relay has one of. The text is empty if there is none.
struct relay_family {
  description what;
  std::string (*value)(const relay_stats&);
};
constexpr relay_family relay_families[]{
    {{"uvnostr_relay_received_bytes", "counter", "bytes", "Payload of received messages."},
     [](const relay_stats& r) { return digits(r.bytes_in); }},
    {{"uvnostr_relay_sent_messages", "counter", "", "Messages sent."},
     [](const relay_stats& r) { return digits(r.messages_out); }},
    {{"uvnostr_relay_sent_bytes", "counter", "bytes", "Payload of sent messages."},
     [](const relay_stats& r) { return digits(r.bytes_out); }},
    {{"uvnostr_relay_dials", "counter", "", "Attempts to connect."},
     [](const relay_stats& r) { return digits(r.attempts); }},
    {{"uvnostr_relay_connects", "counter", "", "Attempts that became a connection."},
     [](const relay_stats& r) { return digits(r.connects); }},
    {{"uvnostr_relay_disconnects", "counter", "", "Connections that ended."},
     [](const relay_stats& r) { return digits(r.disconnects); }},
    {{"uvnostr_relay_reqs", "counter", "", "REQ messages sent, pages included."},
     [](const relay_stats& r) { return digits(r.reqs); }},
    {{"uvnostr_relay_refused_reqs", "counter", "", "REQ messages that the relay refused."},
     [](const relay_stats& r) { return digits(r.refused_reqs); }},
    {{"uvnostr_relay_nonstandard_ids", "counter", "", "Accepted events whose id hashes control characters as escapes."},
     [](const relay_stats& r) { return digits(r.nonstandard_ids); }},
    {{"uvnostr_relay_waiting_reqs", "gauge", "", "Subscriptions whose REQ waits for its turn."},
     [](const relay_stats& r) { return digits(std::uint64_t{r.waiting_reqs}); }},
    {{"uvnostr_relay_most_reqs", "gauge", "", "REQs that the relay lets be open at a time, as far as known."},
     [](const relay_stats& r) { return r.most_reqs ? digits(std::uint64_t{*r.most_reqs}) : std::string(); }},
    {{"uvnostr_relay_offences", "gauge", "", "How badly the relay behaves: see relay_options max_offences."},
     [](const relay_stats& r) { return digits(r.offences); }},
    {{"uvnostr_relay_flood_messages", "counter", "", "Messages of a flood: see relay_options max_offences."},
     [](const relay_stats& r) { return digits(r.flood_messages); }},
    {{"uvnostr_relay_publish_queue_bytes", "gauge", "bytes", "Events that wait to be sent or answered."},
     [](const relay_stats& r) { return digits(std::uint64_t{r.publish_bytes}); }},
    {{"uvnostr_relay_unverified_bytes", "gauge", "bytes", "Received messages that wait for verification."},
     [](const relay_stats& r) { return digits(std::uint64_t{r.unverified_bytes}); }},
    {{"uvnostr_relay_unverified_messages", "gauge", "", "Received events that wait for verification."},
     [](const relay_stats& r) { return digits(r.messages.unverified); }},
    {{"uvnostr_relay_reading_paused", "gauge", "", "1 while the socket is not read because we are behind."},
     [](const relay_stats& r) { return std::string(r.reading_paused ? "1" : "0"); }},
    {{"uvnostr_relay_connect_time_seconds", "gauge", "seconds", "Duration of the last connect."},
     [](const relay_stats& r) { return r.connect_time ? digits(*r.connect_time) : std::string(); }},
    {{"uvnostr_relay_ping_time_seconds", "gauge", "seconds", "Duration of the last ping."},
     [](const relay_stats& r) { return r.ping_time ? digits(*r.ping_time) : std::string(); }},
};

struct pool_family {
  description what;
  std::string (*value)(const pool_stats&);
};
constexpr pool_family pool_families[]{
    {{"uvnostr_received_messages", "counter", "", "Messages received from all relays, removed ones included."},
     [](const pool_stats& p) { return digits(p.messages_in); }},
    {{"uvnostr_received_bytes", "counter", "bytes", "Payload of these messages."},
     [](const pool_stats& p) { return digits(p.bytes_in); }},
    {{"uvnostr_verified_signatures", "counter", "", "Signatures checked."},
     [](const pool_stats& p) { return digits(p.verified); }},
    {{"uvnostr_unverified_messages", "gauge", "", "Received events that wait for verification."},
     [](const pool_stats& p) { return digits(p.messages.unverified); }},
    {{"uvnostr_seen_entries", "gauge", "", "Entries in the cache against duplicates."},
     [](const pool_stats& p) { return digits(std::uint64_t{p.seen_entries}); }},
};

struct histogram_family {
  description what;
  duration_histogram pool_times::*value;
};
constexpr histogram_family histogram_families[]{
    {{"uvnostr_connect_seconds", "histogram", "seconds", "From the DNS query to the WebSocket upgrade."},
     &pool_times::connect},
    {{"uvnostr_first_event_seconds", "histogram", "seconds", "From a REQ to its first stored event."},
     &pool_times::first_event},
    {{"uvnostr_eose_seconds", "histogram", "seconds", "From a REQ, pages included, to its EOSE."}, &pool_times::eose},
    {{"uvnostr_ok_seconds", "histogram", "seconds", "From an EVENT to its OK."}, &pool_times::ok},
    {{"uvnostr_verification_seconds", "histogram", "seconds",
      "From the first event of a batch to the verdicts of the batch."},
     &pool_times::verification},
    {{"uvnostr_callbacks_seconds", "histogram", "seconds",
      "Time in the program's callbacks in one turn of the loop, turns without any left out."},
     &pool_times::callbacks},
};

class writer {
 public:
  writer(std::span<const named_stats> pools, metrics_options options) : pools_(pools), options_(options) {}

  std::string write() {
    for (const pool_family& each : pool_families) {
      describe(each.what);
      for (const named_stats& p : pools_) sample(each.what, p, {}, each.value(p.stats));
    }
    write_messages();
    write_relay_count();
    for (const histogram_family& each : histogram_families) {
      describe(each.what);
      for (const named_stats& p : pools_) histogram(each.what.name, p, p.stats.times.*each.value);
    }
    if (options_.relays) write_relays();
    text_ += "# EOF\n";
    return std::move(text_);
  }

 private:
  void describe(const description& what) {
    append({"# TYPE ", what.name, " ", what.type, "\n"});
    if (!what.unit.empty()) append({"# UNIT ", what.name, " ", what.unit, "\n"});
    append({"# HELP ", what.name, " ", what.help, "\n"});
  }

  void sample(const description& what, const named_stats& of, std::initializer_list<label> labels,
              std::string_view value) {
    if (value.empty()) return;
    line(what.name, what.type == "counter" ? "_total" : "", of, labels, value);
  }

  void line(std::string_view name, std::string_view suffix, const named_stats& of, std::initializer_list<label> labels,
            std::string_view value) {
    append({name, suffix});
    char before = '{';
    if (!of.pool.empty()) add_label({"pool", of.pool}, before);
    for (const label& each : labels) add_label(each, before);
    append({before == '{' ? "" : "}", " ", value, "\n"});
  }

  void add_label(const label& one, char& before) {
    text_ += std::exchange(before, ',');
    append({one.first, "=\""});
    for (const char c : one.second) {
      if (c == '\n') {
        text_ += "\\n";
      } else {
        if (c == '"' || c == '\\') text_ += '\\';
        text_ += c;
      }
    }
    text_ += '"';
  }

  void histogram(std::string_view name, const named_stats& of, const duration_histogram& times) {
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < times.counts.size(); ++i) {
      so_far += times.counts[i];
      line(name, "_bucket", of, {{"le", i < bound_texts.size() ? bound_texts[i] : "+Inf"}}, digits(so_far));
    }
    line(name, "_count", of, {}, digits(so_far));
    line(name, "_sum", of, {}, digits(times.sum));
  }

  void write_messages() {
    const description what{"uvnostr_messages", "counter", "", "Received messages by what became of them."};
    describe(what);
    for (const named_stats& p : pools_) {
      for (const auto& [name, member] : results) {
        sample(what, p, {{"result", name}}, digits(p.stats.messages.*member));
      }
    }
  }

  void write_relay_count() {
    const description what{"uvnostr_relays", "gauge", "", "Relays by the state of their connection."};
    describe(what);
    for (const named_stats& p : pools_) {
      for (const relay_state state : states) {
        std::uint64_t count = 0;
        for (const relay_stats& r : p.stats.relays) count += r.state == state ? 1 : 0;
        sample(what, p, {{"state", to_string(state)}}, digits(count));
      }
    }
  }

  template <class Write>
  void for_each_relay(const Write& write) {
    for (const named_stats& p : pools_) {
      for (const relay_stats& r : p.stats.relays) write(p, r);
    }
  }

  void write_relays() {
    for (const relay_family& each : relay_families) {
      describe(each.what);
      for_each_relay([&](const named_stats& p, const relay_stats& r) {
        sample(each.what, p, {{"relay", r.url}}, each.value(r));
      });
    }
    const description messages{"uvnostr_relay_messages", "counter", "", "Received messages by what became of them."};
    describe(messages);
    for_each_relay([&](const named_stats& p, const relay_stats& r) {
      for (const auto& [name, member] : results) {
        sample(messages, p, {{"relay", r.url}, {"result", name}}, digits(r.messages.*member));
      }
    });
    const description receipts{"uvnostr_relay_receipts", "counter", "", "Receipts of published events."};
    describe(receipts);
    for_each_relay([&](const named_stats& p, const relay_stats& r) {
      for (const auto& [name, member] : outcomes) {
        sample(receipts, p, {{"relay", r.url}, {"outcome", name}}, digits(r.receipts.*member));
      }
    });
    const description state{"uvnostr_relay_state", "stateset", "", "The state of the connection."};
    describe(state);
    for_each_relay([&](const named_stats& p, const relay_stats& r) {
      for (const relay_state each : states) {
        sample(state, p, {{"relay", r.url}, {"uvnostr_relay_state", to_string(each)}}, r.state == each ? "1" : "0");
      }
    });
  }

  void append(std::initializer_list<std::string_view> parts) {
    for (const std::string_view each : parts) text_ += each;
  }

  std::span<const named_stats> pools_;
  const metrics_options options_;
  std::string text_;
};

}  // namespace

std::string metrics_text(const pool& of, metrics_options options) {
  const named_stats one{.pool = {}, .stats = of.stats()};
  return metrics_text(std::span(&one, 1), options);
}

std::string metrics_text(std::span<const named_stats> pools, metrics_options options) {
  return writer(pools, options).write();
}

}  // namespace uvnostr
