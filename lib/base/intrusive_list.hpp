// SPDX-License-Identifier: MIT
// A doubly linked list through hooks in its elements. Iteration survives every change of the list.
//
// Invariant: the hooks of one list and its root form a ring; a hook outside any list is a ring of its own. Hooks
// without an owner are the root and the two marks of each cursor; iteration skips them. Because a cursor is itself in
// the ring, removing or adding elements cannot leave it with a dangling pointer.
#pragma once

#include <cassert>

namespace uvnostr::base {

template <class T>
class intrusive_list;

/// A place in one list at a time: a member `list_hook<x> hook_{*this};`, or a base. Its destructor leaves the list. An
/// element may have several hooks.
template <class T>
class list_hook {
 public:
  explicit list_hook(T& owner) noexcept : owner_(&owner) {}
  list_hook(const list_hook&) = delete;
  list_hook& operator=(const list_hook&) = delete;
  ~list_hook() { unlink(); }

  bool is_linked() const noexcept { return next_ != this; }

  /// Leaves the list, if it is in one.
  void unlink() noexcept {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = this;
  }

 private:
  friend class intrusive_list<T>;
  list_hook() noexcept = default;

// GCC believes that the marks of a local cursor outlive it, because it does not see that the destructor unlinks them.
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdangling-pointer"
#endif
  void insert_before(list_hook& other) noexcept {
    assert(!is_linked());
    previous_ = other.previous_;
    next_ = &other;
    previous_->next_ = this;
    other.previous_ = this;
  }
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#pragma GCC diagnostic pop
#endif

  list_hook* previous_ = this;
  list_hook* next_ = this;
  T* owner_ = nullptr;
};

template <class T>
class intrusive_list {
 public:
  using hook = list_hook<T>;

  intrusive_list() noexcept = default;
  intrusive_list(const intrusive_list&) = delete;
  intrusive_list& operator=(const intrusive_list&) = delete;
  /// The elements continue to exist outside the list.
  ~intrusive_list() { clear(); }

  void push_back(hook& element) noexcept { element.insert_before(root_); }
  void push_front(hook& element) noexcept { element.insert_before(*root_.next_); }

  bool empty() const noexcept { return front() == nullptr; }
  /// The first element; nullptr if there is none.
  T* front() const noexcept {
    const hook* at = root_.next_;
    while (at != &root_ && at->owner_ == nullptr) at = at->next_;
    return at->owner_;
  }

  /// Removes all elements; every cursor is then at its end.
  void clear() noexcept {
    while (root_.next_ != &root_) root_.next_->unlink();
  }

  /// Returns the elements in order. Meanwhile any element may be removed or destroyed, even the current one and the
  /// next one, and so may the list itself. Elements added meanwhile are not returned.
  class cursor {
   public:
    explicit cursor(intrusive_list& list) noexcept {
      here_.insert_before(*list.root_.next_);
      end_.insert_before(list.root_);
    }

    /// The next element; nullptr at the end.
    T* next() noexcept {
      hook* at = here_.next_;
      while (at != &end_ && at != &here_ && at->owner_ == nullptr) at = at->next_;
      if (at->owner_ == nullptr) return nullptr;
      here_.unlink();
      here_.insert_before(*at->next_);
      return at->owner_;
    }

   private:
    hook here_;
    hook end_;
  };

 private:
  hook root_;
};

}  // namespace uvnostr::base
