// SPDX-License-Identifier: MIT
// Shared ownership within one thread: the count is in the object and not atomic.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace uvnostr::base {

/// The base of a counted class: `class x final : public ref_counted<x>`. An object made with `new` has a count of one:
/// pass it to ref<x>::adopt(), or use make_ref().
template <class T>
class ref_counted {
 public:
  ref_counted(const ref_counted&) = delete;
  ref_counted& operator=(const ref_counted&) = delete;

  void retain() noexcept { ++count_; }
  /// The last release destroys the object.
  void release() noexcept {
    assert(count_ != 0);
    if (--count_ == 0) delete static_cast<T*>(this);
  }
  std::uint32_t use_count() const noexcept { return count_; }

 protected:
  ref_counted() noexcept = default;
  ~ref_counted() = default;

 private:
  std::uint32_t count_ = 1;
};

template <class T>
class ref {
 public:
  ref() noexcept = default;
  ref(std::nullptr_t) noexcept {}
  ref(const ref& other) noexcept : object_(other.object_) {
    if (object_ != nullptr) object_->retain();
  }
  ref(ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  // The parameter is passed by value, so that the old object is released last, after this ref holds the new one.
  ref& operator=(ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~ref() {
    if (object_ != nullptr) object_->release();
  }

  /// Takes over one count from the caller.
  static ref adopt(T* object) noexcept { return ref(object); }
  /// Adds one count.
  static ref retain(T& object) noexcept {
    object.retain();
    return ref(&object);
  }

  /// Hands the count to the caller, who must release() it.
  [[nodiscard]] T* leak() noexcept { return std::exchange(object_, nullptr); }
  void reset() noexcept { *this = ref(); }

  T* get() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }
  friend bool operator==(const ref&, const ref&) = default;

 private:
  explicit ref(T* object) noexcept : object_(object) {}
  T* object_ = nullptr;
};

template <class T, class... Args>
ref<T> make_ref(Args&&... args) {
  return ref<T>::adopt(new T(std::forward<Args>(args)...));
}

}  // namespace uvnostr::base
