// SPDX-License-Identifier: MIT
// What the functions of the C API share: errors, texts, ids, and structs that begin with their size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <vector>

#include <uvnostr/uvnostr.h>
#include <uvnostr/uvnostr.hpp>

namespace uvnostr::c {

/// The number of the C API for an error; UVNOSTR_OK for none.
int code_of(std::error_code) noexcept;

/// An error that only the C API has. The sentence, without its full stop, says which argument of which function.
error invalid_argument(std::string sentence) noexcept;
/// The same for a pointer that must not be NULL: missing("uvnostr_pool_create", "loop").
error missing(const char* function, const char* argument) noexcept;

/// False for a negative number that became a size_t, such as an error that was taken for a length.
constexpr bool is_possible_count(std::size_t count) noexcept { return count <= PTRDIFF_MAX; }
/// Whether a list of the program can be read. NULL is an empty list. `what` is a function or a struct.
template <class T>
error check_list(const char* what, const char* member, const T* from, std::size_t count) {
  if (count == 0) return {};
  if (from == nullptr) return missing(what, member);
  if (is_possible_count(count)) return {};
  return invalid_argument(std::string(what) + ": " + member + " cannot have " + std::to_string(count) + " elements");
}
inline error check_text(const char* what, const char* member, uvnostr_string text) {
  return check_list(what, member, text.data, text.size);
}

/// Fills `out`, if there is one, and gives the number.
int report(const error&, uvnostr_error* out) noexcept;

/// Writes the text with a NUL at its end, cut between two characters. Gives the length of the whole text.
std::size_t put_text(std::string_view, char* buffer, std::size_t size) noexcept;

inline uvnostr_string to_c(std::string_view text) noexcept { return {text.data(), text.size()}; }
/// A text that cannot be, because of its size, is empty. Functions that can fail call check_text() first.
inline std::string_view to_cpp(uvnostr_string text) noexcept {
  const bool is_possible = text.data != nullptr && is_possible_count(text.size);
  return is_possible ? std::string_view(text.data, text.size) : std::string_view();
}
/// An absent text is empty.
inline std::string_view to_cpp(const char* text) noexcept { return text == nullptr ? std::string_view() : text; }

// The structs of 32 and 64 bytes have the layout of their C++ classes, and nothing but bytes.
static_assert(sizeof(uvnostr_event_id) == sizeof(event_id) && sizeof(uvnostr_pubkey) == sizeof(pubkey) &&
              sizeof(uvnostr_signature) == sizeof(signature));
inline const uvnostr_event_id* to_c(const event_id& id) noexcept {
  return reinterpret_cast<const uvnostr_event_id*>(&id);
}
inline const uvnostr_pubkey* to_c(const pubkey& key) noexcept { return reinterpret_cast<const uvnostr_pubkey*>(&key); }
inline const uvnostr_signature* to_c(const signature& sig) noexcept {
  return reinterpret_cast<const uvnostr_signature*>(&sig);
}
inline event_id to_cpp(const uvnostr_event_id& id) noexcept {
  event_id copy;
  std::memcpy(copy.bytes.data(), id.bytes, sizeof id.bytes);
  return copy;
}
inline pubkey to_cpp(const uvnostr_pubkey& key) noexcept {
  pubkey copy;
  std::memcpy(copy.bytes.data(), key.bytes, sizeof key.bytes);
  return copy;
}

inline uvnostr_relay_id to_c(relay_id id) noexcept { return static_cast<uvnostr_relay_id>(id); }
inline std::int64_t to_c(unix_seconds when) noexcept { return when.time_since_epoch().count(); }
inline unix_seconds to_unix_seconds(std::int64_t seconds) noexcept {
  return unix_seconds(std::chrono::seconds(seconds));
}
inline uvnostr_gap to_c(const gap& missing) noexcept {
  return {to_c(missing.from), to_c(missing.to), static_cast<uvnostr_gap_reason>(missing.reason)};
}
std::vector<uvnostr_gap> to_c(std::span<const gap>);

/// Fills `relays` from a list in C. Errors: INVALID_ARGUMENT.
error read_relays(const char* what, const uvnostr_relay_id* from, std::size_t count, std::vector<relay_id>& relays);

/// Whether a program may have a struct of this size, of which we know `known` bytes. A newer program's is longer.
bool is_possible_size(std::size_t given, std::size_t known, std::size_t alignment) noexcept;
/// Whether the program's struct can be read: not whether its members make sense.
error check_size(const char* what, std::size_t given, std::size_t known, std::size_t alignment);

/// Copies the members that the program's struct has over `into`, which holds the defaults. An absent struct leaves them.
/// A program that was compiled for an older uvnostr gives a shorter struct. A longer one is refused, because we would
/// not do what its last members ask for.
template <class T>
error read_sized(const char* what, const T* from, T& into) {
  static_assert(std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>);
  if (from == nullptr) return {};
  std::size_t size = 0;
  std::memcpy(&size, from, sizeof size);
  if (error wrong = check_size(what, size, sizeof(T), alignof(T))) return wrong;
  std::memcpy(static_cast<void*>(&into), from, size);
  return {};
}

/// Gives the program as much of `from` as its struct has room for; members that we do not know become 0. Returns false
/// if it has no such struct, and writes nothing.
template <class T>
bool write_sized(const T& from, T* into, std::size_t size) noexcept {
  if (into == nullptr || !is_possible_size(size, sizeof(T), alignof(T))) return false;
  std::memset(static_cast<void*>(into), 0, size);
  std::memcpy(static_cast<void*>(into), &from, size < sizeof(T) ? size : sizeof(T));
  return true;
}

/// For the _init functions. A size that cannot be is written all the same, so that read_sized() refuses it.
template <class T>
void write_defaults(const T& defaults, T* into, std::size_t size) noexcept {
  if (into == nullptr || size < sizeof size) return;
  write_sized(defaults, into, size);
  std::memcpy(static_cast<void*>(into), &size, sizeof size);
}

/// Sets a result only after all has gone well, and only if the program wants it.
template <class T>
void give(T* result, std::type_identity_t<T> value) noexcept {
  if (result != nullptr) *result = value;
}

}  // namespace uvnostr::c
