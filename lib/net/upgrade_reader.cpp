// SPDX-License-Identifier: MIT
// Happy path: the first line is the status, each further line a field, and the last line is empty. A 1xx answer other
// than 101 is discarded and the next one read. 101 ends the reading; any other status continues with the beginning of
// its body. What can go wrong: the bytes are not HTTP, or a field breaks the rules. Reading then ends at once, because
// otherwise we and the server would wait for each other until the time limit.
#include "net/upgrade_reader.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

namespace uvnostr::net {
namespace {

constexpr std::string_view version_prefix = "HTTP/1.";
constexpr std::size_t most_chunk_line_bytes = 64;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_token(std::string_view name) noexcept {
  static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.find(c) != std::string_view::npos;
  });
}

bool equals_in_any_case(std::string_view text, std::string_view lower) noexcept {
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), [](char c, char wanted) {
    return (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) == wanted;
  });
}

/// Calls `visit` with each element of a list, ignoring empty ones. Source: RFC 9110, 5.6.1.2.
template <class Visitor>
void for_each_element(std::string_view list, Visitor visit) noexcept {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (const auto element = trimmed(list.substr(0, comma)); !element.empty()) visit(element);
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

template <class Number>
bool read_number(std::string_view text, Number& number) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && is_digit(text.front()) && error == std::errc() && end == text.data() + text.size();
}

constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<unix_seconds> make_date(int year, std::string_view month, std::string_view day,
                                      std::string_view time) noexcept {
  using namespace std::chrono;
  const auto* const named = std::find(std::begin(months), std::end(months), month);
  unsigned day_number = 0;
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  if (!day.empty() && day.front() == ' ') day.remove_prefix(1);
  if (named == std::end(months) || !read_number(day, day_number) || time.size() != 8 || time[2] != ':' ||
      time[5] != ':' || !read_number(time.substr(0, 2), hour) || !read_number(time.substr(3, 2), minute) ||
      !read_number(time.substr(6, 2), second) || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const year_month_day date(std::chrono::year(year),
                            std::chrono::month(static_cast<unsigned>(named - std::begin(months)) + 1),
                            std::chrono::day(day_number));
  if (!date.ok()) return std::nullopt;
  return unix_seconds(sys_days(date) + hours(hour) + minutes(minute) + seconds(second));
}

}  // namespace

std::optional<unix_seconds> parse_http_date(std::string_view text, unix_seconds now) noexcept {
  int year = 0;
  if (text.size() == 29 && text.substr(3, 2) == ", " && text.ends_with(" GMT")) {  // Sun, 06 Nov 1994 08:49:37 GMT
    if (!read_number(text.substr(12, 4), year)) return std::nullopt;
    return make_date(year, text.substr(8, 3), text.substr(5, 2), text.substr(17, 8));
  }
  if (text.size() == 24 && text[3] == ' ') {  // Sun Nov  6 08:49:37 1994
    if (!read_number(text.substr(20, 4), year)) return std::nullopt;
    return make_date(year, text.substr(4, 3), text.substr(8, 2), text.substr(11, 8));
  }
  const auto comma = text.find(", ");  // Sunday, 06-Nov-94 08:49:37 GMT
  if (comma == std::string_view::npos || text.size() != comma + 24 || !text.ends_with(" GMT")) return std::nullopt;
  text.remove_prefix(comma + 2);
  if (text[2] != '-' || text[6] != '-' || !read_number(text.substr(7, 2), year)) return std::nullopt;
  const int this_year =
      static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(now)).year());
  year += this_year - this_year % 100;
  if (year > this_year + 50) year -= 100;
  return make_date(year, text.substr(3, 3), text.substr(0, 2), text.substr(10, 8));
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view text, std::optional<unix_seconds> date,
                                                      unix_seconds now) noexcept {
  unsigned seconds = 0;
  if (read_number(text, seconds)) return std::chrono::seconds(seconds);
  const auto until = parse_http_date(text, now);
  if (!until) return std::nullopt;
  return std::max(std::chrono::seconds(*until - date.value_or(now)), std::chrono::seconds(0));
}

upgrade_reader::field upgrade_reader::field_named(std::string_view name) noexcept {
  static constexpr std::pair<std::string_view, field> names[] = {
      {"connection", field::connection},
      {"upgrade", field::upgrade},
      {"sec-websocket-accept", field::accept},
      {"sec-websocket-extensions", field::extensions},
      {"sec-websocket-protocol", field::protocol},
      {"location", field::location},
      {"date", field::date},
      {"retry-after", field::retry_after},
      {"content-length", field::length},
      {"transfer-encoding", field::transfer_encoding},
      {"content-encoding", field::content_encoding},
  };
  for (const auto& [known, which] : names) {
    if (equals_in_any_case(name, known)) return which;
  }
  return field::other;
}

