// SPDX-License-Identifier: MIT
#include <uvnostr/printable.hpp>
#include <uvnostr/url.hpp>

#include <utility>

#include "base/printable.hpp"
#include "base/url.hpp"

namespace uvnostr {

std::string printable(std::string_view text) { return base::printable(text); }

result<std::string> normalize_url(std::string_view text) noexcept {
  result<base::url> url = base::url::parse(text);
  if (!url) return error(url.error().code(), base::url::shown(text));
  return std::move(url->text);
}

}  // namespace uvnostr
