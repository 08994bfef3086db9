// SPDX-License-Identifier: MIT
#include "testing/relay/request.hpp"

#include <cstddef>

#include "testing/relay/json_array.hpp"

namespace uvnostr::testing::detail {
namespace {

using type = json_element::type;

bool is_subscription_id(const json_element& e) noexcept {
  return e.kind == type::string && !e.text.empty() && e.text.size() <= 64;
}

void parse_req(request& r, const std::vector<json_element>& parts) {
  if (parts.size() < 2 || !is_subscription_id(parts[1])) return;
  r.kind = request::verb::req;
  r.subscription = parts[1].text;
  for (std::size_t i = 2; i < parts.size(); ++i) {
    result<filter> f = filter::parse(parts[i].kind == type::object ? parts[i].raw : std::string_view("null"));
    if (!f) {
      r.filter_error = f.error();
      return;
    }
    r.filters.push_back(*std::move(f));
  }
  if (r.filters.empty()) r.filter_error = errc::filter_count;
}

void parse_event(request& r, const std::vector<json_element>& parts, request::verb verb) {
  if (parts.size() < 2 || parts[1].kind != type::object) return;
  r.kind = verb;
  if (result<uvnostr::event> e = uvnostr::event::parse(parts[1].raw)) r.event = *std::move(e);
}

}  // namespace

request parse_request(std::string_view text) {
  request r;
  r.text = text;
  const auto parts = split_array(text);
  if (!parts || parts->empty() || parts->front().kind != type::string) return r;
  const std::string& verb = parts->front().text;
  if (verb == "REQ") {
    parse_req(r, *parts);
  } else if (verb == "EVENT") {
    parse_event(r, *parts, request::verb::event);
  } else if (verb == "AUTH") {
    parse_event(r, *parts, request::verb::auth);
  } else if (verb == "CLOSE" && parts->size() >= 2 && is_subscription_id((*parts)[1])) {
    r.kind = request::verb::close;
    r.subscription = (*parts)[1].text;
  }
  return r;
}

}  // namespace uvnostr::testing::detail
