// SPDX-License-Identifier: MIT
#include "net/redirect.hpp"

#include <algorithm>
#include <string>

namespace uvnostr::net {
namespace {

bool begins_in_any_case(std::string_view text, std::string_view lower) noexcept {
  return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char wanted, char c) {
           return (c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) == wanted;
         });
}

}  // namespace

bool is_redirect(int status) noexcept { return status == 301 || status == 302 || status == 307 || status == 308; }

result<base::url> redirected(const base::url& from, std::string_view location) noexcept {
  location = location.substr(0, location.find('#'));
  const std::string scheme = from.secure ? "wss:" : "ws:";
  const std::string server = scheme + "//" + from.authority();
  if (begins_in_any_case(location, "https:")) return base::url::parse("wss:" + std::string(location.substr(6)));
  if (begins_in_any_case(location, "http:")) return base::url::parse("ws:" + std::string(location.substr(5)));
  if (location.starts_with("//")) return base::url::parse(scheme + std::string(location));
  if (location.starts_with('/')) return base::url::parse(server + std::string(location));
  // A colon before any slash ends a scheme. Source: RFC 3986, 4.2.
  const auto end = location.find_first_of(":/?");
  if (end != std::string_view::npos && location[end] == ':') return base::url::parse(location);
  const std::string_view path = std::string_view(from.target).substr(0, from.target.find('?'));
  const std::string_view kept = location.starts_with('?') ? path : path.substr(0, path.rfind('/') + 1);
  return base::url::parse(server + std::string(kept) + std::string(location));
}

}  // namespace uvnostr::net
