// SPDX-License-Identifier: MIT
#include "tool.hpp"

#include <csignal>
#include <iostream>
#include <iterator>

namespace demo {

namespace {
constexpr int standard_output = 1;
}

tool::tool(const arguments& given)
    : given_(given),
      is_terminal_(uv_guess_handle(standard_output) == UV_TTY),
      shows_json_(given.format == format::json || (given.format == format::automatic && !is_terminal_)) {}

int tool::run() {
  uv_loop_init(&loop_);
  int status = 0;
  if (const uvnostr::error wrong = start()) {
    std::cerr << wrong.message() << '\n';
    status = 2;
  } else {
    listen_to_signals();
    uv_run(&loop_, UV_RUN_DEFAULT);
    end();
    if (!succeeded_) {
      std::cerr << (reached_ ? failure() : "no relay was reached") << '\n';
      status = 1;
    }
  }
  pool_.reset();
  uv_run(&loop_, UV_RUN_DEFAULT);
  if (uv_loop_close(&loop_) != 0 && status == 0) status = 1;
  return status;
}

uvnostr::error tool::start() {
  auto made = uvnostr::pool::make(&loop_, {.relay_defaults = {.ca_file = given_.ca_file}},
                                  {.on_relay_state =
                                       [this](const uvnostr::relay_status& now) {
                                         if (now.state == uvnostr::relay_state::connected) reached_ = true;
                                       },
                                   .on_log = [this](const uvnostr::log_entry& entry) { on_log(entry); },
                                   .on_close = [this] { stop_listening(); }});
  if (!made) return made.error();
  pool_ = std::move(*made);
  for (const std::string& url : given_.relays) {
    if (const auto added = pool_->add_relay(url); !added) return added.error();
  }
  return begin();
}

void tool::on_log(const uvnostr::log_entry& entry) { std::cerr << entry.line() << '\n'; }

void tool::listen_to_signals() {
  const int numbers[] = {SIGINT, SIGTERM};
  for (std::size_t i = 0; i < std::size(signals_); ++i) {
    uv_signal_init(&loop_, &signals_[i]);
    signals_[i].data = this;
    uv_signal_start(
        &signals_[i], [](uv_signal_t* s, int) { static_cast<tool*>(s->data)->on_signal(); }, numbers[i]);
    uv_unref(reinterpret_cast<uv_handle_t*>(&signals_[i]));
  }
}

void tool::on_signal() {
  if (closing_) {
    std::cerr << "ending at once\n";
    pool_.reset();
    stop_listening();
    return;
  }
  closing_ = true;
  std::cerr << "\nclosing the connections (Ctrl-C again ends at once)\n";
  pool_->close();
}

void tool::stop_listening() {
  for (uv_signal_t& each : signals_) {
    const auto handle = reinterpret_cast<uv_handle_t*>(&each);
    if (uv_is_closing(handle) == 0) uv_close(handle, nullptr);
  }
}

}  // namespace demo
