// SPDX-License-Identifier: MIT
// Events as text for the tests of wire/. Their ids and signatures are not valid.
#pragma once

#include <string>
#include <string_view>

namespace uvnostr::test {

inline const std::string sample_id = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
inline const std::string sample_pubkey = std::string(62, 'b') + "01";
inline const std::string sample_sig = std::string(126, 'c') + "02";

/// The members of an event, each as JSON text.
struct event_text {
  std::string id = '"' + sample_id + '"';
  std::string pubkey = '"' + sample_pubkey + '"';
  std::string sig = '"' + sample_sig + '"';
  std::string created_at = "1700000000";
  std::string kind = "1";
  std::string tags = "[]";
  std::string content = "\"hello\"";
  std::string more{};  // further members, each followed by a comma

  std::string json() const {
    return "{" + more + "\"content\":" + content + ",\"created_at\":" + created_at + ",\"id\":" + id +
           ",\"kind\":" + kind + ",\"pubkey\":" + pubkey + ",\"sig\":" + sig + ",\"tags\":" + tags + "}";
  }
};

}  // namespace uvnostr::test
