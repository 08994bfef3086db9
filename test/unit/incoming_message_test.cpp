// SPDX-License-Identifier: MIT
#include <string>

#include <gtest/gtest.h>

#include "net/incoming_message.hpp"

namespace uvnostr::net {
namespace {

using outcome = incoming_message::outcome;

constexpr std::size_t max_bytes = 10;

message_piece text_piece(std::string_view bytes, std::size_t rest_of_frame = 0, bool is_last_frame = true) {
  return {bytes, rest_of_frame, is_last_frame, false};
}
message_piece binary_piece(std::string_view bytes, std::size_t rest_of_frame = 0, bool is_last_frame = true) {
  return {bytes, rest_of_frame, is_last_frame, true};
}

struct IncomingMessage : ::testing::Test {
  spare_texts spares;
  incoming_message message{spares, max_bytes};
};

TEST_F(IncomingMessage, IsNotCopiedIfItComesWhole) {
  const std::string_view bytes = "one piece";
  ASSERT_EQ(message.add(text_piece(bytes)), outcome::text);
  EXPECT_EQ(message.text().data(), bytes.data());
  EXPECT_EQ(message.text(), bytes);
}

TEST_F(IncomingMessage, IsJoinedFromPiecesOfAFrameAndFromFrames) {
  EXPECT_EQ(message.add(text_piece("ab", 2, false)), outcome::incomplete);
  EXPECT_EQ(message.add(text_piece("cd", 0, false)), outcome::incomplete);
  ASSERT_EQ(message.add(text_piece("ef")), outcome::text);
  EXPECT_EQ(message.text(), "abcdef");
  message.done_with_text();
  ASSERT_EQ(message.add(text_piece("", 1)), outcome::incomplete);
  ASSERT_EQ(message.add(text_piece("z")), outcome::text);
  EXPECT_EQ(message.text(), "z");
}

TEST_F(IncomingMessage, MayBeEmpty) {
  EXPECT_EQ(message.add(text_piece("")), outcome::text);
  EXPECT_EQ(message.text(), "");
  EXPECT_EQ(message.add(binary_piece("")), outcome::binary);
  EXPECT_EQ(message.size(), 0U);
}

TEST_F(IncomingMessage, OfBytesIsOnlyCounted) {
  EXPECT_EQ(message.add(binary_piece("abc", 1, false)), outcome::incomplete);
  EXPECT_EQ(message.add(binary_piece("d", 0, false)), outcome::incomplete);
  ASSERT_EQ(message.add(binary_piece("e")), outcome::binary);
  EXPECT_EQ(message.size(), 5U);
}

TEST_F(IncomingMessage, IsReadPastWhereItIsTooBig) {
  const std::string first(3'000, 'a');
  const std::string last(3'000, 'z');
  incoming_message large(spares, 5'000);
  EXPECT_EQ(large.add(text_piece(first, 3'000)), outcome::incomplete);
  ASSERT_EQ(large.add(text_piece(last)), outcome::passed);
  EXPECT_EQ(large.size(), 6'000U);
  EXPECT_EQ(large.beginning(), first.substr(0, incoming_message::kept_bytes));
  EXPECT_EQ(large.end(), last.substr(0, incoming_message::kept_bytes));
  large.done_with_text();
  ASSERT_EQ(large.add(text_piece("short")), outcome::text);
  EXPECT_EQ(large.text(), "short");
}

TEST_F(IncomingMessage, IsReadPastWhereItTurnsOutTooBig) {
  EXPECT_EQ(message.add(text_piece("0123456789", 0, false)), outcome::incomplete);
  EXPECT_EQ(message.add(text_piece("abc", 0, false)), outcome::incomplete);
  ASSERT_EQ(message.add(text_piece("")), outcome::passed);
  EXPECT_EQ(message.beginning(), "0123456789abc");
  EXPECT_EQ(message.end(), "0123456789abc");
}

TEST_F(IncomingMessage, IsRefusedByItsHeaderWhereItIsFarTooBig) {
  constexpr std::size_t most = max_bytes * incoming_message::most_passed;
  EXPECT_EQ(message.add(text_piece("", most)), outcome::incomplete);
  incoming_message other(spares, max_bytes);
  EXPECT_EQ(other.add(text_piece("", most + 1)), outcome::too_big);
  EXPECT_EQ(other.add(binary_piece("a", most)), outcome::too_big);
}

TEST_F(IncomingMessage, IsRefusedWhereItsFramesAreFarTooBigTogether) {
  constexpr std::size_t most = max_bytes * incoming_message::most_passed;
  for (const auto& piece : {&text_piece, &binary_piece}) {
    incoming_message other(spares, max_bytes);
    EXPECT_EQ(other.add(piece("123456", 0, false)), outcome::incomplete);
    EXPECT_EQ(other.add(piece("", most - 5, true)), outcome::too_big);
  }
}

TEST_F(IncomingMessage, GivesItsBufferBack) {
  EXPECT_EQ(message.add(text_piece("a", 1)), outcome::incomplete);
  EXPECT_EQ(message.add(text_piece("b")), outcome::text);
  const char* const buffer = message.text().data();
  message.done_with_text();
  EXPECT_EQ(spares.take().data(), buffer);
}

}  // namespace
}  // namespace uvnostr::net
