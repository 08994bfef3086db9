// SPDX-License-Identifier: MIT
#include <cstdio>
#include <fstream>

#include "loopback/net_fixture.hpp"

namespace uvnostr::test {
namespace {

using NetWorld = net_test;

struct alarm_recorder final : port::reactor_listener {
  void on_alarm() noexcept override { ++alarms; }
  void on_wake() noexcept override {
    ++wakes;
    when_woken();
  }
  unsigned alarms = 0;
  unsigned wakes = 0;
  std::function<void()> when_woken = [] {};
};

struct counted_work final : port::work {
  void run() noexcept override { ++runs; }
  void done() noexcept override { ++dones; }
  int runs = 0;
  int dones = 0;
};

TEST_F(NetWorld, AloneDoesNotKeepTheLoopAlive) {
  uv_run(&loop, UV_RUN_DEFAULT);
  SUCCEED() << "uv_run() returned";
}

TEST_F(NetWorld, KeepsTheLoopAliveWhileItIsHeld) {
  run_turns(3);
  world->reactor().hold_loop(true);
  EXPECT_NE(uv_loop_alive(&loop), 0);
  world->reactor().hold_loop(false);
  EXPECT_EQ(uv_loop_alive(&loop), 0);
}

TEST_F(NetWorld, KeepsTheLoopAliveWhileAConnectionLives) {
  recorder r;
  auto* connection = dial(r);
  server->on_frame = [](peer& p, const client_frame& f) { p.send(frame(8, f.payload)); };
  r.when_open = [&] { connection->close(1000, ""); };
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(r.disconnects, 1U);
}

TEST_F(NetWorld, KeepsNoLoopAliveWhenToldSo) {
  release();
  world = *net::open_world(&loop, false);
  recorder r;
  dial(r);
  run_until([&] { return r.opens == 1; });
  world->reactor().hold_loop(true);
  world->reactor().set_alarm(world->reactor().now() + std::chrono::hours(1));
  run_turns(5);
  EXPECT_EQ(uv_loop_alive(&loop), 0);
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(r.disconnects, 0U);
}

TEST_F(NetWorld, SharesTheLoopWithOtherWorlds) {
  auto* other = *net::open_world(&loop, true);
  recorder r;
  auto* connection = dial(r);
  run_until([&] { return r.opens == 1; });
  other->release();
  run_turns(20);
  server->on_frame = [](peer& p, const client_frame& f) { p.send(text_frame(f.payload)); };
  connection->send_text("still here");
  run_until([&] { return r.texts.size() == 1; });
}

TEST_F(NetWorld, IsMadeAnewWhileTheFormerContextEnds) {
  for (unsigned turns = 0; turns < 8; ++turns) {
    release();
    run_turns(turns);
    world = *net::open_world(&loop, true);
    recorder r;
    dial(r);
    run_until([&] { return r.opens == 1; });
  }
}

TEST_F(NetWorld, WakesOnceEachTimeWithoutWaiting) {
  alarm_recorder listener;
  world->attach(listener);
  world->reactor().hold_loop(true);
  world->reactor().wake_soon();
  world->reactor().wake_soon();
  EXPECT_EQ(listener.wakes, 0U);
  listener.when_woken = [&] {
    if (listener.wakes == 1) world->reactor().wake_soon();
  };
  // Nothing else is due, so if the loop waited, this would never return.
  uv_run(&loop, UV_RUN_ONCE);
  EXPECT_EQ(listener.wakes, 1U);
  uv_run(&loop, UV_RUN_ONCE);
  EXPECT_EQ(listener.wakes, 2U);
  run_turns(5);
  EXPECT_EQ(listener.wakes, 2U);
}

TEST_F(NetWorld, RaisesTheAlarmOnceAndNotBeforeItsTime) {
  alarm_recorder listener;
  world->attach(listener);
  auto& reactor = world->reactor();
  const auto at = reactor.now() + std::chrono::microseconds(10'500);
  reactor.set_alarm(reactor.now() + std::chrono::hours(1));
  reactor.set_alarm(at);
  run_until([&] {
    EXPECT_TRUE(listener.alarms == 0 || reactor.now() >= at);
    return listener.alarms == 1;
  });
  reactor.set_alarm(at);
  run_until([&] { return listener.alarms == 2; });
  reactor.set_alarm(at);
  reactor.clear_alarm();
  run_turns(5);
  EXPECT_EQ(listener.alarms, 2U);
}

TEST_F(NetWorld, IsSilentAfterItsRelease) {
  alarm_recorder listener;
  world->attach(listener);
  world->reactor().set_alarm(world->reactor().now());
  world->reactor().wake_soon();
  release();
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(listener.alarms + listener.wakes, 0U);
}

TEST_F(NetWorld, FinishesWorkAfterItsRelease) {
  counted_work first;
  counted_work second;
  ASSERT_TRUE(world->reactor().run_on_worker(first));
  run_until([&] { return first.dones == 1; });
  ASSERT_TRUE(world->reactor().run_on_worker(second));
  release();
  uv_run(&loop, UV_RUN_DEFAULT);
  EXPECT_EQ(first.runs + second.runs + first.dones + second.dones, 4);
}

TEST_F(NetWorld, GivesRandomBytes) {
  std::array<std::byte, 32> one{};
  std::array<std::byte, 32> two{};
  ASSERT_TRUE(world->reactor().random_bytes(one));
  ASSERT_TRUE(world->reactor().random_bytes(two));
  EXPECT_NE(one, two);
}

TEST_F(NetWorld, ChecksThatACaFileHoldsACertificate) {
  const std::string path = testing::TempDir() + "uvnostr_net_ca_" + std::to_string(uv_os_getpid()) + ".pem";
  options.ca_file = path;
  EXPECT_EQ(world->transport().check(options), errc::option_certificate);
  std::ofstream(path) << "no certificate in here\n";
  EXPECT_EQ(world->transport().check(options), errc::option_certificate);
  std::ofstream(path) << std::string(4090, '#') << "\n-----BEGIN CERTIFICATE-----\n";
  EXPECT_FALSE(world->transport().check(options));
  std::remove(path.c_str());
  options.ca_file.clear();
  EXPECT_FALSE(world->transport().check(options));
}

}  // namespace
}  // namespace uvnostr::test
