// SPDX-License-Identifier: MIT
// Checks the signatures of a batch together, and finds the wrong ones among them.
//
// Happy path: add() each event whose id is right, run() once; one equation holds, so all signatures are valid. If it
// does not hold, the batch is halved and each half checked, until the wrong ones are found. The sender of a wrong one
// is then caught: its other events are checked one by one, so that its other forgeries cannot spoil the batch for the
// rest.
// What can go wrong: signatures cannot be checked together (the system's libsecp256k1), or too few are waiting. Then
// each is checked alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crypto/schnorr.hpp"
#include "verify/source.hpp"
#include "verify/verdict.hpp"
#include "wire/event_fields.hpp"

namespace uvnostr::verify {

class joint_check {
 public:
  static constexpr std::size_t capacity = crypto::signature_checker::capacity;

  /// Call it at most `capacity` times before run(), which sets `outcome`.
  void add(const wire::event_fields& event, const source& from, verdict& outcome) {
    waiting_.push_back({.event = &event, .from = &from, .outcome = &outcome});
  }
  void run(crypto::signature_checker&);

 private:
  struct candidate {
    const wire::event_fields* event;
    const source* from;
    verdict* outcome;
  };
  bool check_alone(crypto::signature_checker&, std::uint16_t number);
  bool check(crypto::signature_checker&, std::span<std::uint16_t> numbers, bool one_is_wrong);
  bool is_caught(const candidate&) const noexcept;

  std::vector<candidate> waiting_;  // those that the checker accepted come first, under its numbers
  std::vector<std::uint16_t> numbers_;
  std::vector<const source*> caught_;
};

}  // namespace uvnostr::verify
