// SPDX-License-Identifier: MIT
// A pool that takes commands line by line and answers in JSON lines, for test/interop/run. Uses only the public
// headers.
//
//   interop_client [--delay MS] [--max-delay MS] [--auth KEY] URL...
//
// --auth is the key (hex or nsec) for relays that demand NIP-42 AUTH. Commands come on stdin, which must be a pipe;
// tabs separate their parts:
//   subscribe NAME FILTER...     FILTER is a JSON object
//   query NAME FILTER...         the same, but it closes itself once all relays have answered
//   unsubscribe NAME
//   publish FILE                 one event a line, to all relays
//   sign KEY KIND CONTENT_HEX    signs a note and publishes it to all relays
//   add URL | remove RELAY | reconnect RELAY
//   seen ID                      the relays that sent that event
//   stats
//   close                        closes the pool, and ends the program
// If stdin ends before that, the pool is destroyed. The last line has the result of uv_loop_close().
#include <uv.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <uvnostr/uvnostr.hpp>

#include "interop/json_line.hpp"

namespace {

using uvnostr::errc;

std::string_view cause_name(std::error_code code) {
  return code ? to_string(static_cast<errc>(code.value())) : std::string_view();
}

void report_error(std::string_view where, const uvnostr::error& why) {
  json_line("error").text("where", where).text("message", why.message()).text("cause", cause_name(why));
}

std::string tags_json(const uvnostr::event_view& event) {
  std::string out = "[";
  for (const uvnostr::tag_view& tag : event.tags()) {
    out += out.size() > 1 ? ",[" : "[";
    for (std::size_t i = 0; i < tag.size(); ++i) out += (i > 0 ? "," : "") + json_line::quoted(tag.at(i));
    out += ']';
  }
  return out + ']';
}

std::vector<std::string> split(std::string_view line) {
  std::vector<std::string> parts(1);
  for (const char c : line) {
    if (c == '\t')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::string digits(hex.substr(i, 2));
    char* end = nullptr;
    out += static_cast<char>(std::strtoul(digits.c_str(), &end, 16));
    if (*end != 0) return std::nullopt;
  }
  return out;
}

class program {
 public:
  /// Whether the pool could be made.
  bool start(uvnostr::pool_options);
  /// Runs until stdin ends or the pool was closed, then until the loop is empty.
  int run();

 private:
  using arguments = std::vector<std::string>;

  void read(std::string_view bytes);
  void obey(const arguments&);
  void subscribe(const arguments&, bool query);
  void publish_file(const std::string& path);
  void publish(const uvnostr::event&);
  void sign(const arguments&);
  void print_seen(std::string_view id);
  void print_stats();
  void end_input();

  uvnostr::subscription_callbacks subscription_printers(const std::string& name);
  uvnostr::pool_callbacks pool_printers();

  uv_loop_t loop_;
  uv_pipe_t input_;
  char buffer_[64 * 1024];
  std::string unfinished_line_;
  std::optional<uvnostr::pool> pool_;
  std::map<std::string, uvnostr::subscription> subscriptions_;
};

uvnostr::pool_callbacks program::pool_printers() {
  uvnostr::pool_callbacks callbacks;
  callbacks.on_event = [](uvnostr::relay_id relay, const uvnostr::event_view& event) {
    json_line("pool_event").relay(relay).text("id", event.id().to_hex());
  };
  callbacks.on_notice = [](uvnostr::relay_id relay, std::string_view text) {
    json_line("notice").relay(relay).text("text", text);
  };
  callbacks.on_relay_state = [](const uvnostr::relay_status& status) {
    json_line line("state");
    line.relay(status.relay).text("url", status.url).text("state", to_string(status.state));
    line.text("cause", cause_name(status.cause)).text("text", status.text).number("close_code", status.close_code);
    line.number("http_status", static_cast<std::uint64_t>(status.http_status)).number("failures", status.failures);
    if (status.next_attempt) line.number("next_attempt_ms", static_cast<std::uint64_t>(status.next_attempt->count()));
  };
  callbacks.on_close = [this] {
    json_line("pool_closed");
    end_input();
  };
  return callbacks;
}

uvnostr::subscription_callbacks program::subscription_printers(const std::string& name) {
  uvnostr::subscription_callbacks callbacks;
  callbacks.on_event = [name](uvnostr::relay_id relay, const uvnostr::event_view& event) {
    json_line line("event");
    line.text("sub", name).relay(relay).text("id", event.id().to_hex()).text("pubkey", event.pubkey().to_hex());
    line.number("kind", event.kind()).text("sig", event.sig().to_hex());
    line.number("created_at", static_cast<std::uint64_t>(event.created_at().time_since_epoch().count()));
    line.text("content", event.content()).raw("tags", tags_json(event)).raw("json", event.json());
    line.flag("verified", !event.copy().verify());
  };
  callbacks.on_eose = [name](uvnostr::relay_id relay, uvnostr::eose_hint) {
    json_line("eose").text("sub", name).relay(relay);
  };
  callbacks.on_all_eose = [name] { json_line("all_eose").text("sub", name); };
  callbacks.on_relay_closed = [name](const uvnostr::relay_closed& told) {
    json_line("relay_closed").text("sub", name).relay(told.relay).text("message", told.words);
  };
  callbacks.on_close = [name](uvnostr::close_reason reason) {
    json_line("closed").text("sub", name).text("reason", to_string(reason));
  };
  return callbacks;
}

bool program::start(uvnostr::pool_options options) {
  uv_loop_init(&loop_);
  auto made = uvnostr::pool::make(&loop_, std::move(options), pool_printers());
  if (!made) {
    report_error("pool", made.error());
    return false;
  }
  pool_.emplace(std::move(*made));

  uv_pipe_init(&loop_, &input_, 0);
  input_.data = this;
  if (uv_pipe_open(&input_, 0) != 0) {
    std::fputs("interop_client: stdin must be a pipe\n", stderr);
    return false;
  }
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&input_),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto* self = static_cast<program*>(handle->data);
        *buffer = uv_buf_init(self->buffer_, sizeof self->buffer_);
      },
      [](uv_stream_t* stream, ssize_t size, const uv_buf_t* buffer) {
        auto* self = static_cast<program*>(stream->data);
        if (size > 0) self->read({buffer->base, static_cast<std::size_t>(size)});
        if (size >= 0) return;
        self->pool_.reset();
        self->end_input();
      });
  return true;
}

