// SPDX-License-Identifier: MIT
#include "wire/filter_split.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "wire/filter_codec.hpp"

namespace uvnostr::wire {
namespace {

// ["REQ","...", and ]; an id of ours has at most sixteen characters.
constexpr std::size_t frame_bytes = 32;
// The comma before a filter, and since, until and limit where the filter has none yet.
constexpr std::size_t added_bytes = 80;
constexpr std::size_t hex_item_bytes = 67;  // quotes and comma included
constexpr event_kind gift_wrap = 1059;

/// How often a filter may stand in one REQ: see session/history. Stretches of all kinds, of gift wraps, and of the other
/// kinds are asked for separately.
std::size_t most_copies(const filter& f) noexcept {
  if (f.kinds.empty()) return 2;
  const bool has_gift_wraps = std::find(f.kinds.begin(), f.kinds.end(), gift_wrap) != f.kinds.end();
  if (has_gift_wraps && f.kinds.size() > 1) return 3;
  return f.limit == 0U ? 2 : 1;
}

std::size_t bytes_of(const filter& f) {
  std::string text;
  append_filter(text, f);
  return (text.size() + added_bytes) * most_copies(f);
}

/// One of a filter's lists: how long it is, and how to leave only a part of it.
struct list_part {
  std::size_t items = 0;
  std::size_t bytes = 0;
};

template <class Item>
void keep_only(std::vector<Item>& list, std::size_t begin, std::size_t end) {
  list.erase(list.begin() + static_cast<std::ptrdiff_t>(end), list.end());
  list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(begin));
}

/// The lists in the order ids, authors, kinds, tags.
std::vector<list_part> lists_of(const filter& f) {
  std::vector<list_part> all = {{f.ids.size(), f.ids.size() * hex_item_bytes},
                                {f.authors.size(), f.authors.size() * hex_item_bytes},
                                {f.kinds.size(), f.kinds.size() * 6}};
  for (const tag_condition& each : f.tags) {
    list_part& part = all.emplace_back();
    part.items = each.values.size();
    for (const std::string& value : each.values) part.bytes += value.size() + 3;
  }
  return all;
}

filter part_of(const filter& f, std::size_t list, std::size_t begin, std::size_t end) {
  filter piece = f;
  switch (list) {
    case 0: keep_only(piece.ids, begin, end); break;
    case 1: keep_only(piece.authors, begin, end); break;
    case 2: keep_only(piece.kinds, begin, end); break;
    default: keep_only(piece.tags[list - 3].values, begin, end); break;
  }
  return piece;
}

/// Appends pieces that have at most `room` bytes. What cannot be split further may have more.
void split(const filter& f, std::size_t room, std::vector<filter>& pieces) {
  const std::size_t bytes = bytes_of(f);
  const std::vector<list_part> lists = lists_of(f);
  std::size_t longest = 0;
  for (std::size_t i = 1; i < lists.size(); ++i) {
    const bool may_be_split = lists[i].items > 1;
    if (may_be_split && (lists[longest].items <= 1 || lists[i].bytes > lists[longest].bytes)) longest = i;
  }
  const std::size_t items = lists[longest].items;
  if (bytes <= room || items <= 1) {
    pieces.push_back(f);
    return;
  }
  // Of equal length, as few as might do.
  const std::size_t list_bytes = lists[longest].bytes * most_copies(f);
  const std::size_t rest = bytes - std::min(bytes, list_bytes);
  const std::size_t for_list = room > rest ? room - rest : 1;
  const std::size_t count = std::clamp<std::size_t>((list_bytes + for_list - 1) / for_list, 2, items);
  for (std::size_t i = 0; i < count; ++i) {
    split(part_of(f, longest, items * i / count, items * (i + 1) / count), room, pieces);
  }
}

}  // namespace

std::vector<filter_group> split_filters(const std::vector<filter>& filters, std::size_t most_bytes) {
  const std::size_t room = most_bytes > frame_bytes ? most_bytes - frame_bytes : 0;
  std::vector<filter_group> groups;
  std::size_t left = 0;  // in the last group
  for (std::uint32_t i = 0; i < filters.size(); ++i) {
    std::vector<filter> pieces;
    split(filters[i], room, pieces);
    if (std::any_of(pieces.begin(), pieces.end(), [room](const filter& f) { return bytes_of(f) > room; })) {
      groups.push_back({{filters[i]}, {i}, true});
      left = 0;
      continue;
    }
    for (filter& each : pieces) {
      const std::size_t bytes = bytes_of(each);
      if (bytes > left) {
        groups.emplace_back();
        left = room;
      }
      left -= bytes;
      groups.back().filters.push_back(std::move(each));
      groups.back().origins.push_back(i);
    }
  }
  return groups;
}

}  // namespace uvnostr::wire
