// SPDX-License-Identifier: MIT
#include "base/ref.hpp"

#include <gtest/gtest.h>

namespace uvnostr::base {
namespace {

struct counted final : ref_counted<counted> {
  explicit counted(int& alive) : alive_(alive) { ++alive_; }
  ~counted() { --alive_; }
  int& alive_;
  ref<counted> other;
};

TEST(Ref, DestroysTheObjectWithTheLastOne) {
  int alive = 0;
  auto a = make_ref<counted>(alive);
  auto b = a;
  EXPECT_EQ(a->use_count(), 2U);
  a.reset();
  EXPECT_EQ(alive, 1);
  b.reset();
  EXPECT_EQ(alive, 0);
}

TEST(Ref, MovesWithoutCounting) {
  int alive = 0;
  auto a = make_ref<counted>(alive);
  const auto b = std::move(a);
  EXPECT_FALSE(a);
  EXPECT_EQ(b->use_count(), 1U);
}

TEST(Ref, AdoptsACountAndRetainsAnother) {
  int alive = 0;
  auto* object = new counted(alive);
  {
    const auto adopted = ref<counted>::adopt(object);
    const auto retained = ref<counted>::retain(*object);
    EXPECT_EQ(object->use_count(), 2U);
    EXPECT_EQ(adopted, retained);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Ref, GivesItsCountAway) {
  int alive = 0;
  counted* const object = make_ref<counted>(alive).leak();
  EXPECT_EQ(alive, 1);
  object->release();
  EXPECT_EQ(alive, 0);
}

TEST(Ref, MayBeAssignedToItself) {
  int alive = 0;
  auto a = make_ref<counted>(alive);
  const auto& same = a;
  a = same;
  EXPECT_EQ(a->use_count(), 1U);
}

TEST(Ref, HoldsTheNewObjectBeforeItReleasesTheOld) {
  int alive = 0;
  auto head = make_ref<counted>(alive);
  head->other = make_ref<counted>(alive);
  head = head->other;
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(head->use_count(), 1U);
}

}  // namespace
}  // namespace uvnostr::base
