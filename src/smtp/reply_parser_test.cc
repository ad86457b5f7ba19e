#include "smtp/reply_parser.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace postrider {
namespace {

using State = ReplyParser::State;

void put(ReplyParser& parser, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto space = parser.space();
    const auto size = std::min(space.size(), bytes.size());
    std::memcpy(space.data(), bytes.data(), size);
    parser.filled(size);
    bytes.remove_prefix(size);
  }
}

struct Row {
  const char* name;
  std::string bytes;
  State state;
  int code = 0;
  const char* enhanced = "";
  const char* text = "";
};

class ReplyTable : public testing::TestWithParam<Row> {};

TEST_P(ReplyTable, IsReadAsExpected) {
  const Row& row = GetParam();
  ReplyParser parser;
  put(parser, row.bytes);
  ASSERT_EQ(parser.next(), row.state);
  if (row.state != State::complete) return;
  EXPECT_EQ(parser.code(), row.code);
  const Reply reply = parser.reply();
  EXPECT_EQ(reply.code, row.code);
  EXPECT_EQ(reply.enhanced, row.enhanced);
  EXPECT_EQ(reply.text, row.text);
}

const std::string hundred_x = [] {
  std::string text = "x";
  for (int i = 1; i < 100; ++i) text += " x";
  return text;
}();

std::string many_lines(int count) {
  std::string all;
  for (int i = 1; i < count; ++i) all += "250-x\r\n";
  return all + "250 x\r\n";
}

INSTANTIATE_TEST_SUITE_P(
    Replies, ReplyTable,
    testing::Values(
        Row{"Plain", "250 Ok\r\n", State::complete, 250, "", "Ok"},
        Row{"CodeAlone", "250\r\n", State::complete, 250, "", ""},
        Row{"BareLf", "250 Ok\n", State::complete, 250, "", "Ok"},
        Row{"Enhanced", "550 5.1.1 No such user\r\n", State::complete, 550, "5.1.1", "No such user"},
        Row{"EnhancedOnEveryLine", "550-5.1.1 No such\r\n550 5.1.1 user\r\n", State::complete, 550, "5.1.1",
            "No such user"},
        Row{"ThreeLines", "250-a\r\n250-\r\n250 b\r\n", State::complete, 250, "", "a b"},
        Row{"NotUtf8", "250 caf\xe9\r\n", State::complete, 250, "", "caf?"},
        Row{"Utf8", "250 caf\xc3\xa9\r\n", State::complete, 250, "", "caf\xc3\xa9"},
        Row{"ControlCharacters", "250 a\x1b[31mb\r\n", State::complete, 250, "", "a [31mb"},
        Row{"Nothing", "", State::incomplete}, Row{"HalfALine", "250 O", State::incomplete},
        Row{"HalfAReply", "250-Ok\r\n", State::incomplete}, Row{"Http", "HTTP/1.1 400\r\n", State::garbage},
        Row{"TwoDigits", "25 Ok\r\n", State::garbage}, Row{"FourDigits", "2500 Ok\r\n", State::garbage},
        Row{"OneHundred", "150 Ok\r\n", State::garbage}, Row{"SixHundred", "600 Ok\r\n", State::garbage},
        Row{"EmptyLine", "\r\n", State::garbage}, Row{"CodesDiffer", "250-a\r\n550 b\r\n", State::garbage},
        Row{"LongLine", "250 " + std::string(2100, 'x') + "\r\n", State::garbage},
        Row{"LongLineWithoutEnd", "250 " + std::string(2100, 'x'), State::garbage},
        Row{"HundredLines", many_lines(100), State::complete, 250, "", hundred_x.c_str()},
        Row{"HundredAndOneLines", many_lines(101), State::garbage}),
    [](const auto& info) { return info.param.name; });

TEST(ReplyParser, ReadsSeveralRepliesThatCameTogether) {
  ReplyParser parser;
  put(parser, "250 a\r\n550 5.1.1 b\r\n354 c\r\n");
  EXPECT_EQ(parser.next(), State::complete);
  EXPECT_TRUE(parser.has_more());
  EXPECT_EQ(parser.code(), 250);
  EXPECT_EQ(parser.next(), State::complete);
  EXPECT_EQ(parser.code(), 550);
  EXPECT_EQ(parser.next(), State::complete);
  EXPECT_EQ(parser.code(), 354);
  EXPECT_FALSE(parser.has_more());
  EXPECT_EQ(parser.next(), State::incomplete);
}

TEST(ReplyParser, StaysGarbageOnceItIs) {
  ReplyParser parser;
  put(parser, "hello\r\n250 Ok\r\n");
  EXPECT_EQ(parser.next(), State::garbage);
  EXPECT_EQ(parser.next(), State::garbage);
  EXPECT_FALSE(parser.complaint().empty());
}

// SMTP-WIRE-08
TEST(ReplyParser, KeepsItsBoundsAgainstAnEndlessReply) {
  ReplyParser parser;
  const std::string line = "250-" + std::string(1500, 'x') + "\r\n";
  State state = State::incomplete;
  int lines = 0;
  while (state == State::incomplete && lines < 1000) {
    put(parser, line);
    state = parser.next();
    ++lines;
  }
  EXPECT_EQ(state, State::garbage);
  EXPECT_LT(lines, 50);
}

/// The same dialog cut at random places gives the same replies, however the reads fall.
TEST(ReplyParser, DoesNotCareHowTheBytesAreSplit) {
  std::mt19937 random(7);
  std::string dialog;
  std::vector<std::pair<int, std::string>> expected;
  for (int i = 0; i < 300; ++i) {
    const int code = 200 + static_cast<int>(random() % 400);
    std::string text;
    const int lines = 1 + static_cast<int>(random() % 4);
    for (int n = 1; n <= lines; ++n) {
      const std::string word(1 + random() % 200, static_cast<char>('a' + random() % 26));
      dialog += std::to_string(code) + (n < lines ? "-" : " ") + word + "\r\n";
      text += (n > 1 ? " " : "") + word;
    }
    expected.emplace_back(code, text);
  }
  for (int round = 0; round < 200; ++round) {
    ReplyParser parser;
    std::vector<std::pair<int, std::string>> found;
    for (std::string_view rest = dialog; !rest.empty();) {
      const auto size = std::min<std::size_t>(1 + random() % (round < 100 ? 5 : 700), rest.size());
      put(parser, rest.substr(0, size));
      rest.remove_prefix(size);
      State state;
      while ((state = parser.next()) == State::complete)
        found.emplace_back(parser.code(), parser.reply().text);
      ASSERT_EQ(state, State::incomplete);
    }
    ASSERT_EQ(found, expected);
  }
}

TEST(ReplyParser, SurvivesRandomBytes) {
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    ReplyParser parser;
    std::string bytes(random() % 300, '\0');
    for (char& c : bytes) c = "250- \r\n5.1x\xff"[random() % 12];
    put(parser, bytes);
    for (int i = 0; i < 100 && parser.next() == State::complete; ++i) (void)parser.reply();
  }
}

}  // namespace
}  // namespace postrider
