// SPDX-License-Identifier: MIT
// Whether an event is what it says: its id the hash of its fields, its signature the author's. Source: NIP-01, BIP-340.
#pragma once

#include <string>

#include "crypto/schnorr.hpp"
#include "verify/joint_check.hpp"
#include "verify/verdict.hpp"
#include "wire/event_fields.hpp"

namespace uvnostr::verify {

/// What the id is the hash of. NIP-01 wants control characters verbatim; programs that write them as \u00xx exist.
enum class id_form : unsigned char { none, canonical, escaped_controls };

/// `scratch` is for the canonical form: its capacity is kept from event to event.
id_form check_id(const wire::event_fields&, std::string& scratch);

/// What checks keep from event to event. For one thread at a time.
struct workspace {
  std::string scratch;
  crypto::signature_checker signatures;
  joint_check joint;
};

/// Both checks; the cheap one first. Safe on any thread with a workspace of its own.
verdict check(const wire::event_fields&, workspace&, id_form& form);

}  // namespace uvnostr::verify
