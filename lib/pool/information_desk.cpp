// SPDX-License-Identifier: MIT
#include "pool/information_desk.hpp"

#include <utility>

namespace uvnostr {

void information_desk::ask(session::relay_session& relay, answer take, std::chrono::seconds max_age) {
  std::unique_ptr<entry>& found = entries_[relay.id()];
  if (!found) found = std::make_unique<entry>(*this, relay);
  found->ask(std::move(take), max_age);
}

void information_desk::forget(relay_id id, std::error_code why) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  found->second->fail(why);
  entries_.erase(found);
}

void information_desk::close(std::error_code why) {
  for (const auto& [id, each] : entries_) each->fail(why);
  entries_.clear();
}

information_desk::entry::~entry() {
  timer_.cancel();
  if (connection_ != nullptr) connection_->abort();
}

void information_desk::entry::ask(answer take, std::chrono::seconds max_age) {
  waiting_.push_back(std::move(take));
  if (connection_ != nullptr) return;
  // Compared in whole seconds, because `max_age` may be the longest that there is.
  if (known_ && age() < max_age) return tell(*known_);
  dial();
}

void information_desk::entry::dial() {
  came_.reset();
  const result<port::connection*> dialled =
      desk_.transport_.dial({.url = relay_->url(), .options = relay_->options(), .for_document = true}, *this);
  if (!dialled) return tell(dialled.error());
  connection_ = *dialled;
  desk_.timers_.schedule(timer_, desk_.now() + relay_->options().connect_timeout);
}

void information_desk::entry::on_text(std::string_view document) noexcept {
  came_ = relay_information::parse(document);
  if (!*came_) return;
  known_ = came_->value();
  known_since_ = desk_.now();
  relay_->learn(known_->limitation);
}

void information_desk::entry::on_disconnect(const port::disconnect& end) noexcept {
  connection_ = nullptr;
  timer_.cancel();
  if (came_) return tell(*std::exchange(came_, std::nullopt));
  tell(error(end.cause ? end.cause : make_error_code(errc::no_document),
             end.http_status != 0 ? "HTTP " + std::to_string(end.http_status) : end.detail));
}

void information_desk::entry::on_timer() noexcept {
  std::exchange(connection_, nullptr)->abort();
  tell(errc::connect_timeout);
}

void information_desk::entry::fail(error why) {
  if (connection_ != nullptr) std::exchange(connection_, nullptr)->abort();
  timer_.cancel();
  tell(std::move(why));
}

void information_desk::entry::tell(result<relay_information> what) {
  if (what && known_) what->age = age();
  for (answer& each : std::exchange(waiting_, {})) {
    desk_.later_.add([take = std::move(each), what]() mutable {
      if (take) take(what);
    });
  }
}

}  // namespace uvnostr