int program::run() {
  uv_run(&loop_, UV_RUN_DEFAULT);
  // Here the subscriptions outlive their pool, which handles may do.
  pool_.reset();
  uv_run(&loop_, UV_RUN_DEFAULT);
  subscriptions_.clear();
  const int closed = uv_loop_close(&loop_);
  json_line("end").raw("loop_close", std::to_string(closed));
  return closed == 0 ? 0 : 1;
}

void program::end_input() {
  auto* handle = reinterpret_cast<uv_handle_t*>(&input_);
  if (!uv_is_closing(handle)) uv_close(handle, nullptr);
}

void program::read(std::string_view bytes) {
  for (const char c : bytes) {
    if (c != '\n')
      unfinished_line_ += c;
    else
      obey(split(std::exchange(unfinished_line_, {})));
  }
}

void program::obey(const arguments& parts) {
  const std::string& verb = parts[0];
  const std::string argument = parts.size() > 1 ? parts[1] : "";
  const auto relay = static_cast<uvnostr::relay_id>(std::strtoul(argument.c_str(), nullptr, 10));
  uvnostr::error failed;
  if (verb == "subscribe") {
    subscribe(parts, false);
  } else if (verb == "query") {
    subscribe(parts, true);
  } else if (verb == "unsubscribe") {
    subscriptions_[argument].close();
  } else if (verb == "publish") {
    publish_file(argument);
  } else if (verb == "sign") {
    sign(parts);
  } else if (verb == "add") {
    failed = pool_->add_relay(argument).error();
  } else if (verb == "remove") {
    failed = pool_->remove_relay(relay);
  } else if (verb == "reconnect") {
    failed = pool_->reconnect(relay);
  } else if (verb == "seen") {
    print_seen(argument);
  } else if (verb == "stats") {
    print_stats();
  } else if (verb == "close") {
    pool_->close();
  } else {
    json_line("error").text("where", verb).text("message", "unknown command");
  }
  if (failed) report_error(verb, failed);
}

void program::subscribe(const arguments& parts, bool query) {
  if (parts.size() < 3) return report_error("subscribe", make_error_code(errc::filter_count));
  std::vector<uvnostr::filter> filters;
  for (std::size_t i = 2; i < parts.size(); ++i) {
    auto filter = uvnostr::filter::parse(parts[i]);
    if (!filter) return report_error("filter", filter.error());
    filters.push_back(std::move(*filter));
  }
  uvnostr::subscribe_options options;
  options.close_on_eose = query;
  auto made = pool_->subscribe(filters, subscription_printers(parts[1]), std::move(options));
  if (!made) return report_error("subscribe", made.error());
  subscriptions_[parts[1]] = std::move(*made);
}

