// SPDX-License-Identifier: MIT
#include "keeper.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "stream.hpp"

namespace scale_out {
namespace {

constexpr const char* worker_prefix = "worker.";
constexpr const char* relay_prefix = "relay.";

/// Keys are letters, digits and a few others. All other characters become =XX.
std::string escaped(std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string key;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '/') {
      key += c;
    } else {
      key.append("=").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
  }
  return key;
}

bool make_bucket(kvStore** made, jsCtx* context, const char* name, std::chrono::milliseconds ttl) {
  if (js_KeyValue(made, context, name) == NATS_OK) return true;
  kvConfig config;
  kvConfig_Init(&config);
  config.Bucket = name;
  config.History = 1;
  config.TTL = std::chrono::nanoseconds(ttl).count();
  // Another worker may have been faster.
  return js_CreateKeyValue(made, context, &config) == NATS_OK || js_KeyValue(made, context, name) == NATS_OK;
}

/// Whether the server said that the revision is not the newest. Any other failure leaves open whose the lease is.
bool is_wrong_revision() {
  natsStatus status = NATS_OK;
  const char* const text = nats_GetLastError(&status);
  return text != nullptr && std::string_view(text).find("wrong last sequence") != std::string_view::npos;
}

}  // namespace

keeper::keeper(const settings& given, std::function<void()> wake) : settings_(given), wake_(std::move(wake)) {
  char host[64] = "";
  gethostname(host, sizeof host - 1);
  worker_ = escaped(host) + "-" + std::to_string(getpid()) + "-" + std::to_string(std::random_device{}());
  beat();
}

void keeper::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard guard(lock_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
  handle_reports();
  for (const auto& [relay, each] : held_) kvStore_Delete(leases_, key(relay).c_str());
  kvStore_Delete(leases_, (worker_prefix + worker_).c_str());
}

keeper::~keeper() {
  stop();
  kvStore_Destroy(cursors_);
  kvStore_Destroy(leases_);
  jsCtx_Destroy(context_);
  natsConnection_Destroy(connection_);
}

bool keeper::start() {
  natsOptions* options = nullptr;
  natsOptions_Create(&options);
  natsOptions_SetURL(options, settings_.server.c_str());
  natsOptions_SetMaxReconnect(options, -1);
  natsOptions_SetReconnectWait(options, 250);
  const natsStatus connected = natsConnection_Connect(&connection_, options);
  natsOptions_Destroy(options);
  jsOptions wait;
  jsOptions_Init(&wait);
  wait.Wait = settings_.renew().count() / 2;
  if (connected != NATS_OK || natsConnection_JetStream(&context_, connection_, &wait) != NATS_OK ||
      !make_stream(context_, settings_) || !make_bucket(&leases_, context_, "leases", settings_.ttl) ||
      !make_bucket(&cursors_, context_, "cursors", std::chrono::milliseconds(0))) {
    std::cerr << "the NATS server or its JetStream cannot be used: " << natsStatus_GetText(connected) << '\n';
    return false;
  }
  last_success_ = clock::now();
  thread_ = std::thread([this] { run(); });
  return true;
}

std::string keeper::key(std::size_t relay) const { return relay_prefix + escaped(settings_.relays[relay]); }

// On the loop's thread.

std::vector<order> keeper::take_orders() {
  const std::lock_guard guard(lock_);
  return std::exchange(orders_, {});
}

void keeper::beat() { last_beat_ = clock::now().time_since_epoch().count(); }

void keeper::report_to_thread(report what) {
  const bool is_urgent = what.what == report::kind::given_back;
  {
    const std::lock_guard guard(lock_);
    reports_.push_back(std::move(what));
  }
  if (is_urgent) changed_.notify_one();
}

void keeper::save_cursor(std::size_t relay, std::string cursor) {
  report_to_thread({.what = report::kind::cursor, .relay = relay, .cursor = std::move(cursor)});
}
void keeper::has_dropped(std::size_t relay) { report_to_thread({.what = report::kind::dropped, .relay = relay}); }
void keeper::has_given_back(std::size_t relay, std::string cursor) {
  report_to_thread({.what = report::kind::given_back, .relay = relay, .cursor = std::move(cursor)});
}

// On its own thread.

void keeper::run() {
  for (;;) {
    handle_reports();
    const bool is_good = renew_all() && share();
    if (is_good) last_success_ = clock::now();
    end_if_useless();
    std::unique_lock guard(lock_);
    const auto next = clock::now() + settings_.renew() / (is_good ? 1 : 5);
    changed_.wait_until(guard, next, [this] { return ends_; });
    if (ends_) return;
  }
}

/// Without the server nobody can know whose a relay is, and a loop that stands still cannot stop reading. Both must end
/// before the leases do.
void keeper::end_if_useless() const {
  const auto now = clock::now();
  const clock::time_point beat{clock::duration(last_beat_.load())};
  const bool is_alone = now - last_success_ > settings_.give_up();
  if (!is_alone && now - beat <= settings_.give_up()) return;
  std::cerr << (is_alone ? "the NATS server does not answer" : "the loop stands still") << ": giving up\n";
  std::_Exit(75);  // nothing to clean up: what was not acknowledged is fetched again by whoever takes the relays
}

