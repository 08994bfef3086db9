// SPDX-License-Identifier: MIT
// libwebsockets reports failures as English texts, which differ by version and TLS library. Only this file reads them.
// An unknown text becomes the detail of a general code.
#include "net/disconnect_cause.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <initializer_list>
#include <utility>

#include <libwebsockets.h>
#include <uv.h>

#include "net/lws_flaws.hpp"

namespace uvnostr::net {
namespace {

bool contains_one_of(std::string_view text, std::initializer_list<std::string_view> words) noexcept {
  for (const auto word : words) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\0')) text.remove_suffix(1);
  return text;
}

// The number in "... X509_V_ERR = 62: ..."; 0 if there is none.
int verify_result(std::string_view text) noexcept {
  constexpr std::string_view mark = "X509_V_ERR = ";
  const auto at = text.find(mark);
  int number = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), number);
  return number;
}

// The bundled libwebsockets with mbedTLS reports this if a handshake ended before a certificate arrived.
constexpr int no_certificate_seen = 50;
// It reports this if the server's certificates did not fit into the buffer. OpenSSL has no such limit.
#if UVNOSTR_BUNDLED_LWS && defined(LWS_WITH_MBEDTLS)
constexpr int certificates_too_large = 17;
#else
constexpr int certificates_too_large = -1;
#endif

// What is wrong with the certificate; empty for any other failure. The numbers are those of OpenSSL's x509_vfy.h, which
// libwebsockets uses with mbedTLS too.
std::string_view certificate_fault(std::string_view text, int number) noexcept {
  if (number == no_certificate_seen || number == certificates_too_large) return {};
  if (number == 62 || number == 64 || contains_one_of(text, {"ostname mismatch", "IP address mismatch"})) {
    return "the certificate is for another host name";
  }
  if (number == 10 || text.find("certificate has expired") != std::string_view::npos) {
    return "the certificate has expired";
  }
  if (number == 9 || text.find("certificate is not yet valid") != std::string_view::npos) {
    return "the certificate is not yet valid";
  }
  for (const int unknown_ca : {2, 18, 19, 20, 21, 24}) {
    if (number == unknown_ca) return "the certificate is of an unknown CA";
  }
  if (contains_one_of(text,
                      {"unable to get local issuer", "unable to get issuer", "self-signed certificate",
                       "self signed certificate", "unable to verify the first", "invalid CA", "CA signature digest"})) {
    return "the certificate is of an unknown CA";
  }
  if (number != 0 || contains_one_of(text, {"certificate verify failed", "no peer cert"})) {
    return "the certificate was refused";
  }
  return {};
}

constexpr std::size_t most_shown_bytes = 200;

unix_seconds our_clock() noexcept { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// The beginning of a body, in quotes.
std::string shown(std::string_view body) noexcept {
  while (!body.empty() && std::isspace(static_cast<unsigned char>(body.front())) != 0) body.remove_prefix(1);
  body = trimmed(body.substr(0, body.find('\0')));
  if (body.empty()) return {};
  const bool is_cut = body.size() > most_shown_bytes;
  std::size_t size = std::min(body.size(), most_shown_bytes);
  // Not in the middle of a character.
  while (is_cut && size > 0 && (static_cast<unsigned char>(body[size]) & 0xC0) == 0x80) --size;
  // Not by operator+, of which g++ 12 says at -O3 that its ranges may overlap.
  std::string quoted = "\"";
  return quoted.append(body.substr(0, size)).append(is_cut ? "...\"" : "\"");
}

std::string_view alert_name(int alert) noexcept {
  switch (alert) {
    case 40: return "handshake failure";
    case 42: return "bad certificate";
    case 45: return "certificate expired";
    case 46: return "certificate unknown";
    case 47: return "illegal parameter";
    case 48: return "unknown CA";
    case 49: return "access denied";
    case 50: return "decode error";
    case 51: return "decrypt error";
    case 70: return "protocol version";
    case 71: return "insufficient security";
    case 80: return "internal error";
    case 112: return "unrecognized name";
    case 116: return "certificate required";
    case 120: return "no application protocol";
    default: return "see RFC 8446, 6";
  }
}

constexpr std::string_view no_common_version = "the server speaks no version of TLS that we accept";
constexpr std::string_view not_tls = "what came is not TLS";
constexpr std::string_view out_of_order = "the server sent messages that TLS does not allow there";
constexpr std::string_view was_cut_off = "the server cut the connection off";
constexpr std::string_view altered_record = "a record was altered on its way";

std::string sent_alert(int alert) noexcept {
  std::string text = "the server sent the alert " + std::to_string(alert);
  return text.append(" (").append(alert_name(alert)).append(")");
}

// Of a certificate with an extension that mbedTLS does not know, although it is critical, or cannot use.
constexpr long mbedtls_unknown_extension = -0x2562;
constexpr long mbedtls_unsupported_extension = -0x2080;
constexpr std::string_view unreadable_extension =
    "mbedTLS cannot read an extension of a certificate; it does not support critical name constraints";

/// The number after `mark`; nothing if there is none.
std::optional<long> number_after(std::string_view text, std::string_view mark, int base) noexcept {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  long number = 0;
  const char* const begin = text.data() + at + mark.size();
  if (std::from_chars(begin, text.data() + text.size(), number, base).ec != std::errc()) return std::nullopt;
  return number;
}

std::string number_of_mbedtls(long error) noexcept {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), -error, 16).ptr;
  return "mbedTLS's error -0x" + std::string(digits.data(), end);
}

