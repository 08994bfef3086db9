// SPDX-License-Identifier: MIT
// Signatures that are checked together get the same verdicts as by single verification.
//
// The input is a program with four bytes per step. Each step adds a signature to the batch:
//   what to do with it, by the lowest bits of the first byte (0 to 7, as in the switch below); the next bits choose its sender
//   which of our own good signatures it begins as
//   two bytes for the change
#include <algorithm>
#include <iterator>
#include <vector>

#include "fuzz/targets.hpp"
#include "unit/signature_samples.hpp"
#include "verify/batch.hpp"
#include "verify/joint_check.hpp"

namespace uvnostr::fuzz {
namespace {

using test::add_to_s;
using test::claim;

constexpr std::size_t most_members = 40;

struct sender final : verify::source {
  bool distrusted() const noexcept override { return false; }
};

const std::vector<claim>& good_claims() {
  static const std::vector<claim> made = [] {
    std::vector<claim> all;
    for (std::uint32_t i = 0; i < 256; ++i) all.push_back(test::make_claim(i % 23, i));
    return all;
  }();
  return made;
}

struct member {
  claim what;
  std::size_t sender;
};

std::vector<member> run_program(std::string_view input) {
  std::vector<member> made;
  const auto byte = [&input](std::size_t at) { return static_cast<std::uint8_t>(input[at]); };
  for (; input.size() >= 4 && made.size() < most_members; input.remove_prefix(4)) {
    const std::size_t at = byte(2);
    const std::uint8_t value = byte(3);
    made.push_back({.what = good_claims()[byte(1)], .sender = byte(0) >> 3 & 3u});
    claim& last = made.back().what;
    claim& other = made[at % made.size()].what;
    switch (byte(0) & 7) {
      case 0: break;
      case 1: last.sig.bytes[at % 64] ^= value; break;
      case 2: last.id.bytes[at % 32] ^= value; break;
      case 3: last.author.bytes[at % 32] ^= value; break;
      case 4: last = other; break;
      case 5: std::swap(last.sig, other.sig); break;
      case 6:  // a pair that equal coefficients would cancel
        add_to_s(last.sig, value);
        add_to_s(other.sig, -value);
        break;
      default:  // the following bytes are the whole signature
        if (input.size() < 4 + 128) break;
        std::copy_n(input.begin() + 4, 32, last.id.bytes.begin());
        std::copy_n(input.begin() + 36, 32, last.author.bytes.begin());
        std::copy_n(input.begin() + 68, 64, last.sig.bytes.begin());
        input.remove_prefix(128);
    }
  }
  return made;
}

}  // namespace

std::string signature_batch(std::string_view input) {
  static crypto::signature_checker signatures;
  static const sender senders[4];
  const std::vector<member> members = run_program(input);
  std::vector<wire::event_fields> events(members.size());
  std::vector<verify::verdict> found(members.size());
  verify::joint_check check;
  for (std::size_t i = 0; i < members.size(); ++i) {
    events[i].id = members[i].what.id;
    events[i].pubkey = members[i].what.author;
    events[i].sig = members[i].what.sig;
    check.add(events[i], senders[members[i].sender], found[i]);
  }
  check.run(signatures);
  for (std::size_t i = 0; i < members.size(); ++i) {
    if ((found[i] == verify::verdict::good) != members[i].what.is_valid()) {
      return "signature " + std::to_string(i) + " of " + std::to_string(members.size()) + " is not what it is alone";
    }
  }
  return {};
}

}  // namespace uvnostr::fuzz
