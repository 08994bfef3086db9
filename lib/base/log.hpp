// SPDX-License-Identifier: MIT
// How the parts of a pool write its log, without knowing where it goes.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <uvnostr/log.hpp>

namespace uvnostr::base {

/// The relay that an entry is about.
struct log_subject {
  relay_id relay{};
  std::string_view url{};
};

/// A detail. Text may be a stranger's: whoever gives the entry makes it printable.
struct log_detail {
  std::string_view key;
  std::string_view text{};
  std::int64_t number = 0;
  bool is_number = false;

  log_detail(std::string_view name, std::string_view value) noexcept : key(name), text(value) {}
  template <std::integral Number>
  log_detail(std::string_view name, Number value) noexcept
      : key(name), number(static_cast<std::int64_t>(value)), is_number(true) {}
};

class log {
 public:
  explicit log(log_level most) noexcept : most_(most) {}
  log(const log&) = delete;
  log& operator=(const log&) = delete;

  /// To be asked first, so that nothing is computed for an entry that is not wanted.
  bool takes(log_level level) const noexcept { return level <= most_; }
  /// Only if takes(level). The message is a literal; details without a text are left out. Everything else is copied,
  /// and given to the program later.
  virtual void write(log_level level, std::string_view message, const log_subject&,
                     std::initializer_list<log_detail> = {}) noexcept = 0;

 protected:
  ~log() = default;

 private:
  const log_level most_;
};

}  // namespace uvnostr::base
