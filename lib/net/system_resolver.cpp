// SPDX-License-Identifier: MIT
// Happy path: ask() puts a task on the desk and starts a thread; the thread calls getaddrinfo(), puts the task back and
// rings; on_bell() tells the listener. A thread takes the next waiting task before it ends.
// What can go wrong: getaddrinfo() cannot be interrupted, and may take minutes. So a question that is cancelled leaves
// its task to the thread, which drops it later. A thread may outlive the resolver, its loop, and even main(): it holds
// the desk, and touches nothing else. It rings under the desk's lock, so the bell cannot be freed meanwhile.
#include "net/system_resolver.hpp"

#include <algorithm>
#include <cassert>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include <uvnostr/error.hpp>

#include "net/system_names.hpp"

namespace uvnostr::net {

struct system_resolver::look_up_task {
  std::string host;
  question* asker;  // only for the loop's thread; null if cancelled
  int error = 0;
  std::vector<ip_address> addresses;
};

struct system_resolver::desk {
  using task = std::shared_ptr<look_up_task>;

  std::mutex lock;
  std::deque<task> waiting;
  std::vector<task> done;
  std::size_t threads = 0;
  uv_async_t* bell = nullptr;
};

class system_resolver::question final : public name_question {
 public:
  question(system_resolver& resolver, name_listener& listener) noexcept : resolver_(resolver), listener_(listener) {}

  void cancel() noexcept override {
    resolver_.forget(*this);
    delete this;
  }

  void answer(look_up_task& answered) noexcept {
    name_answer told;
    told.addresses = std::move(answered.addresses);
    if (answered.error != 0) {
      told.error = look_up_error(answered.error);
      told.detail = look_up_error_text(answered.error);
    } else if (told.addresses.empty()) {
      told.error = errc::host_not_found;
      told.detail = "no IPv4 or IPv6 address";
    }
    name_listener& listener = listener_;
    delete this;
    listener.on_answer(std::move(told));
  }

  desk::task task;

 private:
  ~question() = default;

  system_resolver& resolver_;
  name_listener& listener_;
};

system_resolver::~system_resolver() { assert(questions_ == 0 && bell_ == nullptr); }

std::error_code system_resolver::ask(const std::string& host, name_listener& listener, name_question*& out) noexcept {
  if (desk_ == nullptr) desk_ = std::make_shared<desk>();
  if (!open_bell()) return errc::resolver_failed;
  auto* asked = new question(*this, listener);
  asked->task = std::make_shared<look_up_task>(look_up_task{host, asked, 0, {}});
  ++questions_;
  bool is_stuck = false;
  {
    const std::lock_guard guard(desk_->lock);
    desk_->waiting.push_back(asked->task);
    if (desk_->threads < most_threads) {
      auto* const share = new std::shared_ptr<desk>(desk_);
      if (start_detached([](void* data) { run_thread(data); }, share)) {
        ++desk_->threads;
      } else {
        delete share;
        is_stuck = desk_->threads == 0;
      }
    }
  }
  if (is_stuck) {
    asked->cancel();
    return errc::resolver_failed;
  }
  out = asked;
  return {};
}

bool system_resolver::open_bell() noexcept {
  if (bell_ != nullptr) return true;
  bell_ = new uv_async_t{};
  if (uv_async_init(loop_, bell_, [](uv_async_t* b) { static_cast<system_resolver*>(b->data)->on_bell(); }) != 0) {
    delete std::exchange(bell_, nullptr);
    return false;
  }
  bell_->data = this;
  // The connection keeps the loop alive, if allowed.
  uv_unref(reinterpret_cast<uv_handle_t*>(bell_));
  const std::lock_guard guard(desk_->lock);
  desk_->bell = bell_;
  return true;
}

/// libuv may still report a bell that was rung: then there is nothing to do.
void system_resolver::close_bell() noexcept {
  {
    const std::lock_guard guard(desk_->lock);
    desk_->bell = nullptr;
    desk_->done.clear();
  }
  uv_close(reinterpret_cast<uv_handle_t*>(std::exchange(bell_, nullptr)),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_async_t*>(handle); });
}

void system_resolver::forget(question& asked) noexcept {
  asked.task->asker = nullptr;
  {
    const std::lock_guard guard(desk_->lock);
    std::erase(desk_->waiting, asked.task);
  }
  if (--questions_ == 0) close_bell();
}

void system_resolver::on_bell() noexcept {
  std::vector<desk::task> done;
  {
    const std::lock_guard guard(desk_->lock);
    done.swap(desk_->done);
  }
  // A listener may ask or cancel anything. It cannot free the resolver, which lives as long as its context.
  for (const auto& each : done) {
    if (each->asker == nullptr) continue;
    if (--questions_ == 0) close_bell();
    std::exchange(each->asker, nullptr)->answer(*each);
  }
}

void system_resolver::run_thread(void* data) noexcept {
  auto* const share = static_cast<std::shared_ptr<desk>*>(data);
  const std::shared_ptr<desk> shared = std::move(*share);
  delete share;
  for (;;) {
    desk::task task;
    {
      const std::lock_guard guard(shared->lock);
      if (shared->waiting.empty()) {
        --shared->threads;
        return;
      }
      task = std::move(shared->waiting.front());
      shared->waiting.pop_front();
    }
    task->error = look_up(task->host, task->addresses);
    const std::lock_guard guard(shared->lock);
    if (shared->bell == nullptr) continue;
    shared->done.push_back(std::move(task));
    uv_async_send(shared->bell);
  }
}

}  // namespace uvnostr::net
