// SPDX-License-Identifier: MIT
// The same bytes give the same messages, however the network cuts them, over TCP and TLS. The bundled libwebsockets has
// a patch that passes on payloads where they were read; the system's processes byte after byte, and must agree.
#include <array>
#include <cstdlib>
#include <random>

#include <uvnostr/testing/relay.hpp>

#include "loopback/net_fixture.hpp"

namespace uvnostr::test {
namespace {

enum class carrier { tcp, tls };

constexpr unsigned text_opcode = 1;
constexpr unsigned more_opcode = 0;
constexpr unsigned binary_opcode = 2;
constexpr unsigned ping_opcode = 9;
constexpr unsigned pong_opcode = 10;

std::string letters(std::size_t size, std::size_t from = 0) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + ((i + from) * 7 + i / 251) % 26);
  return text;
}

/// Bytes, and the messages that they contain.
struct stream {
  std::string bytes;
  std::vector<std::string> texts;
  std::vector<std::size_t> binaries;
  unsigned pongs = 0;

  void text(const std::string& content) {
    bytes += text_frame(content);
    texts.push_back(content);
  }
  void binary(std::size_t size) {
    bytes += frame(binary_opcode, letters(size));
    binaries.push_back(size);
  }
  void ping(std::size_t size) { bytes += frame(ping_opcode, letters(size)); }
  void pong(std::size_t size) {
    bytes += frame(pong_opcode, letters(size));
    ++pongs;
  }
};

class NetReceive : public net_test, public ::testing::WithParamInterface<carrier> {
 protected:
  void SetUp() override {
    net_test::SetUp();
    auto started =
        uvnostr::testing::test_relay::start(&loop, {.tls = GetParam() == carrier::tls, .keep_loop_alive = false});
    ASSERT_TRUE(started) << started.error().message();
    relay_.emplace(std::move(started).value());
    options.ca_file = relay_->ca_file();
    options.max_message_bytes = 8U << 20;
  }
  void TearDown() override {
    release();
    relay_.reset();
    net_test::TearDown();
  }

  /// Sends these bytes to a new connection in pieces whose sizes next_piece() gives, each of which is read separately.
  template <class NextPiece>
  void expect_the_same(const stream& s, NextPiece next_piece) {
    recorder r;
    port::connection* const connection = dial(relay_->url("localhost"), r);
    run_until([&] { return r.opens == 1 && relay_->counters().open == 1; });
    ASSERT_EQ(relay_->counters().open, 1U);
    std::string_view left = s.bytes;
    while (!left.empty()) {
      const std::size_t size = std::min<std::size_t>(next_piece(), left.size());
      relay_->connections().front().send_raw(left.substr(0, size));
      left.remove_prefix(size);
      run_turns(2);
    }
    run_until([&] {
      return r.disconnects != 0 ||
             (r.texts.size() >= s.texts.size() && r.binaries.size() >= s.binaries.size() && r.pongs >= s.pongs);
    });
    EXPECT_EQ(r.disconnects, 0U) << r.last.cause.message();
    EXPECT_TRUE(r.texts == s.texts) << r.texts.size() << " texts instead of " << s.texts.size();
    EXPECT_EQ(r.binaries, s.binaries);
    EXPECT_EQ(r.pongs, s.pongs);
    if (r.disconnects == 0) connection->abort();
    run_until([&] { return relay_->counters().open == 0; });
  }

  std::optional<uvnostr::testing::test_relay> relay_;
};

/// Every kind of frame and of length field, and control frames between fragments.
stream every_kind() {
  stream s;
  s.text("");
  s.text("a");
  s.ping(0);
  s.text(letters(125));
  s.bytes += frame(text_opcode, "one ", false) + frame(ping_opcode, "now") + frame(more_opcode, "", false) +
             frame(pong_opcode, "") + frame(more_opcode, letters(126), true);
  s.texts.push_back("one " + letters(126));
  ++s.pongs;
  s.binary(3);
  s.text(letters(127, 5));
  s.pong(125);
  s.text("end");
  return s;
}

TEST_P(NetReceive, ACutAnywhereChangesNothing) {
  const stream s = every_kind();
  for (std::size_t cut = 1; cut < s.bytes.size() && !HasFailure(); ++cut) {
    SCOPED_TRACE(cut);
    bool first = true;
    expect_the_same(s, [&] { return std::exchange(first, false) ? cut : s.bytes.size(); });
  }
}

TEST_P(NetReceive, BytesOneByOneChangeNothing) {
  expect_the_same(every_kind(), [] { return std::size_t{1}; });
}

TEST_P(NetReceive, FramesAroundTheLimitsKeepTheirContent) {
  // The limits of the length field, of a TLS record, and of one read with the room for headers that libwebsockets
  // leaves.
  for (const std::size_t limit : std::initializer_list<std::size_t>{126, 4096, 16'384, 65'536, 131'072}) {
    for (const std::size_t before : std::initializer_list<std::size_t>{0, 1, 2, 15, 16}) {
      stream s;
      for (std::size_t size = limit - 20; size <= limit + 6 && size >= limit - 20; ++size) {
        if (before != 0) s.text(letters(before));
        s.text(letters(size, size));
      }
      SCOPED_TRACE(limit);
      SCOPED_TRACE(before);
      expect_the_same(s, [] { return ~std::size_t{0}; });
      if (HasFailure()) return;
    }
  }
}

stream random_stream(std::mt19937_64& random) {
  constexpr std::array<std::size_t, 6> limits{2, 130, 700, 5000, 70'000, 200'000};
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const auto any_size = [&] { return below(limits[below(limits.size())]); };
  stream s;
  for (auto messages = 1 + below(12); messages != 0; --messages) {
    switch (below(8)) {
      case 0: s.binary(any_size()); break;
      case 1: s.ping(below(126)); break;
      case 2: s.pong(below(126)); break;
      case 3: {
        std::string whole = letters(any_size(), below(26));
        s.bytes += frame(text_opcode, whole, false);
        for (auto parts = below(5); parts != 0; --parts) {
          if (below(2) == 0) s.ping(below(126));
          if (below(4) == 0) s.pong(below(126));
          const std::string part = letters(any_size(), below(26));
          s.bytes += frame(more_opcode, part, false);
          whole += part;
        }
        s.bytes += frame(more_opcode, "", true);
        s.texts.push_back(std::move(whole));
        break;
      }
      default: s.text(letters(any_size(), below(26)));
    }
  }
  s.text("end");
  return s;
}

TEST_P(NetReceive, RandomStreamsInRandomPiecesSayTheSame) {
  const char* const asked = std::getenv("UVNOSTR_STREAMS");
  const unsigned long count = asked != nullptr ? std::strtoul(asked, nullptr, 10) : 100;
  for (unsigned long seed = 1; seed <= count && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const stream s = random_stream(random);
    const std::size_t usual = std::size_t{1} << static_cast<unsigned>(4 + random() % 14);
    // At most some hundred pieces, because tiny ones would take for ever.
    const std::size_t least = s.bytes.size() / 300 + 1;
    expect_the_same(s, [&] { return least + static_cast<std::size_t>(random() % usual); });
  }
}

INSTANTIATE_TEST_SUITE_P(Over, NetReceive, ::testing::Values(carrier::tcp, carrier::tls),
                         [](const auto& each) { return each.param == carrier::tcp ? "Tcp" : "Tls"; });

}  // namespace
}  // namespace uvnostr::test
