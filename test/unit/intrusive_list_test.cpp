// SPDX-License-Identifier: MIT
#include "base/intrusive_list.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace uvnostr::base {
namespace {

struct item {
  explicit item(char name_) : name(name_) {}
  char name;
  list_hook<item> first{*this};
  list_hook<item> second{*this};
};

struct derived_item : list_hook<derived_item> {
  derived_item() : list_hook(*this) {}
};

struct three {
  three() {
    list.push_back(a.first);
    list.push_back(b.first);
    list.push_back(c.first);
  }
  item a{'a'}, b{'b'}, c{'c'}, d{'d'};
  intrusive_list<item> list;
};

std::string names(intrusive_list<item>& list) {
  std::string all;
  intrusive_list<item>::cursor cursor(list);
  while (const item* each = cursor.next()) all += each->name;
  return all;
}

TEST(IntrusiveList, GivesItsElementsInOrder) {
  three t;
  EXPECT_EQ(names(t.list), "abc");
  t.list.push_front(t.d.first);
  EXPECT_EQ(names(t.list), "dabc");
}

TEST(IntrusiveList, LosesAnElementThatUnlinks) {
  three t;
  t.b.first.unlink();
  EXPECT_EQ(names(t.list), "ac");
  EXPECT_FALSE(t.b.first.is_linked());
  t.b.first.unlink();
  EXPECT_EQ(names(t.list), "ac");
}

TEST(IntrusiveList, LosesAnElementThatIsDestroyed) {
  three t;
  {
    item e{'e'};
    t.list.push_back(e.first);
    EXPECT_EQ(names(t.list), "abce");
  }
  EXPECT_EQ(names(t.list), "abc");
}

TEST(IntrusiveList, LeavesItsElementsAloneWhenItIsDestroyed) {
  item a{'a'};
  {
    intrusive_list<item> list;
    list.push_back(a.first);
  }
  EXPECT_FALSE(a.first.is_linked());
}

TEST(IntrusiveList, HoldsAnElementInTwoListsByTwoHooks) {
  three t;
  intrusive_list<item> other;
  other.push_back(t.c.second);
  other.push_back(t.a.second);
  EXPECT_EQ(names(other), "ca");
  EXPECT_EQ(names(t.list), "abc");
}

TEST(IntrusiveList, TakesAHookThatIsABase) {
  derived_item element;
  intrusive_list<derived_item> list;
  list.push_back(element);
  EXPECT_EQ(list.front(), &element);
}

TEST(IntrusiveList, IsEmptyAlsoWhileACursorIsInIt) {
  intrusive_list<item> list;
  intrusive_list<item>::cursor cursor(list);
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.front(), nullptr);
  EXPECT_EQ(cursor.next(), nullptr);
}

TEST(Cursor, SurvivesTheRemovalOfTheElementGiven) {
  three t;
  intrusive_list<item>::cursor cursor(t.list);
  cursor.next()->first.unlink();
  EXPECT_EQ(cursor.next(), &t.b);
}

TEST(Cursor, SurvivesTheRemovalOfTheNextElement) {
  three t;
  intrusive_list<item>::cursor cursor(t.list);
  cursor.next();
  t.b.first.unlink();
  EXPECT_EQ(cursor.next(), &t.c);
}

TEST(Cursor, SurvivesTheRemovalOfEveryElement) {
  three t;
  intrusive_list<item>::cursor cursor(t.list);
  cursor.next();
  t.a.first.unlink();
  t.b.first.unlink();
  t.c.first.unlink();
  EXPECT_EQ(cursor.next(), nullptr);
  EXPECT_EQ(cursor.next(), nullptr);
}

TEST(Cursor, DoesNotGiveElementsThatWereAddedMeanwhile) {
  three t;
  intrusive_list<item>::cursor cursor(t.list);
  cursor.next();
  t.list.push_back(t.d.first);
  EXPECT_EQ(cursor.next(), &t.b);
  EXPECT_EQ(cursor.next(), &t.c);
  EXPECT_EQ(cursor.next(), nullptr);
  EXPECT_EQ(names(t.list), "abcd");
}

TEST(Cursor, DoesNotGiveAnElementTwiceThatWasMovedToTheEnd) {
  three t;
  intrusive_list<item>::cursor cursor(t.list);
  cursor.next();
  t.a.first.unlink();
  t.list.push_back(t.a.first);
  EXPECT_EQ(cursor.next(), &t.b);
  EXPECT_EQ(cursor.next(), &t.c);
  EXPECT_EQ(cursor.next(), nullptr);
}

TEST(Cursor, DoesNotSeeOtherCursors) {
  three t;
  intrusive_list<item>::cursor outer(t.list);
  std::string seen;
  while (const item* each = outer.next()) seen += each->name + names(t.list);
  EXPECT_EQ(seen, "aabcbabccabc");
}

TEST(Cursor, EndsWhenItsListIsDestroyed) {
  item a{'a'}, b{'b'};
  auto list = std::make_unique<intrusive_list<item>>();
  list->push_back(a.first);
  list->push_back(b.first);
  intrusive_list<item>::cursor cursor(*list);
  cursor.next();
  list.reset();
  EXPECT_EQ(cursor.next(), nullptr);
}

}  // namespace
}  // namespace uvnostr::base