upgrade_reader::outcome upgrade_reader::take(std::string_view bytes, std::size_t& used) noexcept {
  used = 0;
  while (used < bytes.size()) {
    if (in_body_) {
      std::size_t taken = 0;
      const outcome now = take_body(bytes.substr(used), taken);
      used += taken;
      return now;
    }
    const char c = bytes[used++];
    if (++head_bytes_ > most_head_bytes || ++all_bytes_ > most_bytes) return wrong("the answer's head is too long");
    if (c == '\n') {
      std::string line = std::exchange(line_, {});
      if (line.ends_with('\r')) line.pop_back();
      if (const outcome now = take_line(line); now != outcome::incomplete) return now;
      continue;
    }
    if (line_.ends_with('\r')) return wrong("a line of the answer has a carriage return in it");
    if ((static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\r') || c == 0x7f) {
      return wrong("the answer has a control character");
    }
    line_ += c;
    if (is_first_line_ && !version_prefix.starts_with(std::string_view(line_).substr(0, version_prefix.size()))) {
      return wrong("the answer is not HTTP/1");
    }
  }
  return outcome::incomplete;
}

upgrade_reader::outcome upgrade_reader::take_line(std::string_view line) noexcept {
  if (std::exchange(is_first_line_, false)) {
    return take_status(line) ? outcome::incomplete : wrong("the answer's first line is no status line");
  }
  if (!line.empty() && is_blank(line.front())) {
    // Obsolete line folding means a space. Source: RFC 9112, 5.2.
    if (!has_field_) return wrong("the answer's first field begins with a blank");
    if (field_ != field::other) field_value_.append(" ").append(trimmed(line));
    return outcome::incomplete;
  }
  if (!keep_field()) return wrong("the answer has Sec-WebSocket-Accept twice");
  if (line.empty()) return finish_head();
  return take_field(line) ? outcome::incomplete : wrong("a line of the answer is no header field");
}

bool upgrade_reader::take_status(std::string_view line) noexcept {
  line.remove_prefix(std::min(version_prefix.size(), line.size()));
  // The space before an empty reason is often omitted.
  if (line.size() < 5 || !is_digit(line[0]) || line[1] != ' ' || (line.size() > 5 && line[5] != ' ')) return false;
  return read_number(line.substr(2, 3), status_) && status_ >= 100;
}

bool upgrade_reader::take_field(std::string_view line) noexcept {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  has_field_ = true;
  field_ = field_named(line.substr(0, colon));
  if (field_ != field::other) field_value_ = trimmed(line.substr(colon + 1));
  return true;
}

bool upgrade_reader::keep_field() noexcept {
  if (!std::exchange(has_field_, false) || field_ == field::other) return true;
  std::string& kept = values_[static_cast<std::size_t>(field_)];
  const std::string_view more = trimmed(field_value_);
  if (field_ == field::accept && !kept.empty()) return false;
  // Lists may be spread over several fields. Source: RFC 9110, 5.3.
  const bool is_list = field_ != field::location && field_ != field::date && field_ != field::retry_after;
  if (!kept.empty() && is_list) {
    kept.append(", ").append(more);
  } else if (kept.empty()) {
    kept = more;
  }
  return true;
}

upgrade_reader::outcome upgrade_reader::finish_head() noexcept {
  if (status_ < 200 && status_ != 101) {
    values_ = {};
    head_bytes_ = 0;
    is_first_line_ = true;
    return outcome::incomplete;
  }
  status_is_final_ = true;
  return status_ == 101 ? judge_acceptance() : begin_body();
}

upgrade_reader::outcome upgrade_reader::judge_acceptance() noexcept {
  bool upgrades = false;
  for_each_element(value(field::connection), [&](std::string_view e) { upgrades |= equals_in_any_case(e, "upgrade"); });
  if (!upgrades) return wrong("the answer lacks \"Connection: Upgrade\"");
  bool is_websocket = false;
  bool is_other = false;
  for_each_element(value(field::upgrade), [&](std::string_view element) {
    (equals_in_any_case(element, "websocket") ? is_websocket : is_other) = true;
  });
  if (!is_websocket || is_other) return wrong("the answer lacks \"Upgrade: websocket\"");
  if (value(field::accept).empty()) return wrong("the answer lacks Sec-WebSocket-Accept");
  // We offer neither, so the answer may name neither. Source: RFC 6455, 4.1.
  if (!value(field::extensions).empty()) return wrong("the answer names an extension that was not offered");
  if (!value(field::protocol).empty()) return wrong("the answer names a protocol that was not offered");
  return outcome::accepted;
}

upgrade_reader::outcome upgrade_reader::begin_body() noexcept {
  in_body_ = true;
  keeps_body_ = value(field::content_encoding).empty();  // a compressed body is useless
  is_chunked_ = !value(field::transfer_encoding).empty();
  std::size_t length = 0;
  if (is_chunked_) {
    body_left_ = 0;
  } else if (read_number(value(field::length), length)) {
    body_left_ = length;
  }
  const bool has_none = status_ == 204 || status_ == 304 || (!is_chunked_ && body_left_ == 0U);
  return has_none || !keeps_body_ ? outcome::refused : outcome::incomplete;
}

/// A chunk's length in hexadecimal digits, perhaps extensions, and the line's end.
bool upgrade_reader::take_chunk_size(std::string_view bytes, std::size_t& used) noexcept {
  while (used < bytes.size()) {
    const char c = bytes[used++];
    if (c != '\n') {
      line_ += c;
      if (line_.size() > most_chunk_line_bytes) return false;
      continue;
    }
    const std::string line = std::exchange(line_, {});
    if (trimmed(line) == "\r") continue;  // the end of the previous chunk
    std::size_t size = 0;
    if (std::from_chars(line.data(), line.data() + line.size(), size, 16).ec != std::errc() || size == 0) return false;
    body_left_ = size;
    return true;
  }
  return true;
}

upgrade_reader::outcome upgrade_reader::take_body(std::string_view bytes, std::size_t& used) noexcept {
  while (used < bytes.size()) {
    if (is_chunked_ && body_left_ == 0U) {
      if (!take_chunk_size(bytes, used)) return outcome::refused;
      continue;
    }
    std::size_t taken = std::min(bytes.size() - used, most_body_bytes - body_.size());
    if (body_left_) taken = std::min(taken, *body_left_);
    body_.append(bytes.substr(used, taken));
    used += taken;
    if (body_left_) *body_left_ -= taken;
    if (body_.size() == most_body_bytes || (!is_chunked_ && body_left_ == 0U)) return outcome::refused;
  }
  return outcome::incomplete;
}

}  // namespace uvnostr::net
