// SPDX-License-Identifier: MIT
// Separate from types.cpp, so that a program that does not use these operators does not link std::ostream.
#include <ostream>

#include <uvnostr/types.hpp>

namespace uvnostr {

std::ostream& operator<<(std::ostream& out, const event_id& id) { return out << id.to_hex(); }
std::ostream& operator<<(std::ostream& out, const pubkey& key) { return out << key.to_hex(); }
std::ostream& operator<<(std::ostream& out, const signature& sig) { return out << sig.to_hex(); }
std::ostream& operator<<(std::ostream& out, relay_id id) { return out << static_cast<std::uint32_t>(id); }
std::ostream& operator<<(std::ostream& out, subscription_id id) { return out << static_cast<std::uint64_t>(id); }

}  // namespace uvnostr
