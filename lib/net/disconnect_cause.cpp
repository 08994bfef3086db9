// SPDX-License-Identifier: MIT
// libwebsockets reports failures as English texts, which differ by version and TLS library. Only this file reads them.
// An unknown text becomes the detail of a general code.
#include "net/disconnect_cause.hpp"

#include <array>
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

std::optional<std::chrono::seconds> retry_after(lws* wsi) noexcept {
  std::array<char, 32> value{};
  const int size = lws_hdr_copy(wsi, value.data(), static_cast<int>(value.size()), WSI_TOKEN_HTTP_RETRY_AFTER);
  if (size <= 0) return {};
  // The header's other form is a date. It is rare, and would require the relay's clock to agree with ours.
  unsigned seconds = 0;
  const char* const end = value.data() + size;
  const auto [stop, error] = std::from_chars(value.data(), end, seconds);
  if (error != std::errc() || stop != end) return {};
  return std::chrono::seconds(seconds);
}

}  // namespace

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
      why.detail = number == no_certificate_seen ? "it broke off before a certificate came" : text;
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
    why.retry_after = retry_after(wsi);
  } else if (contains_one_of(text, {"HS:", "problems parsing", "ws protocol"})) {
    why.cause = errc::handshake_failed;
    why.detail = text;
  } else {
    why.cause = errc::connection_lost;
    why.detail = "closed before it answered the upgrade request";
  }
  return why;
}

bool is_final(const port::disconnect& why) noexcept {
  return why.cause == errc::http_status || why.cause == errc::handshake_failed || why.cause == errc::tls_certificate;
}

int rank(const port::disconnect& why) noexcept {
  if (!why.cause) return 0;
  if (why.cause == errc::network_unreachable) return 1;
  if (why.cause == errc::connection_failed) return 2;
  if (why.cause == errc::connection_refused) return 3;
  return 4;
}

}  // namespace uvnostr::net
