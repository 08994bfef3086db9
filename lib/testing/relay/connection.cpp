// SPDX-License-Identifier: MIT
#include <uvnostr/testing/connection.hpp>

#include <utility>

#include "testing/relay/connection_access.hpp"
#include "testing/relay/link.hpp"

namespace uvnostr::testing {

connection detail::connection_access::make(link& of) { return make(of.record(), of.weak_from_this()); }

connection::connection(std::shared_ptr<const detail::link_record> record, std::weak_ptr<detail::link> of) noexcept
    : record_(std::move(record)), link_(std::move(of)) {}

std::uint64_t connection::number() const noexcept { return record_->number; }
bool connection::is_open() const noexcept { return record_->open; }
std::string_view connection::request() const noexcept { return record_->request; }
const std::vector<std::string>& connection::received() const noexcept { return record_->received; }
std::string_view connection::violation() const noexcept { return record_->violation; }
std::uint16_t connection::close_code() const noexcept { return record_->close_code; }
std::string_view connection::close_reason() const noexcept { return record_->close_reason; }

void connection::send_text(std::string_view text) const {
  if (const auto l = link_.lock()) l->send_text(text);
}
void connection::send_binary(std::string_view bytes) const {
  if (const auto l = link_.lock()) l->send_binary(bytes);
}
void connection::send_ping(std::string_view payload) const {
  if (const auto l = link_.lock()) l->send_ping(payload);
}
void connection::send_raw(std::string_view bytes) const {
  if (const auto l = link_.lock()) l->send_raw(bytes);
}
void connection::close(std::uint16_t code, std::string_view reason) const {
  if (const auto l = link_.lock()) l->close(code, reason);
}
void connection::drop(ending how) const {
  if (const auto l = link_.lock()) l->drop(how);
}
void connection::pause_reading() const {
  if (const auto l = link_.lock()) l->pause_reading();
}
void connection::resume_reading() const {
  if (const auto l = link_.lock()) l->resume_reading();
}

}  // namespace uvnostr::testing
