// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <uvnostr/types.hpp>

namespace uvnostr::net {

/// A date in one of the three forms of RFC 9110, 5.6.7. `now` determines the century for the oldest form.
std::optional<unix_seconds> parse_http_date(std::string_view, unix_seconds now) noexcept;

/// Retry-After as seconds or as a date; a date counts from the server's own, if it sent one. Source: RFC 9110, 10.2.3.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view, std::optional<unix_seconds> date,
                                                      unix_seconds now) noexcept;

/// Reads a server's answer to the upgrade request. Accepts everything that RFC 9110, RFC 9112 and RFC 6455 allow, in
/// any spelling, and detects anything else at its first byte or line.
class upgrade_reader {
 public:
  enum class outcome : unsigned char {
    incomplete,
    accepted,   // a valid 101; the caller has to compare the accept value
    refused,    // another status, with the wanted part of its body
    malformed,  // see fault()
  };

  static constexpr std::size_t most_head_bytes = 16 * 1024;
  static constexpr std::size_t most_bytes = 64 * 1024;  // of all answers before the last, together
  static constexpr std::size_t most_body_bytes = 512;

  /// `used` is how many bytes belong to the answer; the rest follows it. After any outcome but `incomplete` there must be
  /// no further call.
  outcome take(std::string_view bytes, std::size_t& used) noexcept;

  /// The status of the last answer once its head is complete, otherwise 0.
  int status() const noexcept { return status_is_final_ ? status_ : 0; }
  /// Values of the last answer; empty if missing.
  const std::string& accept() const noexcept { return values_[static_cast<std::size_t>(field::accept)]; }
  const std::string& location() const noexcept { return values_[static_cast<std::size_t>(field::location)]; }
  const std::string& date() const noexcept { return values_[static_cast<std::size_t>(field::date)]; }
  const std::string& retry_after() const noexcept { return values_[static_cast<std::size_t>(field::retry_after)]; }
  /// The beginning of a refusal's body, as received.
  const std::string& body() const noexcept { return body_; }
  /// What is wrong with a malformed answer.
  std::string_view fault() const noexcept { return fault_; }

 private:
  enum class field : unsigned char {
    connection,
    upgrade,
    accept,
    extensions,
    protocol,
    location,
    date,
    retry_after,
    length,
    transfer_encoding,
    content_encoding,
    other,
  };
  static field field_named(std::string_view) noexcept;

  outcome take_line(std::string_view line) noexcept;
  outcome take_body(std::string_view bytes, std::size_t& used) noexcept;
  bool take_chunk_size(std::string_view bytes, std::size_t& used) noexcept;
  bool take_status(std::string_view line) noexcept;
  bool take_field(std::string_view line) noexcept;
  bool keep_field() noexcept;
  outcome finish_head() noexcept;
  outcome judge_acceptance() noexcept;
  outcome begin_body() noexcept;
  outcome wrong(std::string_view fault) noexcept {
    fault_ = fault;
    return outcome::malformed;
  }
  const std::string& value(field f) const noexcept { return values_[static_cast<std::size_t>(f)]; }

  std::string line_;
  bool is_first_line_ = true;
  bool has_field_ = false;  // whether a field may continue in the next line
  field field_ = field::other;
  std::string field_value_;
  std::array<std::string, static_cast<std::size_t>(field::other)> values_;
  std::size_t head_bytes_ = 0;
  std::size_t all_bytes_ = 0;
  int status_ = 0;
  bool status_is_final_ = false;
  bool in_body_ = false;
  bool is_chunked_ = false;
  bool keeps_body_ = true;
  std::optional<std::size_t> body_left_;  // unknown: until the server closes
  std::string body_;
  std::string_view fault_;
};

}  // namespace uvnostr::net
