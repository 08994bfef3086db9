// SPDX-License-Identifier: MIT
// Whether an event's id is the hash of its fields, and its signature is the author's. Source: NIP-01, BIP-340.
#pragma once

#include <string>

#include "crypto/schnorr.hpp"
#include "verify/joint_check.hpp"
#include "verify/verdict.hpp"
#include "wire/event_fields.hpp"

namespace uvnostr::verify {

/// The text whose hash is the id. NIP-01 wants control characters verbatim, but some programs write them as \u00xx.
enum class id_form : unsigned char { none, canonical, escaped_controls };

/// `scratch` takes the canonical form and keeps its capacity from event to event.
id_form check_id(const wire::event_fields&, std::string& scratch);

/// Buffers that checks keep from event to event. For one thread at a time.
struct workspace {
  std::string scratch;
  crypto::signature_checker signatures;
  joint_check joint;
};

/// Checks both, the id first because that is cheap. Safe on any thread with a workspace of its own.
verdict check(const wire::event_fields&, workspace&, id_form& form);

}  // namespace uvnostr::verify