void program::publish_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) json_line("error").text("where", path).text("message", "cannot be read");
  for (std::string line; std::getline(file, line);) {
    const auto event = uvnostr::event::parse(line);
    if (event)
      publish(*event);
    else
      report_error("event", event.error());
  }
}

void program::publish(const uvnostr::event& event) {
  uvnostr::publish_callbacks callbacks;
  callbacks.on_receipt = [](const uvnostr::receipt& receipt) {
    json_line line("receipt");
    line.relay(receipt.relay).text("id", receipt.event.to_hex()).text("message", receipt.message);
    line.text("outcome", to_string(receipt.outcome)).text("cause", cause_name(receipt.cause));
  };
  callbacks.on_done = [id = event.id()](std::size_t accepted, std::size_t asked) {
    json_line("done").text("id", id.to_hex()).number("accepted", accepted).number("asked", asked);
  };
  // Tampered events are published too, to see the relay's answer.
  if (const auto failed = pool_->publish(event, std::move(callbacks), {.verify = false}))
    report_error("publish", failed);
}

void program::sign(const arguments& parts) {
  const auto content = from_hex(parts.size() == 4 ? parts[3] : "?");
  if (!content) return report_error("sign", make_error_code(errc::hex_digit));
  const auto key = uvnostr::secret_key::parse(parts[1]);
  if (!key) return report_error("key", key.error());
  uvnostr::draft draft;
  draft.kind = static_cast<uvnostr::event_kind>(std::strtoul(parts[2].c_str(), nullptr, 10));
  draft.content = *content;
  draft.tags = {{"t", *content}, {"alt", "signed by uvnostr", ""}};
  const auto event = key->sign(draft);
  if (!event) return report_error("sign", event.error());
  json_line("signed").text("id", event->id().to_hex()).raw("json", event->json());
  publish(*event);
}

void program::print_seen(std::string_view id) {
  const auto parsed = uvnostr::event_id::parse(id);
  if (!parsed) return report_error("seen", parsed.error());
  std::string relays;
  for (const uvnostr::relay_id relay : pool_->seen_on(*parsed))
    relays += (relays.empty() ? "" : ",") + std::to_string(static_cast<std::uint32_t>(relay));
  json_line("seen").text("id", id).raw("relays", "[" + relays + "]");
}

void print_counts(json_line& line, const uvnostr::message_counts& counts) {
  line.number("delivered", counts.delivered).number("duplicate", counts.duplicate);
  line.number("unknown_subscription", counts.unknown_subscription).number("not_matching", counts.not_matching);
  line.number("malformed_event", counts.malformed_event).number("wrong_id", counts.wrong_id);
  line.number("wrong_signature", counts.wrong_signature).number("unverified", counts.unverified);
  line.number("eose", counts.eose).number("ok", counts.ok).number("closed", counts.closed);
  line.number("notice", counts.notice).number("auth", counts.auth).number("unknown_verb", counts.unknown_verb);
  line.number("malformed", counts.malformed).number("binary", counts.binary).number("sum", counts.sum());
}

void program::print_stats() {
  const uvnostr::pool_stats stats = pool_->stats();
  for (const uvnostr::relay_stats& relay : stats.relays) {
    json_line line("relay_stats");
    line.relay(relay.relay).text("url", relay.url).number("messages_in", relay.messages_in);
    line.number("connects", relay.connects).number("disconnects", relay.disconnects);
    line.number("nonstandard_ids", relay.nonstandard_ids);
    print_counts(line, relay.messages);
  }
  json_line line("stats");
  line.number("messages_in", stats.messages_in).number("bytes_in", stats.bytes_in).number("verified", stats.verified);
  line.number("seen_entries", stats.seen_entries);
  print_counts(line, stats.messages);
}

}  // namespace

int main(int count, char** values) {
  uvnostr::pool_options options;
  auto& relay = options.relay_defaults;
  for (int i = 1; i < count; ++i) {
    const std::string argument = values[i];
    const std::string next = i + 1 < count ? values[i + 1] : "";
    const std::chrono::milliseconds time(std::strtol(next.c_str(), nullptr, 10));
    if (argument.rfind("--", 0) == 0) ++i;
    if (argument == "--delay") {
      relay.reconnect.initial_delay = time;
    } else if (argument == "--max-delay") {
      relay.reconnect.max_delay = time;
    } else if (argument == "--auth") {
      const auto key = uvnostr::secret_key::parse(next);
      if (!key) {
        report_error("--auth", key.error());
        return 2;
      }
      relay.auth_users = {*key};
    } else {
      options.relays.push_back(argument);
    }
  }
  // Static, because the loop must stay in place however the program ends.
  static program self;
  return self.start(std::move(options)) ? self.run() : 2;
}
