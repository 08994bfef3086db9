// SPDX-License-Identifier: MIT
// Messages of real relays, if UVNOSTR_REAL_MESSAGES names a file with one per line.
#include <cstdlib>
#include <fstream>
#include <map>

#include "loopback/loop_fixture.hpp"

namespace uvnostr {
namespace {

class RealMessages : public LoopTest {};

TEST_F(RealMessages, ComeThroughOnceByteForByte) {
  const char* const file = std::getenv("UVNOSTR_REAL_MESSAGES");
  if (file == nullptr) GTEST_SKIP() << "UVNOSTR_REAL_MESSAGES names no file";
  test_relay r = start();
  std::map<std::string, std::string> expected;  // by id
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto begin = line.find(",{");
    const auto end = line.rfind('}');
    if (!line.starts_with(R"(["EVENT")") || begin == std::string::npos || end == std::string::npos) continue;
    const result<event> e = event::parse(std::string_view(line).substr(begin + 1, end - begin));
    if (!e || e->verify()) continue;
    if (expected.emplace(e->id().to_hex(), e->json()).second) r.add(*e);
  }
  ASSERT_FALSE(expected.empty());
  std::map<std::string, std::string> delivered;
  subscription_callbacks callbacks = noting();
  callbacks.on_event = [&](relay_id, const event_view& e) {
    EXPECT_TRUE(delivered.emplace(e.id().to_hex(), e.json()).second) << "twice: " << e.json();
  };
  pool p = make_pool(quick({r.url()}));
  const subscription s = *p.subscribe(filter{}, std::move(callbacks));
  ASSERT_TRUE(until([this] { return eoses == 1; }));
  EXPECT_EQ(delivered, expected);
  EXPECT_EQ(p.stats().verified, expected.size());
  RecordProperty("events", static_cast<int>(expected.size()));
  std::printf("%zu events of real relays, each once, byte for byte\n", expected.size());
  close(p);
}

}  // namespace
}  // namespace uvnostr
