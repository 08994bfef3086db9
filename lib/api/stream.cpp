// SPDX-License-Identifier: MIT
// Apart from types.cpp: a program that writes none of these does not link std::ostream for them.
#include <ostream>

#include <uvnostr/types.hpp>

namespace uvnostr {

std::ostream& operator<<(std::ostream& out, const event_id& id) { return out << id.to_hex(); }
std::ostream& operator<<(std::ostream& out, const pubkey& key) { return out << key.to_hex(); }
std::ostream& operator<<(std::ostream& out, const signature& sig) { return out << sig.to_hex(); }
std::ostream& operator<<(std::ostream& out, relay_id id) { return out << static_cast<std::uint32_t>(id); }
std::ostream& operator<<(std::ostream& out, subscription_id id) { return out << static_cast<std::uint64_t>(id); }

}  // namespace uvnostr
