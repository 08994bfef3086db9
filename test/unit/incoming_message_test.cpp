// SPDX-License-Identifier: MIT
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

TEST_F(IncomingMessage, IsRefusedByItsHeaderWhereItIsTooBig) {
  EXPECT_EQ(message.add(text_piece("", max_bytes)), outcome::incomplete);
  incoming_message other(spares, max_bytes);
  EXPECT_EQ(other.add(text_piece("", max_bytes + 1)), outcome::too_big);
  EXPECT_EQ(other.add(binary_piece("a", max_bytes)), outcome::too_big);
}

TEST_F(IncomingMessage, IsRefusedWhereItsFramesAreTooBigTogether) {
  for (const auto& piece : {&text_piece, &binary_piece}) {
    incoming_message other(spares, max_bytes);
    EXPECT_EQ(other.add(piece("123456", 0, false)), outcome::incomplete);
    EXPECT_EQ(other.add(piece("", 5, true)), outcome::too_big);
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
