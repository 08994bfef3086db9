// SPDX-License-Identifier: MIT
#include <uvnostr/subscription.hpp>

#include <utility>

#include "pool/pool_core.hpp"

namespace uvnostr {

subscription::subscription(subscription_record* record) noexcept : record_(record) {}
subscription::subscription(subscription&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}

subscription& subscription::operator=(subscription&& other) noexcept {
  if (this != &other) {
    subscription old(std::move(*this));
    record_ = std::exchange(other.record_, nullptr);
  }
  return *this;
}

subscription::~subscription() {
  if (record_ == nullptr) return;
  const auto record = base::ref<subscription_record>::adopt(std::exchange(record_, nullptr));
  record->abandoned = true;
  if (record->core != nullptr) record->core->end_subscription(*record, std::nullopt);
}

void subscription::close() noexcept {
  if (record_ != nullptr && record_->core != nullptr)
    record_->core->end_subscription(*record_, close_reason::requested);
}

void subscription::detach() noexcept {
  if (record_ != nullptr) std::exchange(record_, nullptr)->release();
}

bool subscription::ask_again(relay_id relay) noexcept {
  return record_ != nullptr && record_->core != nullptr && record_->core->ask_again(*record_, relay);
}

std::uint64_t subscription::delivered() const noexcept { return record_ == nullptr ? 0 : record_->delivered; }

void subscription::acknowledge(std::uint64_t n) noexcept {
  if (record_ == nullptr) return;
  record_->acknowledge(n);
  if (record_->core != nullptr && !record_->waiting.empty()) record_->core->give_waiting();
}

void subscription::pause() noexcept {
  if (record_ != nullptr) record_->is_paused = true;
}

void subscription::resume() noexcept {
  if (record_ == nullptr) return;
  record_->is_paused = false;
  if (record_->core != nullptr && !record_->waiting.empty()) record_->core->give_waiting();
}

bool subscription::is_paused() const noexcept { return record_ != nullptr && record_->is_paused; }
std::string subscription::cursor() const {
  return record_ == nullptr ? std::string() : write_cursor(record_->filters, record_->position());
}
answer_counts subscription::answers() const noexcept {
  return record_ == nullptr ? answer_counts() : record_->answers();
}

bool subscription::is_open() const noexcept { return record_ != nullptr && record_->core != nullptr; }
subscription_id subscription::id() const noexcept { return record_ == nullptr ? subscription_id{} : record_->id(); }

}  // namespace uvnostr
