// SPDX-License-Identifier: MIT
// What the pool writes into its log about its relays. The rest is written where it happens.
#include <string>

#include "pool/pool_core.hpp"

namespace uvnostr {
namespace {

/// A date, or what stands for none.
std::string text_of(unix_seconds at) {
  if (at == unix_seconds{}) return "the beginning";
  if (at == unix_seconds::max()) return "now on";
  return std::to_string(at.time_since_epoch().count());
}

std::string_view text_of(session::asked_again when) noexcept {
  switch (when) {
    case session::asked_again::after_pause: return "after a pause";
    case session::asked_again::on_next_connection: return "on the next connection";
    case session::asked_again::never: return "never";
  }
  return "unknown";
}

std::uint64_t number_of(const session::request& request) noexcept {
  const subscription_record* const record = static_cast<const relay_request&>(request).subscription();
  return record == nullptr ? 0 : record->number;
}

std::string_view message_of(const relay_status& now) noexcept {
  switch (now.state) {
    case relay_state::connecting: return "connecting";
    case relay_state::connected: return "connected";
    case relay_state::closing: return "closing";
    case relay_state::stopped: return now.cause ? "the relay is given up" : "disconnected for good";
    case relay_state::waiting: break;
  }
  return now.previous == relay_state::connecting ? "cannot connect" : "the connection is lost";
}

log_level level_of(const relay_status& now) noexcept {
  switch (now.state) {
    case relay_state::connecting:
    case relay_state::closing: return log_level::debug;
    case relay_state::connected: return log_level::info;
    case relay_state::stopped: return now.cause ? log_level::error : log_level::info;
    case relay_state::waiting: return log_level::warning;
  }
  return log_level::info;
}

}  // namespace

void pool_core::log_state(const session::relay_session& session) {
  const relay_status now = session.status();
  const log_level level = level_of(now);
  if (!log_.takes(level)) return;
  const std::string cause(now.cause ? to_string(static_cast<errc>(now.cause.value())) : std::string_view());
  const base::log_subject about = session.subject();
  if (now.state == relay_state::connected) {
    const auto took = std::chrono::floor<std::chrono::milliseconds>(*session.connect_time());
    log_.write(level, message_of(now), about, {{"milliseconds", took.count()}, {"redirected_to", now.redirected_to}});
  } else if (now.next_attempt) {
    log_.write(level, message_of(now), about,
               {{"cause", cause},
                {"text", now.text},
                {"failures", now.failures},
                {"next_attempt_milliseconds", now.next_attempt->count()}});
  } else {
    log_.write(level, message_of(now), about, {{"cause", cause}, {"text", now.text}});
  }
}

void pool_core::log_refusal(const session::relay_session& session, const session::request& request,
                            const session::refusal& said) {
  if (!log_.takes(log_level::warning)) return;
  log_.write(log_level::warning, said.hung_up ? "the relay hangs up over a request" : "the relay refuses a request",
             session.subject(),
             {{"subscription", number_of(request)},
              {"words", said.words},
              {"asked_again", text_of(said.asked_again)},
              {"missing_from", text_of(said.missing.from)},
              {"pause_milliseconds", said.pause.count()}});
}

void pool_core::log_gaps(const session::relay_session& session, const session::request& request) {
  if (!log_.takes(log_level::warning)) return;
  const auto gaps = request.history().gaps();
  for (const gap& each : gaps) {
    log_.write(log_level::warning, "events may be missing", session.subject(),
               {{"subscription", number_of(request)},
                {"from", text_of(each.from)},
                {"to", text_of(each.to)},
                {"reason", to_string(each.reason)}});
  }
  if (gaps.empty()) {
    log_.write(log_level::debug, "all stored events came", session.subject(), {{"subscription", number_of(request)}});
  }
}

void pool_core::log_auth(const session::relay_session& session, auth_step step, const std::optional<pubkey>& user,
                         std::string_view words) {
  struct row {
    log_level level;
    std::string_view message;
  };
  const row is = [step]() -> row {
    switch (step) {
      case auth_step::challenged: return {log_level::debug, "the relay sends an AUTH challenge"};
      case auth_step::answered: return {log_level::debug, "AUTH is sent"};
      case auth_step::accepted: return {log_level::info, "AUTH is accepted"};
      case auth_step::refused: return {log_level::warning, "AUTH is refused"};
      case auth_step::not_challenged: return {log_level::warning, "the relay demands AUTH and sends no challenge"};
      case auth_step::not_signed: return {log_level::warning, "AUTH is not signed"};
    }
    return {log_level::debug, "AUTH"};
  }();
  if (!log_.takes(is.level)) return;
  log_.write(is.level, is.message, session.subject(), {{"user", user ? user->to_hex() : ""}, {"words", words}});
}

void pool_core::log_receipt(const session::relay_session& session, const session::delivery& delivery, outcome what,
                            std::string_view words, std::error_code cause) {
  const bool is_good = what == outcome::accepted;
  const log_level level = is_good ? log_level::debug : log_level::warning;
  if (!log_.takes(level)) return;
  log_.write(level, is_good ? "an event is published" : "an event is not published", session.subject(),
             {{"event", delivery.id().to_hex()},
              {"outcome", to_string(what)},
              {"words", words},
              {"cause", cause ? cause.message() : ""}});
}

}  // namespace uvnostr
