// SPDX-License-Identifier: MIT
#include <uvnostr/filter.hpp>

#include "wire/filter_codec.hpp"
#include "wire/filter_match.hpp"

namespace uvnostr {

error filter::check() const noexcept { return wire::check_filter(*this); }

bool filter::matches(const event_view& event) const noexcept { return wire::matches(*this, event); }

std::string filter::to_json() const {
  std::string json;
  wire::append_filter(json, *this);
  return json;
}

result<filter> filter::parse(std::string_view json) noexcept { return wire::parse_filter(json); }

}  // namespace uvnostr
