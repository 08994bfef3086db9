// SPDX-License-Identifier: MIT
#include "base/timer_queue.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace uvnostr::base {
namespace {

using std::chrono::microseconds;

/// A timer with an action, which records its number when it fires.
struct alarm {
  alarm(int number_, std::vector<int>& fired_) : number(number_), fired(fired_) {}
  void fire() noexcept {
    fired.push_back(number);
    if (action) action();
  }
  int number;
  std::vector<int>& fired;
  std::function<void()> action;
  base::timer timer = base::timer::calling<&alarm::fire>(*this);
};

struct TimerQueue : testing::Test {
  alarm& make() {
    alarms.push_back(std::make_unique<alarm>(static_cast<int>(alarms.size()), fired));
    return *alarms.back();
  }
  std::vector<int> fired;
  timer_queue queue;
  std::vector<std::unique_ptr<alarm>> alarms;
};

TEST_F(TimerQueue, FiresWhatIsDueInTheOrderOfTheDeadlines) {
  queue.schedule(make().timer, microseconds(30));
  queue.schedule(make().timer, microseconds(10));
  queue.schedule(make().timer, microseconds(20));
  queue.schedule(make().timer, microseconds(31));
  queue.run_due(microseconds(30));
  EXPECT_EQ(fired, (std::vector{1, 2, 0}));
  EXPECT_EQ(queue.next_deadline(), microseconds(31));
}

TEST_F(TimerQueue, FiresTimersOfOneDeadlineInTheOrderOfTheirScheduling) {
  for (int i = 0; i < 5; ++i) queue.schedule(make().timer, microseconds(1));
  queue.schedule(alarms[0]->timer, microseconds(1));
  queue.run_due(microseconds(1));
  EXPECT_EQ(fired, (std::vector{1, 2, 3, 4, 0}));
}

TEST_F(TimerQueue, FiresATimerOnce) {
  alarm& a = make();
  queue.schedule(a.timer, microseconds(1));
  queue.run_due(microseconds(1));
  queue.run_due(microseconds(2));
  EXPECT_EQ(fired, std::vector{0});
  EXPECT_FALSE(a.timer.is_scheduled());
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.next_deadline());
}

TEST_F(TimerQueue, ForgetsATimerThatIsCancelled) {
  alarm& a = make();
  queue.schedule(a.timer, microseconds(1));
  a.timer.cancel();
  queue.run_due(microseconds(1));
  EXPECT_TRUE(fired.empty());
}

TEST_F(TimerQueue, ForgetsATimerThatIsDestroyed) {
  queue.schedule(make().timer, microseconds(1));
  alarms.clear();
  queue.run_due(microseconds(1));
  EXPECT_TRUE(fired.empty());
}

TEST_F(TimerQueue, CancelsItsTimersWhenItIsDestroyed) {
  alarm& a = make();
  {
    timer_queue other;
    other.schedule(a.timer, microseconds(1));
  }
  EXPECT_FALSE(a.timer.is_scheduled());
}

TEST_F(TimerQueue, DoesNotFireADueTimerThatAnotherOneCancelled) {
  alarm& a = make();
  alarm& b = make();
  a.action = [&] { b.timer.cancel(); };
  queue.schedule(a.timer, microseconds(1));
  queue.schedule(b.timer, microseconds(2));
  queue.run_due(microseconds(5));
  EXPECT_EQ(fired, std::vector{0});
}

TEST_F(TimerQueue, SurvivesADueTimerThatAnotherOneDestroyed) {
  alarm& a = make();
  make();
  a.action = [&] { alarms[1].reset(); };
  queue.schedule(a.timer, microseconds(1));
  queue.schedule(alarms[1]->timer, microseconds(2));
  queue.run_due(microseconds(5));
  EXPECT_EQ(fired, std::vector{0});
  EXPECT_TRUE(queue.empty());
}

TEST_F(TimerQueue, SurvivesATimerThatDestroysItself) {
  alarm& a = make();
  queue.schedule(a.timer, microseconds(1));
  // The action is moved out first, because destroying a running closure is not the queue's concern.
  a.action = [this] {
    const auto keep = std::move(alarms[0]->action);
    alarms[0].reset();
  };
  queue.run_due(microseconds(1));
  EXPECT_EQ(fired, std::vector{0});
}

TEST_F(TimerQueue, FiresATimerThatWasMovedToLaterOnlyThen) {
  alarm& a = make();
  alarm& b = make();
  a.action = [&] { queue.schedule(b.timer, microseconds(9)); };
  queue.schedule(a.timer, microseconds(1));
  queue.schedule(b.timer, microseconds(2));
  queue.run_due(microseconds(5));
  EXPECT_EQ(fired, std::vector{0});
  queue.run_due(microseconds(9));
  EXPECT_EQ(fired, (std::vector{0, 1}));
}

TEST_F(TimerQueue, LeavesATimerThatSchedulesItselfForThePastToTheNextCall) {
  alarm& a = make();
  a.action = [&] { queue.schedule(a.timer, microseconds(0)); };
  queue.schedule(a.timer, microseconds(1));
  queue.run_due(microseconds(5));
  EXPECT_EQ(fired, std::vector{0});
  EXPECT_EQ(queue.next_deadline(), microseconds(0));
  queue.run_due(microseconds(5));
  EXPECT_EQ(fired, (std::vector{0, 0}));
}

TEST_F(TimerQueue, BehavesLikeASortedListUnderRandomUse) {
  const auto seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  struct entry {
    microseconds deadline;
    int order;
    int number;
  };
  std::vector<entry> oracle;
  const auto forget = [&](int number) { std::erase_if(oracle, [&](const entry& e) { return e.number == number; }); };
  for (int i = 0; i < 50; ++i) make();

  microseconds now{0};
  for (int step = 0; step < 100'000; ++step) {
    const int number = static_cast<int>(random() % alarms.size());
    switch (random() % 8) {
      case 0: {
        now += microseconds(random() % 20);
        std::sort(oracle.begin(), oracle.end(), [](const entry& a, const entry& b) {
          return a.deadline != b.deadline ? a.deadline < b.deadline : a.order < b.order;
        });
        std::vector<int> expected;
        for (const entry& e : oracle) {
          if (e.deadline <= now) expected.push_back(e.number);
        }
        std::erase_if(oracle, [&](const entry& e) { return e.deadline <= now; });
        fired.clear();
        queue.run_due(now);
        ASSERT_EQ(fired, expected) << step;
        break;
      }
      case 1:
      case 2:
        alarms[static_cast<std::size_t>(number)]->timer.cancel();
        forget(number);
        break;
      default: {
        const microseconds deadline = now + microseconds(random() % 100);
        queue.schedule(alarms[static_cast<std::size_t>(number)]->timer, deadline);
        forget(number);
        oracle.push_back({deadline, step, number});
      }
    }
    const auto first = std::min_element(oracle.begin(), oracle.end(),
                                        [](const entry& a, const entry& b) { return a.deadline < b.deadline; });
    const auto expected = first == oracle.end() ? std::nullopt : std::optional(first->deadline);
    ASSERT_EQ(queue.next_deadline(), expected) << step;
  }
}

}  // namespace
}  // namespace uvnostr::base
