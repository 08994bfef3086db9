// SPDX-License-Identifier: MIT
#include <uvnostr/stats.hpp>

namespace uvnostr {

std::uint64_t message_counts::sum() const noexcept {
  const std::uint64_t events = delivered + duplicate + doubtful + unknown_subscription + not_matching +
                               malformed_event + wrong_id + wrong_signature + unverified + false_copy + expired;
  const std::uint64_t others = eose + ok + closed + notice + auth + unknown_verb + malformed + binary + too_big;
  return events + others;
}

message_counts& message_counts::operator+=(const message_counts& other) noexcept {
  for (const auto each : {&message_counts::delivered,    &message_counts::duplicate,
                          &message_counts::doubtful,     &message_counts::unknown_subscription,
                          &message_counts::not_matching, &message_counts::malformed_event,
                          &message_counts::wrong_id,     &message_counts::wrong_signature,
                          &message_counts::unverified,   &message_counts::eose,
                          &message_counts::ok,           &message_counts::closed,
                          &message_counts::notice,       &message_counts::auth,
                          &message_counts::unknown_verb, &message_counts::malformed,
                          &message_counts::binary,       &message_counts::false_copy,
                          &message_counts::expired,      &message_counts::too_big}) {
    this->*each += other.*each;
  }
  return *this;
}

}  // namespace uvnostr
