// SPDX-License-Identifier: MIT
#include "receive/filter_index.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "dedup/siphash.hpp"
#include "wire/filter_match.hpp"

namespace uvnostr {

namespace {

/// Lists are read up to this length, and no index is made for so few values in all.
constexpr std::size_t short_list = 16;

/// The lists of a filter by number: ids, authors, kinds, then one for each tag condition.
using list_number = std::uint32_t;
constexpr list_number id_list = 0, author_list = 1, kind_list = 2, first_tag_list = 3;

template <class T>
std::string_view bytes_of(const T& value) noexcept {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::size_t list_count(const filter& f) noexcept { return first_tag_list + f.tags.size(); }

std::size_t size_of(const filter& f, list_number list) noexcept {
  switch (list) {
    case id_list: return f.ids.size();
    case author_list: return f.authors.size();
    case kind_list: return f.kinds.size();
    default: return f.tags[list - first_tag_list].values.size();
  }
}

std::string_view value_in(const filter& f, list_number list, std::size_t at) noexcept {
  switch (list) {
    case id_list: return bytes_of(f.ids[at].bytes);
    case author_list: return bytes_of(f.authors[at].bytes);
    case kind_list: return bytes_of(f.kinds[at]);
    default: return f.tags[list - first_tag_list].values[at];
  }
}

constexpr list_number nowhere = 0xffffffff;

list_number filed_under(const filter& f) noexcept {
  if (!f.ids.empty()) return id_list;
  if (!f.authors.empty()) return author_list;
  if (!f.tags.empty()) return first_tag_list;
  return f.kinds.empty() ? nowhere : kind_list;
}

/// What lists of several filters have in common: for tags the letter.
std::uint32_t group_of(const filter& f, list_number list) noexcept {
  return list < first_tag_list ? list : static_cast<unsigned char>(f.tags[list - first_tag_list].name);
}

/// Only the first value of a tag counts, and a tag without one has none.
bool has_value(const tag_view& tag) noexcept { return tag.size() >= 2 && tag.name().size() == 1; }

std::size_t values_in(const filter& f) noexcept {
  std::size_t all = 0;
  for (list_number list = 0; list < list_count(f); ++list) all += size_of(f, list);
  return all;
}

}  // namespace

class filter_index::table {
 public:
  table(const std::vector<filter>& filters, const std::array<std::uint8_t, 16>& secret)
      : filters_(filters), hash_(secret) {
    struct made {
      entry what;
      std::uint64_t hash;
    };
    std::vector<made> all;
    for (std::uint32_t number = 0; number < filters.size(); ++number) {
      const filter& f = filters[number];
      const list_number filed = filed_under(f);
      if (filed == nowhere) unfiled_.push_back(number);
      for (list_number list = 0; list < list_count(f); ++list) {
        const std::size_t size = size_of(f, list);
        if (list == filed) groups_[group_of(f, list)] = true;
        if (list == filed && list >= first_tag_list) any_tags_ = true;
        if (list != filed && size <= short_list) continue;
        const std::uint64_t salt = list == filed ? group_of(f, list) : salt_of(number, list);
        for (std::uint32_t at = 0; at < size; ++at)
          all.push_back({{number, list, at}, mixed(hash_(value_in(f, list, at)), salt)});
      }
    }
    starts_.resize(all.size() + 1);
    for (const made& each : all) ++starts_[bucket(each.hash)];
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    entries_.resize(all.size());
    for (const made& each : all) entries_[--starts_[bucket(each.hash)]] = each.what;
    // Now each bucket begins where its number says, and ends where the next one begins.
  }

  bool matches(const event_view& event) const noexcept {
    const event_kind kind = event.kind();
    for (const std::uint32_t number : unfiled_) {
      if (satisfies(filters_[number], number, nowhere, event)) return true;
    }
    if (found(id_list, bytes_of(event.id().bytes), event) ||
        found(author_list, bytes_of(event.pubkey().bytes), event) || found(kind_list, bytes_of(kind), event)) {
      return true;
    }
    if (!any_tags_) return false;
    const auto tags = event.tags();
    return std::any_of(tags.begin(), tags.end(), [&](const tag_view& tag) {
      return has_value(tag) && found(static_cast<unsigned char>(tag.name()[0]), tag.value(), event);
    });
  }

  std::size_t memory_bytes() const noexcept {
    return sizeof *this + entries_.capacity() * sizeof(entry) + starts_.capacity() * sizeof(std::uint32_t) +
           unfiled_.capacity() * sizeof(std::uint32_t);
  }

