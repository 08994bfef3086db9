// SPDX-License-Identifier: MIT
#include <cassert>
#include <cstdint>
#include <optional>

#include "api/error_sentence.hpp"
#include "c/convert.hpp"

namespace uvnostr::c {
namespace {

constexpr const char* invalid_argument_sentence =
    "An argument is NULL, an unknown enumerator, or a struct whose size cannot be.";
constexpr const char* unknown_sentence = "uvnostr has no error with that number.";

/// The category of what only the C API reports. Its only value is 1: an invalid argument.
class category final : public std::error_category {
 public:
  const char* name() const noexcept override { return "uvnostr C API"; }
  std::string message(int) const override { return invalid_argument_sentence; }
};

const std::error_category& c_category() noexcept {
  static const category instance;
  return instance;
}

// There is no default, so that the compiler warns about a missing enumerator. Numbers never change: a new one goes to
// the end of its group in <uvnostr/c/base.h>.
int code_of(errc code) noexcept {
  switch (code) {
    case errc::url_scheme: return UVNOSTR_E_URL_SCHEME;
    case errc::url_host: return UVNOSTR_E_URL_HOST;
    case errc::url_port: return UVNOSTR_E_URL_PORT;
    case errc::url_userinfo: return UVNOSTR_E_URL_USERINFO;
    case errc::url_fragment: return UVNOSTR_E_URL_FRAGMENT;
    case errc::url_path: return UVNOSTR_E_URL_PATH;
    case errc::hex_length: return UVNOSTR_E_HEX_LENGTH;
    case errc::hex_digit: return UVNOSTR_E_HEX_DIGIT;
    case errc::bech32_format: return UVNOSTR_E_BECH32_FORMAT;
    case errc::bech32_checksum: return UVNOSTR_E_BECH32_CHECKSUM;
    case errc::bech32_prefix: return UVNOSTR_E_BECH32_PREFIX;
    case errc::secret_key_range: return UVNOSTR_E_SECRET_KEY_RANGE;
    case errc::event_json: return UVNOSTR_E_EVENT_JSON;
    case errc::event_field: return UVNOSTR_E_EVENT_FIELD;
    case errc::event_utf8: return UVNOSTR_E_EVENT_UTF8;
    case errc::wrong_id: return UVNOSTR_E_WRONG_ID;
    case errc::wrong_signature: return UVNOSTR_E_WRONG_SIGNATURE;
    case errc::filter_json: return UVNOSTR_E_FILTER_JSON;
    case errc::filter_field: return UVNOSTR_E_FILTER_FIELD;
    case errc::filter_tag_name: return UVNOSTR_E_FILTER_TAG_NAME;
    case errc::filter_tag_value: return UVNOSTR_E_FILTER_TAG_VALUE;
    case errc::filter_time_range: return UVNOSTR_E_FILTER_TIME_RANGE;
    case errc::filter_count: return UVNOSTR_E_FILTER_COUNT;
    case errc::cursor_format: return UVNOSTR_E_CURSOR_FORMAT;
    case errc::cursor_filters: return UVNOSTR_E_CURSOR_FILTERS;
    case errc::option_range: return UVNOSTR_E_OPTION_RANGE;
    case errc::option_certificate: return UVNOSTR_E_OPTION_CERTIFICATE;
    case errc::closed: return UVNOSTR_E_CLOSED;
    case errc::unknown_relay: return UVNOSTR_E_UNKNOWN_RELAY;
    case errc::duplicate_relay: return UVNOSTR_E_DUPLICATE_RELAY;
    case errc::no_relay: return UVNOSTR_E_NO_RELAY;
    case errc::event_too_big: return UVNOSTR_E_EVENT_TOO_BIG;
    case errc::queue_full: return UVNOSTR_E_QUEUE_FULL;
    case errc::loop_unusable: return UVNOSTR_E_LOOP_UNUSABLE;
    case errc::random_unavailable: return UVNOSTR_E_RANDOM_UNAVAILABLE;
    case errc::unsupported: return UVNOSTR_E_UNSUPPORTED;
    case errc::host_not_found: return UVNOSTR_E_HOST_NOT_FOUND;
    case errc::resolver_failed: return UVNOSTR_E_RESOLVER_FAILED;
    case errc::connection_refused: return UVNOSTR_E_CONNECTION_REFUSED;
    case errc::network_unreachable: return UVNOSTR_E_NETWORK_UNREACHABLE;
    case errc::connection_failed: return UVNOSTR_E_CONNECTION_FAILED;
    case errc::connect_timeout: return UVNOSTR_E_CONNECT_TIMEOUT;
    case errc::tls_certificate: return UVNOSTR_E_TLS_CERTIFICATE;
    case errc::tls_pinned_key: return UVNOSTR_E_TLS_PINNED_KEY;
    case errc::tls_failed: return UVNOSTR_E_TLS_FAILED;
    case errc::http_status: return UVNOSTR_E_HTTP_STATUS;
    case errc::handshake_failed: return UVNOSTR_E_HANDSHAKE_FAILED;
    case errc::connection_lost: return UVNOSTR_E_CONNECTION_LOST;
    case errc::closed_by_relay: return UVNOSTR_E_CLOSED_BY_RELAY;
    case errc::protocol_error: return UVNOSTR_E_PROTOCOL_ERROR;
    case errc::message_too_big: return UVNOSTR_E_MESSAGE_TOO_BIG;
    case errc::misbehaved: return UVNOSTR_E_MISBEHAVED;
    case errc::ping_timeout: return UVNOSTR_E_PING_TIMEOUT;
    case errc::retries_exhausted: return UVNOSTR_E_RETRIES_EXHAUSTED;
    case errc::relay_removed: return UVNOSTR_E_RELAY_REMOVED;
    case errc::send_timeout: return UVNOSTR_E_SEND_TIMEOUT;
    case errc::ok_timeout: return UVNOSTR_E_OK_TIMEOUT;
    case errc::refused: return UVNOSTR_E_REFUSED;
    case errc::auth_required: return UVNOSTR_E_AUTH_REQUIRED;
    case errc::relay_limit: return UVNOSTR_E_RELAY_LIMIT;
    case errc::not_signed: return UVNOSTR_E_NOT_SIGNED;
    case errc::no_document: return UVNOSTR_E_NO_DOCUMENT;
  }
  return UVNOSTR_E_UNKNOWN;
}

std::optional<errc> errc_of(int code) noexcept {
  for (int value = 1; api::error_sentence(static_cast<errc>(value)) != nullptr; ++value) {
    if (code_of(static_cast<errc>(value)) == code) return static_cast<errc>(value);
  }
  return std::nullopt;
}

bool is_continuation(char byte) noexcept { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

}  // namespace

int code_of(std::error_code code) noexcept {
  if (!code) return UVNOSTR_OK;
  if (code.category() == c_category()) return UVNOSTR_E_INVALID_ARGUMENT;
  return code.category() == error_category() ? code_of(static_cast<errc>(code.value())) : UVNOSTR_E_UNKNOWN;
}

error invalid_argument(std::string sentence) noexcept {
  return error(std::error_code(1, c_category()), std::move(sentence));
}

error missing(const char* function, const char* argument) noexcept {
  return invalid_argument(std::string(function) + ": " + argument + " is NULL");
}

int report(const error& why, uvnostr_error* out) noexcept {
  assert(why);
  const int code = code_of(why.code());
  if (out != nullptr) {
    out->code = code;
    put_text(code == UVNOSTR_E_INVALID_ARGUMENT ? why.subject() + '.' : why.message(), out->message,
             sizeof out->message);
  }
  return code;
}

std::size_t put_text(std::string_view text, char* buffer, std::size_t size) noexcept {
  if (buffer == nullptr || size == 0) return text.size();
  std::size_t length = text.size();
  if (length >= size) {
    length = size - 1;
    while (length > 0 && is_continuation(text[length])) --length;
  }
  if (length > 0) std::memcpy(buffer, text.data(), length);
  buffer[length] = '\0';
  return text.size();
}

bool is_possible_size(std::size_t given, std::size_t known, std::size_t alignment) noexcept {
  constexpr std::size_t most_growth_bytes = 1024;
  return given >= sizeof(std::size_t) && given <= known + most_growth_bytes && given % alignment == 0;
}

error check_size(const char* what, std::size_t given, std::size_t known, std::size_t alignment) {
  const bool is_possible = is_possible_size(given, known, alignment);
  if (is_possible && given <= known) return {};
  const std::string size = std::string(what) + " has size " + std::to_string(given);
  if (is_possible) {
    return invalid_argument(size + ", but this library knows " + std::to_string(known) +
                            " bytes of it: the program was compiled for a newer uvnostr");
  }
  return invalid_argument(size + ", but it has " + std::to_string(known) +
                          " bytes: set its size, or use its _init function");
}

}  // namespace uvnostr::c

extern "C" {

const char* uvnostr_strerror(int code) {
  if (code == UVNOSTR_OK) return "There is no error.";
  if (code == UVNOSTR_E_INVALID_ARGUMENT) return uvnostr::c::invalid_argument_sentence;
  const std::optional<uvnostr::errc> known = uvnostr::c::errc_of(code);
  return known ? uvnostr::api::error_sentence(*known) : uvnostr::c::unknown_sentence;
}

const char* uvnostr_err_name(int code) {
  if (code == UVNOSTR_OK) return "ok";
  if (code == UVNOSTR_E_INVALID_ARGUMENT) return "invalid_argument";
  const std::optional<uvnostr::errc> known = uvnostr::c::errc_of(code);
  return known ? to_string(*known).data() : "unknown";
}

}  // extern "C"
