// SPDX-License-Identifier: MIT
// A move-only callable: what std::move_only_function will be in C++23.
#pragma once

#include <cassert>
#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include <uvnostr/export.hpp>

namespace uvnostr {

template <class Signature>
class callback;

/// Holds anything callable with this signature, or without arguments: a closure that needs none of them may leave them
/// all out. Closures of up to four pointers need no allocation. An empty callback is false and must not be called. The
/// call is noexcept: a callable that throws ends the program, because it would unwind through libuv.
template <class R, class... Args>
class callback<R(Args...)> {
 public:
  callback() noexcept = default;
  callback(std::nullptr_t) noexcept {}

  template <class F>
  requires(!std::is_same_v<std::remove_cvref_t<F>, callback> &&
           (std::is_invocable_r_v<R, std::remove_cvref_t<F>&, Args...> ||
            std::is_invocable_r_v<R, std::remove_cvref_t<F>&>)) callback(F&& function) {
    using stored = std::remove_cvref_t<F>;
    if constexpr (fits<stored>) {
      ::new (static_cast<void*>(&storage_)) stored(std::forward<F>(function));
      operations_ = &inline_operations<stored>;
    } else {
      ::new (static_cast<void*>(&storage_)) stored*(new stored(std::forward<F>(function)));
      operations_ = &heap_operations<stored>;
    }
  }

  callback(callback&& other) noexcept { take(other); }
  callback& operator=(callback&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  ~callback() { reset(); }

  explicit operator bool() const noexcept { return operations_ != nullptr; }

  R operator()(Args... args) noexcept {
    assert(operations_ != nullptr);
    return operations_->invoke(&storage_, std::forward<Args>(args)...);
  }

 private:
  struct operations {
    R (*invoke)(void*, Args&&...);
    void (*move)(void* from, void* to) noexcept;  // leaves nothing behind in `from`
    void (*destroy)(void*) noexcept;
  };

  static constexpr std::size_t capacity = 4 * sizeof(void*);

  template <class F>
  static constexpr bool fits = sizeof(F) <= capacity &&
                               alignof(F) <= alignof(void*) && std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static R call(F& function, Args&&... args) {
    if constexpr (std::is_invocable_r_v<R, F&, Args...>) {
      return function(std::forward<Args>(args)...);
    } else {
      return function();
    }
  }

  template <class F>
  static constexpr operations inline_operations{
      [](void* at, Args&&... args) -> R { return call(*static_cast<F*>(at), std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept {
        ::new (to) F(std::move(*static_cast<F*>(from)));
        static_cast<F*>(from)->~F();
      },
      [](void* at) noexcept { static_cast<F*>(at)->~F(); }};

  template <class F>
  static constexpr operations heap_operations{
      [](void* at, Args&&... args) -> R { return call(**static_cast<F**>(at), std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept { ::new (to) F*(*static_cast<F**>(from)); },
      [](void* at) noexcept { delete *static_cast<F**>(at); }};

  void take(callback& other) noexcept {
    if (other.operations_ == nullptr) return;
    other.operations_->move(&other.storage_, &storage_);
    operations_ = std::exchange(other.operations_, nullptr);
  }
  void reset() noexcept {
    if (operations_ != nullptr) std::exchange(operations_, nullptr)->destroy(&storage_);
  }

  alignas(void*) std::byte storage_[capacity];
  const operations* operations_ = nullptr;
};

}  // namespace uvnostr
