// SPDX-License-Identifier: MIT
#include "verify/joint_check.hpp"

#include <algorithm>
#include <numeric>

namespace uvnostr::verify {

void joint_check::run(crypto::signature_checker& signatures) {
  if (waiting_.size() < crypto::signature_checker::least_together || !signatures.can_verify_together()) {
    for (const candidate& each : waiting_) {
      const bool good = signatures.verify(each.event->id, each.event->pubkey, each.event->sig);
      *each.outcome = good ? verdict::good : verdict::wrong_signature;
    }
    waiting_.clear();
    return;
  }
  signatures.clear();
  std::erase_if(waiting_, [&](const candidate& each) {
    const bool possible = signatures.add(each.event->id, each.event->pubkey, each.event->sig);
    *each.outcome = possible ? verdict::good : verdict::wrong_signature;
    if (!possible && !is_caught(each)) caught_.push_back(each.from);
    return !possible;
  });
  numbers_.resize(waiting_.size());
  std::iota(numbers_.begin(), numbers_.end(), std::uint16_t{0});
  check(signatures, numbers_, false);
  caught_.clear();
  waiting_.clear();
}

bool joint_check::is_caught(const candidate& each) const noexcept {
  return std::ranges::find(caught_, each.from) != caught_.end();
}

bool joint_check::check_alone(crypto::signature_checker& signatures, std::uint16_t number) {
  if (signatures.verify(number)) return true;
  const candidate& wrong = waiting_[number];
  *wrong.outcome = verdict::wrong_signature;
  if (!is_caught(wrong)) caught_.push_back(wrong.from);
  return false;
}

/// Returns true if all are valid. `one_is_wrong`: this is already known, so the equation is not evaluated.
bool joint_check::check(crypto::signature_checker& signatures, std::span<std::uint16_t> numbers, bool one_is_wrong) {
  const auto of_caught =
      caught_.empty() ? std::ranges::subrange(numbers.end(), numbers.end())
                      : std::ranges::partition(numbers, [&](std::uint16_t each) { return !is_caught(waiting_[each]); });
  bool good = true;
  for (const std::uint16_t each : of_caught) good &= check_alone(signatures, each);
  if (!of_caught.empty()) one_is_wrong = false;  // the caught sender's may have been the wrong one
  numbers = numbers.first(numbers.size() - of_caught.size());

  if (numbers.size() < crypto::signature_checker::least_together) {
    for (const std::uint16_t each : numbers) good &= check_alone(signatures, each);
    return good;
  }
  if (!one_is_wrong && signatures.verify_together(numbers)) return good;
  const std::span<std::uint16_t> left = numbers.first(numbers.size() / 2), right = numbers.subspan(numbers.size() / 2);
  const bool left_is_good = check(signatures, left, false);
  check(signatures, right, left_is_good);
  return false;
}

}  // namespace uvnostr::verify