void keeper::handle_reports() {
  std::vector<report> reports;
  {
    const std::lock_guard guard(lock_);
    reports = std::exchange(reports_, {});
  }
  for (const report& each : reports) {
    const auto held = held_.find(each.relay);
    if (held == held_.end()) continue;  // lost meanwhile, and another worker's cursor is the newer one
    if (each.what == report::kind::dropped) {
      held->second.is_read = false;
      continue;
    }
    const bool is_saved = kvStore_PutString(nullptr, cursors_, key(each.relay).c_str(), each.cursor.c_str()) == NATS_OK;
    if (each.what != report::kind::given_back) continue;
    if (is_saved) kvStore_Delete(leases_, key(each.relay).c_str());
    held_.erase(held);  // if the server did not hear of it, the lease expires
  }
}

void keeper::tell(order what) {
  {
    const std::lock_guard guard(lock_);
    orders_.push_back(std::move(what));
  }
  wake_();
}

/// Returns false if the server does not answer. Then no lease counts.
bool keeper::renew_all() {
  bool answers = true;
  for (auto at = held_.begin(); at != held_.end();) {
    auto& [relay, held] = *at;
    if (answers && renew(relay, held)) {
      if (!held.is_read) take(relay, held);
      ++at;
    } else if (answers && is_wrong_revision()) {
      lose(relay, held);
      at = held_.erase(at);
    } else {
      answers = false;
      lose(relay, held);  // but it may still be ours when the server is back
      ++at;
    }
  }
  return answers;
}

bool keeper::renew(std::size_t relay, lease& held) {
  const std::string name = key(relay);
  if (kvStore_UpdateString(&held.revision, leases_, name.c_str(), worker_.c_str(), held.revision) == NATS_OK)
    return true;
  if (!is_wrong_revision()) return false;
  // An earlier renewal may have arrived although its answer was lost.
  kvEntry* entry = nullptr;
  const bool is_ours = kvStore_Get(&entry, leases_, name.c_str()) == NATS_OK && kvEntry_ValueString(entry) != nullptr &&
                       worker_ == kvEntry_ValueString(entry);
  const std::uint64_t revision = is_ours ? kvEntry_Revision(entry) : held.revision;
  kvEntry_Destroy(entry);
  return kvStore_UpdateString(&held.revision, leases_, name.c_str(), worker_.c_str(), revision) == NATS_OK;
}

void keeper::lose(std::size_t relay, lease& held) {
  if (std::exchange(held.is_read, false)) tell({.what = order::kind::drop, .relay = relay});
  held.is_leaving = false;
}

void keeper::take(std::size_t relay, lease& held) {
  std::string cursor;
  kvEntry* entry = nullptr;
  const natsStatus read = kvStore_Get(&entry, cursors_, key(relay).c_str());
  if (read == NATS_OK)
    cursor.assign(static_cast<const char*>(kvEntry_Value(entry)), static_cast<std::size_t>(kvEntry_ValueLen(entry)));
  kvEntry_Destroy(entry);
  if (read != NATS_OK && read != NATS_NOT_FOUND) return;  // without its cursor it would be read from the beginning
  held.is_read = true;
  held.is_leaving = false;
  tell({.what = order::kind::take, .relay = relay, .cursor = std::move(cursor)});
}

/// Takes free relays, or gives some back, until this worker has its share.
bool keeper::share() {
  if (kvStore_PutString(nullptr, leases_, (worker_prefix + worker_).c_str(), "") != NATS_OK) return false;
  kvKeysList keys{};
  if (kvStore_Keys(&keys, leases_, nullptr) != NATS_OK) return false;
  std::size_t workers = 0;
  std::vector<std::string> taken;
  for (int i = 0; i < keys.Count; ++i) {
    const std::string_view each = keys.Keys[i];
    if (each.starts_with(worker_prefix)) {
      ++workers;
    } else {
      taken.emplace_back(each);
    }
  }
  kvKeysList_Destroy(&keys);
  std::sort(taken.begin(), taken.end());

  const std::size_t relays = settings_.relays.size();
  const std::size_t share = (relays + std::max<std::size_t>(workers, 1) - 1) / std::max<std::size_t>(workers, 1);
  std::size_t own = 0;
  for (auto& [relay, held] : held_) {
    if (held.is_leaving) continue;
    if (++own <= share || !held.is_read) continue;
    held.is_leaving = true;
    tell({.what = order::kind::give_back, .relay = relay});
  }
  // Workers begin at different relays, so that they seldom want the same.
  const std::size_t first = std::hash<std::string>{}(worker_) % relays;
  for (std::size_t i = 0; i < relays && own < share; ++i) {
    const std::size_t relay = (first + i) % relays;
    if (held_.contains(relay) || std::binary_search(taken.begin(), taken.end(), key(relay))) continue;
    if (try_to_take(relay)) ++own;
  }
  return true;
}

bool keeper::try_to_take(std::size_t relay) {
  lease made;
  if (kvStore_CreateString(&made.revision, leases_, key(relay).c_str(), worker_.c_str()) != NATS_OK) return false;
  take(relay, held_.emplace(relay, made).first->second);
  return true;
}

}  // namespace scale_out
