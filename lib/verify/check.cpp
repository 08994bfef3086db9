// SPDX-License-Identifier: MIT
#include "verify/check.hpp"

#include "crypto/sha256.hpp"
#include "wire/canonical.hpp"

namespace uvnostr::verify {

id_form check_id(const wire::event_fields& event, std::string& scratch) {
  scratch.clear();
  if (wire::is_canonical(event)) {
    wire::append_canonical_head(scratch, event);
    const std::string_view parts[]{scratch, event.tags, ",\"", event.content, "\"]"};
    return crypto::sha256(parts) == event.id.bytes ? id_form::canonical : id_form::none;
  }
  const bool styles_differ = wire::append_canonical(scratch, event, wire::control_style::verbatim);
  if (crypto::sha256(scratch) == event.id.bytes) return id_form::canonical;
  if (!styles_differ) return id_form::none;
  scratch.clear();
  wire::append_canonical(scratch, event, wire::control_style::escaped);
  return crypto::sha256(scratch) == event.id.bytes ? id_form::escaped_controls : id_form::none;
}

verdict check(const wire::event_fields& event, workspace& kept, id_form& form) {
  form = check_id(event, kept.scratch);
  if (form == id_form::none) return verdict::wrong_id;
  return kept.signatures.verify(event.id, event.pubkey, event.sig) ? verdict::good : verdict::wrong_signature;
}

}  // namespace uvnostr::verify
