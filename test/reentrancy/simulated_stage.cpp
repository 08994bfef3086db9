// SPDX-License-Identifier: MIT
#include "reentrancy/simulated_stage.hpp"

#include <uvnostr/testing/events.hpp>

namespace uvnostr {

namespace {

constexpr std::string_view first_url = "ws://first.test";

const std::vector<event>& stored_events() {
  static const std::vector<event> events{testing::make_event("one"), testing::make_event("two")};
  return events;
}

}  // namespace

simulated_stage::simulated_stage(verification mode) : mode_(mode) { world_.workers_stopped = true; }

simulated_stage::~simulated_stage() {
  if (core_) core_->destroy();
}

error simulated_stage::make(pool_callbacks callbacks) {
  pool_options options;
  options.relays = {std::string(first_url), "ws://second.test"};
  options.relay_defaults.reconnect.jitter = 0;
  options.verification = mode_;
  result<base::ref<pool_core>> made = pool_core::make(faults_, std::move(options), std::move(callbacks));
  if (!made) return made.error();
  core_ = std::move(made).value();
  return {};
}

bool simulated_stage::step() {
  if (world_.work_waiting() != 0) {
    world_.finish_work();
    return true;
  }
  world_.settle();
  if (world_.work_waiting() != 0 || serve()) return true;
  if (world_.released || !world_.alarm()) return false;
  world_.advance(*world_.alarm() - world_.now());
  return true;
}

bool simulated_stage::serve() {
  sides_.resize(world_.connections.size());
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    if (world_.connections[i]->alive() && serve(*world_.connections[i], sides_[i])) return true;
  }
  return false;
}

bool simulated_stage::serve(fake::fake_connection& at, relay_side& side) {
  const bool is_first = at.url.starts_with(first_url);
  if (!std::exchange(side.open, true)) {
    at.open();
    return true;
  }
  if (at.blocked) {
    at.writable();
    return true;
  }
  if (at.close_code != 0) {
    at.end({.cause = {}, .detail = {}, .close_code = at.close_code, .retry_after = {}});
    return true;
  }
  if (is_first && std::exchange(drop_is_due_, false)) {
    at.drop();
    return true;
  }
  if (is_first && std::exchange(notice_is_due_, false)) side.to_send.push_back(R"(["NOTICE","hello"])");
  for (const std::string& message : at.take_sent()) answer(message, side);
  if (std::exchange(at.pings, 0U) != 0) {
    at.pong();
    return true;
  }
  if (side.to_send.empty() || at.paused) return false;
  const std::string frame = std::move(side.to_send.front());
  side.to_send.pop_front();
  at.text(frame);
  return true;
}

void simulated_stage::answer(std::string_view message, relay_side& side) {
  if (message.starts_with(R"(["REQ",")")) {
    const std::string id(message.substr(8, message.find('"', 8) - 8));
    if (std::exchange(refusal_is_due_, false)) {
      side.to_send.push_back(R"(["CLOSED",")" + id + R"(","blocked: not this one"])");
      return;
    }
    for (const event& e : stored_events()) side.to_send.push_back(R"(["EVENT",")" + id + "\"," + std::string(e.json()) + "]");
    side.to_send.push_back(R"(["EOSE",")" + id + "\"]");
  } else if (message.starts_with(R"(["EVENT",)")) {
    const result<event> e = event::parse(message.substr(9, message.size() - 10));
    ASSERT_TRUE(e) << message;
    side.to_send.push_back(R"(["OK",")" + e->id().to_hex() + R"(",true,""])");
  } else {
    EXPECT_TRUE(message.starts_with(R"(["CLOSE",)")) << message;
  }
}

void simulated_stage::leave() {
  while (step()) {
  }
  EXPECT_TRUE(world_.released);
  EXPECT_EQ(world_.work_waiting(), 0U);
  for (const auto& each : world_.connections) EXPECT_FALSE(each->alive()) << each->url;
}

}  // namespace uvnostr
