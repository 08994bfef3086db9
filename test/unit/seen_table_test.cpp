// SPDX-License-Identifier: MIT
#include "dedup/seen_table.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace uvnostr::dedup {
namespace {

constexpr std::array<std::uint8_t, 16> key = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/// Ids that differ only in the last bytes, so that comparing fewer than all 32 would be noticed.
event_id id_of(std::uint32_t number) {
  event_id id;
  id.bytes.fill(0xaa);
  for (std::size_t i = 0; i < 4; ++i) id.bytes[31 - i] = static_cast<std::uint8_t>(number >> 8 * i);
  return id;
}

TEST(SeenTable, FindsWhatWasInserted) {
  const auto table = seen_table::make(4, key);
  const std::uint32_t entry = table->insert(id_of(1), 7, 99).entry;
  EXPECT_EQ(table->find(id_of(1), 7), entry);
  EXPECT_EQ(table->find_any(id_of(1)), entry);
  EXPECT_EQ(table->id(entry), id_of(1));
  EXPECT_EQ(table->owner(entry), 7U);
  EXPECT_EQ(table->sig_tag(entry), 99U);
}

TEST(SeenTable, TellsOwnersOfOneIdApart) {
  const auto table = seen_table::make(4, key);
  const std::uint32_t seven = table->insert(id_of(1), 7, 0).entry;
  const std::uint32_t eight = table->insert(id_of(1), 8, 0).entry;
  EXPECT_EQ(table->find(id_of(1), 7), seven);
  EXPECT_EQ(table->find(id_of(1), 8), eight);
  EXPECT_EQ(table->find(id_of(1), 9), seen_table::npos);
}

TEST(SeenTable, SaysWhichEntryOfAnIdIsTheFirst) {
  const auto table = seen_table::make(4, key);
  EXPECT_EQ(table->look_up(id_of(1), 7).head, seen_table::npos);
  const std::uint32_t first = table->insert(id_of(1), 7, 99).entry;
  EXPECT_EQ(table->look_up(id_of(1), 7).head, first);
  EXPECT_EQ(table->look_up(id_of(1), 8).head, first);
  EXPECT_EQ(table->look_up(id_of(2), 7).head, seen_table::npos);
  const std::uint32_t further = table->insert(id_of(1), 8, 55).entry;
  EXPECT_EQ(table->head(further), first);
  EXPECT_EQ(table->id(further), id_of(1));
  EXPECT_EQ(table->find_any(id_of(1)), first);
  EXPECT_EQ(table->sig_tag(further), 99U) << "the first signature counts";
}

TEST(SeenTable, LetsTheFirstEntryOfAnIdTakeOverAnotherWhenItsOwnerGoes) {
  const auto table = seen_table::make(8, key);
  const std::uint32_t head = table->insert(id_of(1), 7, 99).entry;
  const std::uint32_t eight = table->insert(id_of(1), 8).entry;
  const std::uint32_t nine = table->insert(id_of(1), 9).entry;
  // A queue of each: what is before and after an entry that moves learns of it.
  const std::uint32_t before = table->insert(id_of(2), 9).entry;
  const std::uint32_t other = table->insert(id_of(3), 8).entry;
  const std::uint32_t after = table->insert(id_of(3), 9).entry;
  table->set_next(before, nine);
  table->set_next(nine, after);
  EXPECT_EQ(table->erase(head), nine);
  EXPECT_EQ(table->next(before), head);
  EXPECT_EQ(table->next(head), after);
  EXPECT_EQ(table->find(id_of(1), 7), seen_table::npos);
  EXPECT_EQ(table->find(id_of(1), 8), eight);
  EXPECT_EQ(table->find(id_of(1), 9), head);
  EXPECT_EQ(table->sig_tag(eight), 99U);
  // The first of its queue goes, then the one after it moves.
  EXPECT_EQ(table->erase(before), seen_table::npos);
  table->set_first(head);
  EXPECT_EQ(table->erase(other), after);
  EXPECT_EQ(table->next(head), other);
  EXPECT_EQ(table->erase(head), eight);
  EXPECT_EQ(table->find(id_of(1), 8), head);
  EXPECT_EQ(table->sig_tag(head), 99U);
  EXPECT_EQ(table->erase(head), seen_table::npos);
  EXPECT_EQ(table->find_any(id_of(1)), seen_table::npos);
}

TEST(SeenTable, KeepsDatesWithin32Bits) {
  const auto table = seen_table::make(4, key);
  const auto stored = [&](std::uint32_t number, std::int64_t date) {
    const auto at = unix_seconds(std::chrono::seconds(date));
    return table->created_at(table->insert(id_of(number), 0, 0, at).entry).time_since_epoch().count();
  };
  EXPECT_EQ(stored(1, 1'700'000'000), 1'700'000'000);
  EXPECT_EQ(stored(2, 0xffffffff), 0xffffffff);
  EXPECT_EQ(stored(3, 0x100000000), 0xffffffff);
  EXPECT_EQ(stored(4, -1), 0);
}

TEST(SeenTable, HoldsOneEntryMoreThanItsCapacityUntilOneIsErased) {
  const auto table = seen_table::make(2, key);
  const std::uint32_t first = table->insert(id_of(1)).entry;
  table->insert(id_of(2));
  table->insert(id_of(3));
  EXPECT_EQ(table->size(), 3U);
  for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_NE(table->find_any(id_of(i)), seen_table::npos);
  table->erase(first);
  EXPECT_EQ(table->find_any(id_of(1)), seen_table::npos);
  EXPECT_LT(table->insert(id_of(4)).entry, table->entry_count());
  EXPECT_EQ(table->size(), 3U);
}

TEST(SeenTable, GivesItsCallerALinkForEachEntry) {
  const auto table = seen_table::make(2, key);
  const std::uint32_t a = table->insert(id_of(1)).entry;
  const std::uint32_t b = table->insert(id_of(2)).entry;
  EXPECT_EQ(table->next(a), seen_table::npos);
  table->set_next(a, b);
  EXPECT_EQ(table->next(a), b);
  table->erase(a);
  EXPECT_EQ(table->next(table->insert(id_of(3)).entry), seen_table::npos);
}

TEST(PlainSeenTable, EvictsTheOldestEntryWhenFull) {
  const auto table = plain_seen_table::make(2, key);
  table->insert(id_of(1));
  EXPECT_FALSE(table->insert(id_of(2)).evicted);
  EXPECT_TRUE(table->insert(id_of(3)).evicted);
  EXPECT_EQ(table->find(id_of(1)), plain_seen_table::npos);
  EXPECT_NE(table->find(id_of(2)), plain_seen_table::npos);
  EXPECT_EQ(table->size(), 2U);
}

TEST(PlainSeenTable, KeepsAnEntryThatWasTouched) {
  const auto table = plain_seen_table::make(2, key);
  const std::uint32_t first = table->insert(id_of(1)).entry;
  table->insert(id_of(2));
  table->touch(first);
  table->insert(id_of(3));
  EXPECT_NE(table->find(id_of(1)), plain_seen_table::npos);
  EXPECT_EQ(table->find(id_of(2)), plain_seen_table::npos);
}

/// Numbers whose ids belong into that bucket of a table of that capacity.
std::vector<std::uint32_t> numbers_in_bucket(std::uint64_t bucket, std::size_t capacity, std::size_t count) {
  const std::size_t entries = capacity + 1;
  const std::size_t buckets = (bucket_index::bytes_for(entries) - 64) / 64;
  std::vector<std::uint32_t> found;
  for (std::uint32_t number = 1; found.size() < count; ++number) {
    if ((id_hash(key)(id_of(number).bytes.data()) >> 32) * buckets >> 32 == bucket) found.push_back(number);
  }
  return found;
}

TEST(SeenTable, FindsWhatDoesNotFitIntoItsBucket) {
  // The entries of the 100th bucket fill those after it, among them the home of others.
  constexpr std::size_t capacity = 1'000;
  const std::vector<std::uint32_t> a = numbers_in_bucket(100, capacity, 110);
  const std::vector<std::uint32_t> b = numbers_in_bucket(103, capacity, 50);
  const auto table = seen_table::make(capacity, key);
  for (std::size_t i = 0; i < 100; ++i) table->insert(id_of(a[i]));
  for (const std::uint32_t each : b) table->insert(id_of(each));
  for (std::size_t i = 100; i < 110; ++i) table->insert(id_of(a[i]));
  for (std::size_t gone = 0; gone < 100; ++gone) {
    table->erase(table->find(id_of(a[gone])));
    ASSERT_EQ(table->find(id_of(a[gone])), seen_table::npos);
    for (std::size_t left = gone + 1; left < 110; ++left)
      ASSERT_NE(table->find(id_of(a[left])), seen_table::npos) << gone << " " << left;
    for (const std::uint32_t left : b) ASSERT_NE(table->find(id_of(left)), seen_table::npos) << gone << " " << left;
  }
}

TEST(SeenTable, GoesOnFromItsLastBucketToTheFirst) {
  constexpr std::size_t capacity = 100;
  const std::uint64_t last = (bucket_index::bytes_for(capacity + 1) - 64) / 64 - 1;
  const std::vector<std::uint32_t> numbers = numbers_in_bucket(last, capacity, 40);
  const auto table = plain_seen_table::make(capacity, key);
  for (const std::uint32_t each : numbers) table->insert(id_of(each));
  for (const std::uint32_t each : numbers) {
    ASSERT_NE(table->find(id_of(each)), plain_seen_table::npos);
    table->erase(table->find(id_of(each)));
    ASSERT_EQ(table->find(id_of(each)), plain_seen_table::npos);
  }
  EXPECT_EQ(table->size(), 0U);
}

/// The same with a list, newest first, and a map.
class oracle {
 public:
  using key_type = std::pair<std::uint32_t, std::uint32_t>;  // number of the id, owner

  bool has(const key_type& at) const { return places_.contains(at); }
  /// Of the first owner of those that followed each other without a time when there was none.
  std::uint32_t tag(std::uint32_t id) const { return tags_.at(id); }
  const key_type& oldest() const { return order_.back(); }
  std::size_t owners(std::uint32_t id) const {
    return static_cast<std::size_t>(
        std::count_if(order_.begin(), order_.end(), [id](const key_type& e) { return e.first == id; }));
  }
  void insert(const key_type& at, std::uint32_t tag) {
    if (owners(at.first) == 0) tags_[at.first] = tag;
    order_.push_front(at);
    places_[at] = order_.begin();
  }
  void touch(const key_type& at) { order_.splice(order_.begin(), order_, places_.at(at)); }
  void erase(const key_type& at) {
    order_.erase(places_.at(at));
    places_.erase(at);
  }
  void clear() {
    order_.clear();
    places_.clear();
  }
  std::size_t size() const { return order_.size(); }

 private:
  std::list<key_type> order_;
  std::map<key_type, std::list<key_type>::iterator> places_;
  std::map<std::uint32_t, std::uint32_t> tags_;
};

struct shape {
  std::size_t capacity;
  std::uint32_t ids;
  std::uint32_t owners;
  int steps;
};

/// Inserts, touches, erases and clears at random in a table and in the oracle, and compares them.
template <bool Owned>
void compare_with_oracle(const shape& s) {
  using table_type = basic_seen_table<Owned>;
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  auto random_key = key;
  for (auto& byte : random_key) byte = static_cast<std::uint8_t>(random());
  const auto table = table_type::make(s.capacity, random_key);
  oracle expected;
  for (int step = 0; step < s.steps; ++step) {
    const oracle::key_type at{static_cast<std::uint32_t>(random() % s.ids),
                              static_cast<std::uint32_t>(random() % s.owners)};
    const event_id id = id_of(at.first);
    const std::uint32_t entry = table->find(id, at.second);
    ASSERT_EQ(entry != table_type::npos, expected.has(at)) << step;
    const auto action = random() % 16;
    if (entry == table_type::npos) {
      if (action == 0) continue;
      const auto tag = static_cast<std::uint32_t>(random());
      const auto result = table->insert(id, at.second, tag);
      expected.insert(at, tag);
      ASSERT_EQ(result.evicted, expected.size() > s.capacity) << step;
      ASSERT_EQ(table->find(id, at.second), result.entry) << step;
      if (expected.size() > s.capacity) {
        // The plain table has evicted it by itself.
        const oracle::key_type oldest = expected.oldest();
        if constexpr (Owned) table->erase(table->find(id_of(oldest.first), oldest.second));
        ASSERT_EQ(table->find(id_of(oldest.first), oldest.second), table_type::npos) << step;
        expected.erase(oldest);
      }
    } else {
      if constexpr (Owned) {
        ASSERT_EQ(table->owner(entry), at.second);
        ASSERT_EQ(table->sig_tag(entry), expected.tag(at.first));
        ASSERT_EQ(table->id(entry), id);
      }
      if (!Owned && action < 8) {
        if constexpr (!Owned) table->touch(entry);
        expected.touch(at);
      } else if (action < 12) {
        table->erase(entry);
        expected.erase(at);
      }
    }
    if (random() % 2'000 == 0) {
      table->clear();
      expected.clear();
    }
    ASSERT_EQ(table->size(), expected.size());
    if (step % 64 == 0) {
      std::size_t owners = 0;
      for (std::uint32_t each = 0; each < s.owners; ++each)
        owners += table->find(id, each) != table_type::npos ? 1U : 0U;
      ASSERT_EQ(owners, expected.owners(at.first)) << step;
      ASSERT_EQ(table->find_any(id) != table_type::npos, owners != 0) << step;
    }
  }
}

struct SeenTableAgainstOracle : testing::TestWithParam<shape> {};

TEST_P(SeenTableAgainstOracle, BehavesLikeAListAndAMap) { compare_with_oracle<true>(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Shapes, SeenTableAgainstOracle,
                         testing::Values(shape{1, 3, 2, 20'000}, shape{2, 4, 2, 20'000}, shape{3, 5, 2, 20'000},
                                         shape{7, 10, 3, 50'000}, shape{64, 90, 1, 100'000},
                                         shape{1'000, 1'300, 1, 200'000}, shape{300, 2, 200, 50'000},
                                         shape{300, 3, 200, 50'000}, shape{500, 20, 100, 50'000}));

struct PlainSeenTableAgainstOracle : testing::TestWithParam<shape> {};

TEST_P(PlainSeenTableAgainstOracle, BehavesLikeAListAndAMap) { compare_with_oracle<false>(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Shapes, PlainSeenTableAgainstOracle,
                         testing::Values(shape{1, 3, 1, 20'000}, shape{2, 4, 1, 20'000}, shape{7, 10, 1, 50'000},
                                         shape{64, 90, 1, 100'000}, shape{1'000, 1'300, 1, 200'000}));

TEST(PlainSeenTable, IsCompleteAfterManyEvictionsAtFullLoad) {
  const std::uint32_t capacity = 10'000;
  const auto table = plain_seen_table::make(capacity, key);
  for (std::uint32_t i = 0; i < 5 * capacity; ++i) ASSERT_TRUE(table->insert(id_of(i)).entry != plain_seen_table::npos);
  for (std::uint32_t i = 0; i < 5 * capacity; ++i) {
    ASSERT_EQ(table->find(id_of(i)) != plain_seen_table::npos, i >= 4 * capacity) << i;
  }
}

TEST(SeenTable, CostsNothingForOwnersThatItDoesNotHave) {
  const auto plain = plain_seen_table::make(100'000, key);
  const auto owned = seen_table::make(100'000, key);
  EXPECT_LE(plain->memory_bytes(), 48U * 100'000);
  EXPECT_LE(owned->memory_bytes(), 56U * 100'000);
}

}  // namespace
}  // namespace uvnostr::dedup