/// What ended a handshake with mbedTLS. The numbers are those of its ssl.h and net_sockets.h.
std::string mbedtls_fault(std::string_view text, long error) noexcept {
  switch (error) {
    case -0x7780: return sent_alert(static_cast<int>(number_after(text, "alert = ", 10).value_or(-1)));
    case -0x6E80: return std::string(no_common_version);
    case -0x7200: return std::string(not_tls);
    case -0x7700: return std::string(out_of_order);
    case -0x7280:  // the end of the stream
    case -0x7880:  // close_notify
    case -0x004C:
    case -0x004E:
    case -0x0050: return std::string(was_cut_off);
    default: return number_of_mbedtls(error);
  }
}

long openssl_reason(long code) noexcept { return code & 0xfff; }

/// The alert that a reason stands for; -1 if it stands for something else.
int openssl_alert(long reason) noexcept {
  constexpr long first_alert = 1000;  // the alert's own number comes on top
  return reason >= first_alert && reason < first_alert + 256 ? static_cast<int>(reason - first_alert) : -1;
}

/// What ended a handshake with OpenSSL, by the number of its error queue; empty if it is something else.
std::string openssl_fault(std::string_view text) noexcept {
  if (const auto code = number_after(text, "error:", 16)) {
    const long reason = openssl_reason(*code);
    if (const int alert = openssl_alert(reason); alert > 0) return sent_alert(alert);
    switch (reason) {
      case 258: return std::string(no_common_version);  // SSL_R_UNSUPPORTED_PROTOCOL
      case 267: return std::string(not_tls);            // SSL_R_WRONG_VERSION_NUMBER, of the record
      case 294: return std::string(was_cut_off);        // SSL_R_UNEXPECTED_EOF_WHILE_READING
      default: return {};
    }
  }
  return text.find("connect SYSCALL") != std::string_view::npos ? std::string(was_cut_off) : std::string();
}

#if UVNOSTR_BUNDLED_LWS
/// What the TLS library found wrong after the handshake; empty if the connection just ended.
std::string fault_of_open_tls(long error, [[maybe_unused]] int alert) noexcept {
#if defined(LWS_WITH_MBEDTLS)
  switch (error) {
    case 0:
    case -0x7280:  // the end of the stream
    case -0x7880:  // close_notify
    case -0x004C:  // the errors of sockets
    case -0x004E:
    case -0x0050: return {};
    case -0x7780: return sent_alert(alert);
    case -0x7180: return std::string(altered_record);
    case -0x7200: return std::string(not_tls);
    case -0x7700: return std::string(out_of_order);
    default: return number_of_mbedtls(error);
  }
#else
  const long reason = openssl_reason(error);
  if (const int sent = openssl_alert(reason); sent > 0) return sent_alert(sent);
  switch (reason) {
    case 0:
    case 294: return {};                           // SSL_R_UNEXPECTED_EOF_WHILE_READING
    case 281: return std::string(altered_record);  // SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC
    case 267: return std::string(not_tls);         // SSL_R_WRONG_VERSION_NUMBER, of the record
    default: return "OpenSSL's reason " + std::to_string(reason);
  }
#endif
}
#endif

}  // namespace