 private:
  struct entry {
    std::uint32_t filter;
    list_number list;
    std::uint32_t at;
  };

  static std::uint64_t salt_of(std::uint32_t number, list_number list) noexcept {
    return (std::uint64_t{number} + 1) << 32 | list;
  }
  static std::uint64_t mixed(std::uint64_t hash, std::uint64_t salt) noexcept {
    hash = (hash ^ salt * 0xff51afd7ed558ccdU) * 0x9e3779b97f4a7c15U;
    return (hash ^ hash >> 32) * 0x9e3779b97f4a7c15U;
  }
  std::size_t bucket(std::uint64_t hash) const noexcept { return (hash >> 32) * entries_in_all() >> 32; }
  std::uint64_t entries_in_all() const noexcept { return starts_.size() - 1; }

  template <class Accept>
  bool any_at(std::uint64_t hash, Accept&& accept) const noexcept {
    const std::size_t at = bucket(hash);
    for (std::uint32_t i = starts_[at]; i < starts_[at + 1]; ++i) {
      if (accept(entries_[i])) return true;
    }
    return false;
  }

  /// Whether a filter wants the event that is filed under this value.
  bool found(std::uint32_t group, std::string_view value, const event_view& event) const noexcept {
    if (!groups_[group]) return false;
    return any_at(mixed(hash_(value), group), [&](const entry& each) {
      const filter& f = filters_[each.filter];
      return filed_under(f) == each.list && group_of(f, each.list) == group &&
             value_in(f, each.list, each.at) == value && satisfies(f, each.filter, each.list, event);
    });
  }

  bool lists(const filter& f, std::uint32_t number, list_number list, std::string_view value) const noexcept {
    const std::size_t size = size_of(f, list);
    if (size <= short_list) {
      for (std::size_t at = 0; at < size; ++at) {
        if (value_in(f, list, at) == value) return true;
      }
      return false;
    }
    return any_at(mixed(hash_(value), salt_of(number, list)), [&](const entry& each) {
      return each.filter == number && each.list == list && value_in(f, list, each.at) == value;
    });
  }

  /// All conditions but the one that is known to be.
  bool satisfies(const filter& f, std::uint32_t number, list_number known, const event_view& event) const noexcept {
    const event_kind kind = event.kind();
    const unix_seconds created_at = event.created_at();
    if ((f.since && created_at < *f.since) || (f.until && created_at > *f.until)) return false;
    const auto unset_or_lists = [&](list_number list, std::string_view value) {
      return list == known || size_of(f, list) == 0 || lists(f, number, list, value);
    };
    if (!unset_or_lists(kind_list, bytes_of(kind)) || !unset_or_lists(id_list, bytes_of(event.id().bytes)) ||
        !unset_or_lists(author_list, bytes_of(event.pubkey().bytes))) {
      return false;
    }
    for (list_number list = first_tag_list; list < list_count(f); ++list) {
      if (list != known && !has_tag_in(f, number, list, event)) return false;
    }
    return true;
  }

  bool has_tag_in(const filter& f, std::uint32_t number, list_number list, const event_view& event) const noexcept {
    const auto tags = event.tags();
    return std::any_of(tags.begin(), tags.end(), [&](const tag_view& tag) {
      return has_value(tag) && tag.name()[0] == f.tags[list - first_tag_list].name &&
             lists(f, number, list, tag.value());
    });
  }

  const std::vector<filter>& filters_;
  const dedup::siphash<> hash_;
  std::array<bool, 256> groups_{};  // under which filters are filed
  bool any_tags_ = false;
  std::vector<std::uint32_t> unfiled_;
  std::vector<std::uint32_t> starts_;  // of the buckets, among the entries
  std::vector<entry> entries_;
};

filter_index::filter_index(const std::vector<filter>& filters) noexcept : filters_(filters) {}
filter_index::~filter_index() = default;

void filter_index::prepare(const std::array<std::uint8_t, 16>& secret) {
  std::size_t values = 0;
  for (const filter& each : filters_) values += 1 + values_in(each);
  if (values > short_list) table_ = std::make_unique<const table>(filters_, secret);
}

bool filter_index::matches(const event_view& event) const noexcept {
  if (table_ != nullptr) return table_->matches(event);
  return std::any_of(filters_.begin(), filters_.end(), [&](const filter& f) { return wire::matches(f, event); });
}

std::size_t filter_index::memory_bytes() const noexcept { return table_ == nullptr ? 0 : table_->memory_bytes(); }

}  // namespace uvnostr
