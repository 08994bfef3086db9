// SPDX-License-Identifier: MIT
// What all actions on real relays have in common: a loop, a pool, signals, a log, and the exit status.
//
// Events, receipts and documents go to standard output and everything else to standard error, so that the output can be
// piped. The exit status tells scripts whether any relay did what it was asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <uv.h>
#include <uvnostr/uvnostr.hpp>

#include "arguments.hpp"

namespace demo {

class tool {
 public:
  tool(const tool&) = delete;
  tool& operator=(const tool&) = delete;

  /// Returns the exit status: 1 if no relay did what was asked, 2 if the library refused an argument.
  int run();

 protected:
  explicit tool(const arguments& given);
  ~tool() = default;

  /// The pool is made, and connects. An error ends everything with status 2.
  virtual uvnostr::error begin() = 0;
  /// What to say if no relay did what it was asked for.
  virtual std::string_view failure() const { return "no relay has answered"; }
  virtual void on_log(const uvnostr::log_entry&);
  /// The pool is closed.
  virtual void end() {}

  uvnostr::pool& pool() { return *pool_; }
  uv_loop_t& loop() { return loop_; }
  const arguments& given() const { return given_; }
  bool shows_json() const { return shows_json_; }
  bool is_terminal() const { return is_terminal_; }
  /// A relay did what it was asked for.
  void succeed() { succeeded_ = true; }

 private:
  uvnostr::error start();
  void listen_to_signals();
  void stop_listening();
  void on_signal();

  const arguments& given_;
  const bool is_terminal_;
  const bool shows_json_;
  uv_loop_t loop_{};
  uv_signal_t signals_[2];
  std::optional<uvnostr::pool> pool_;
  bool closing_ = false;
  bool reached_ = false;
  bool succeeded_ = false;
};

/// Each does what the arguments ask for, and returns the exit status.
int read_relays(const arguments&);
int publish(const arguments&);
int show_information(const arguments&);

}  // namespace demo