std::optional<port::disconnect> cause_of_broken_tls([[maybe_unused]] lws* wsi) noexcept {
#if UVNOSTR_BUNDLED_LWS
  int alert = -1;
  const long error = lws_tls_error(wsi, &alert);
  if (std::string fault = fault_of_open_tls(error, alert); !fault.empty()) {
    port::disconnect why;
    why.cause = errc::tls_failed;
    why.detail = std::move(fault);
    return why;
  }
#endif
  return std::nullopt;
}

port::disconnect cause_of_errno(int error) noexcept {
  port::disconnect why;
  const int known = uv_translate_sys_error(error);
  switch (known) {
    case UV_ECONNREFUSED: why.cause = errc::connection_refused; return why;
    case UV_ENETUNREACH:
    case UV_EHOSTUNREACH:
    case UV_ENETDOWN:
    case UV_EADDRNOTAVAIL:  // we have no address of that family
    case UV_EAFNOSUPPORT: why.cause = errc::network_unreachable; break;
    default: why.cause = errc::connection_failed;
  }
  if (error != 0) why.detail = uv_strerror(known);
  return why;
}

port::disconnect cause_of_failed_tls(lws* wsi, std::string_view text) noexcept {
  text = trimmed(text);
  port::disconnect why;
  const int from_text = verify_result(text);
  const int number = from_text != 0 ? from_text : openssl_verify_result(wsi);
  if (const auto fault = certificate_fault(text, number); !fault.empty()) {
    why.cause = errc::tls_certificate;
    why.detail = fault;
  } else {
    why.cause = errc::tls_failed;
    if (number == certificates_too_large) {
      why.detail = "the server's certificates take more than mbedTLS can receive: 16 KiB, or tls_record_bytes";
    } else {
      const auto error = number_after(text, "mbedTLS error = ", 10);
      if (error == mbedtls_unknown_extension || error == mbedtls_unsupported_extension) {
        why.cause = errc::tls_certificate;
        why.detail = unreadable_extension;
        return why;
      }
      why.detail = error ? mbedtls_fault(text, *error) : openssl_fault(text);
      if (why.detail.empty()) why.detail = number == no_certificate_seen ? was_cut_off : text;
    }
  }
  return why;
}

port::disconnect cause_of_failed_upgrade(lws* wsi, std::string_view text) noexcept {
  text = trimmed(text);
  port::disconnect why;
  const int status = static_cast<int>(lws_http_client_http_response(wsi));
  if (status != 0 && status != 101) {
    why.cause = errc::http_status;
    why.http_status = status;
    const unix_seconds now = our_clock();
    why.retry_after = parse_retry_after(header_of(wsi, WSI_TOKEN_HTTP_RETRY_AFTER),
                                        parse_http_date(header_of(wsi, WSI_TOKEN_HTTP_DATE), now), now);
  } else if (contains_one_of(text, {"HS:", "problems parsing", "ws protocol"})) {
    why.cause = errc::handshake_failed;
    why.detail = text;
  } else if (auto broken = cause_of_broken_tls(wsi)) {
    why = std::move(*broken);
  } else {
    why.cause = errc::connection_lost;
    why.detail = "closed before it answered the upgrade request";
  }
  return why;
}

port::disconnect cause_of_answer(const upgrade_reader& answer) noexcept {
  port::disconnect why;
  if (!answer.fault().empty()) {
    why.cause = errc::handshake_failed;
    why.detail = answer.fault();
    return why;
  }
  const unix_seconds now = our_clock();
  why.cause = errc::http_status;
  why.http_status = answer.status();
  why.retry_after = parse_retry_after(answer.retry_after(), parse_http_date(answer.date(), now), now);
  why.detail = shown(answer.body());
  return why;
}

std::string header_of(lws* wsi, lws_token_indexes token) noexcept {
  std::string value(static_cast<std::size_t>(std::max(lws_hdr_total_length(wsi, token), 0)) + 1, '\0');
  const int size = lws_hdr_copy(wsi, value.data(), static_cast<int>(value.size()), token);
  value.resize(static_cast<std::size_t>(std::max(size, 0)));
  return value;
}

bool is_final(const port::disconnect& why) noexcept {
  return why.cause == errc::http_status || why.cause == errc::handshake_failed || why.cause == errc::tls_certificate ||
         why.cause == errc::tls_pinned_key;
}

int rank(const port::disconnect& why) noexcept {
  if (!why.cause) return 0;
  if (why.cause == errc::network_unreachable) return 1;
  if (why.cause == errc::connection_failed) return 2;
  if (why.cause == errc::connection_refused) return 3;
  return 4;
}

}  // namespace uvnostr::net
