// SPDX-License-Identifier: MIT
// A live table of relays at the bottom of the terminal, with lines that scroll above it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <uv.h>
#include <uvnostr/pool.hpp>

namespace demo {

/// What was last heard of each relay.
using news = std::map<uvnostr::relay_id, std::string>;

/// A heading, a line for each relay, and one for all. If there are more relays than lines, those in trouble come first.
/// No line is wider than `width`.
std::vector<std::string> table(const uvnostr::pool_stats&, const news&, std::size_t width, std::size_t height);

/// The terminal. It draws nothing by itself.
class screen {
 public:
  /// Standard output must be a terminal.
  explicit screen(uv_loop_t*);
  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;
  /// The loop needs one more turn afterwards.
  ~screen();

  std::size_t width() const { return static_cast<std::size_t>(width_); }
  std::size_t height() const { return static_cast<std::size_t>(height_); }
  /// For the next draw().
  void print(std::string line);
  /// Replaces the last table, below all lines that were printed.
  void draw(const std::vector<std::string>& table);
  /// Prints the remaining lines below the last table, which stays.
  void finish();

 private:
  uv_tty_t* tty_;
  int width_ = 80;
  int height_ = 24;
  std::string lines_;
  std::size_t drawn_ = 0;  // lines of the last table
};

}  // namespace demo
