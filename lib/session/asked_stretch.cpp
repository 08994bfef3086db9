// SPDX-License-Identifier: MIT
#include "session/asked_stretch.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace uvnostr::session {

namespace {

constexpr std::size_t most_of_one_second = 10'000;
constexpr std::size_t most_noted = 64;

}  // namespace

void asked_stretch::note(const event_id& id, unix_seconds at) {
  ++came;
  if (of.until != at) {
    ++news;
    ++older;
  } else if (!std::binary_search(at_until.begin(), at_until.end(), id)) {
    ++news;
    if (at_until.size() + new_at_until.size() < most_of_one_second) new_at_until.push_back(id);
  }
  if (oldest == at) {
    if (at_oldest.size() < most_of_one_second) at_oldest.push_back(id);
    return;
  }
  // A relay sends the newest first, so the answer ends where it is oldest. But a live event of an old date may come in
  // between: it is recognized by the next one, which goes on where the answer was before.
  const bool is_older = !oldest || at < *oldest;
  if (!is_older && !(before_oldest && at <= *before_oldest)) return;
  if (is_older) before_oldest = oldest;
  oldest = at;
  at_oldest.assign(1, id);
}

void asked_stretch::note_published(unix_seconds created_at) {
  if (published.size() < most_noted) published.push_back(created_at);
}

std::uint32_t asked_stretch::most_published() const noexcept {
  return published.size() < most_noted ? static_cast<std::uint32_t>(published.size())
                                       : std::numeric_limits<std::uint32_t>::max();
}

bool asked_stretch::has_news() const noexcept {
  return news != 0 && (!of.until || *oldest < *of.until || !new_at_until.empty());
}

bool asked_stretch::shows_cut() const noexcept {
  const auto count =
      std::count_if(published.begin(), published.end(), [this](unix_seconds at) { return at >= *oldest; });
  return news > static_cast<std::uint32_t>(count);
}

void asked_stretch::advance() {
  if (of.until && *oldest == *of.until) {
    at_until.insert(at_until.end(), new_at_until.begin(), new_at_until.end());
  } else {
    of.until = oldest;
    at_until = std::move(at_oldest);
  }
  std::sort(at_until.begin(), at_until.end());
}

void asked_stretch::forget_answer() noexcept {
  came = news = older = shared = 0;
  new_at_until = {};
  oldest.reset();
  at_oldest = {};
  before_oldest.reset();
}

}  // namespace uvnostr::session
