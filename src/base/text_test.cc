#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace postrider {
namespace {

using testing::ElementsAre;
using namespace std::string_view_literals;

TEST(Text, IsTrimmedAtBothEndsOnly) {
  EXPECT_EQ(trim(" \t\r\na b\n "), "a b");
  EXPECT_EQ(trim(" \n"), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Text, LowersOnlyAscii) {
  EXPECT_EQ(lower_ascii("ABC-ÄÖÜ z"), "abc-ÄÖÜ z");
  EXPECT_TRUE(equals_ignoring_case("SIZE", "size"));
  EXPECT_FALSE(equals_ignoring_case("SIZE", "sized"));
  EXPECT_FALSE(equals_ignoring_case("Ä", "ä"));
}

TEST(Text, IsSplitIntoAllItsPieces) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(Text, KnowsValidUtf8) {
  const struct {
    std::string_view text;
    bool valid;
  } rows[] = {
      {"plain", true},
      {"Zoë", true},
      {"\xE2\x82\xAC", true},
      {"\xF0\x9F\x93\xAE", true},
      {"\xF4\x8F\xBF\xBF", true},
      {"\0"sv, true},
      {"\x80", false},
      {"\xC0\xAF", false},
      {"\xC1\xBF", false},
      {"\xE0\x80\xAF", false},
      {"\xED\xA0\x80", false},
      {"\xF0\x80\x80\x80", false},
      {"\xF4\x90\x80\x80", false},
      {"\xF5\x80\x80\x80", false},
      {"\xE2\x82", false},
      {"a\xFFz", false},
  };
  for (const auto& row : rows)
    EXPECT_EQ(is_valid_utf8(row.text), row.valid) << testing::PrintToString(row.text);
}

TEST(Text, BecomesOnePrintableLine) {
  EXPECT_EQ(one_line("a\r\nb\tc\x7F"), "a  b c ");
  EXPECT_EQ(one_line("a\xFF"
                     "b"),
            "a?b");
  EXPECT_EQ(one_line("Zoë", 3), "Zo…");
  EXPECT_EQ(one_line("Zoë", 4), "Zoë");
}

RC_GTEST_PROP(Text, OfAnyBytesBecomesOneValidLineWithinItsLimit, (const std::string& text)) {
  const auto limit = *rc::gen::inRange<std::size_t>(0, 40);
  const std::string line = one_line(text, limit);
  RC_ASSERT(is_valid_utf8(line));
  RC_ASSERT(line.size() <= limit + std::string_view("…").size());
  RC_ASSERT(line.find_first_of("\r\n\t\0"sv) == line.npos);
}

}  // namespace
}  // namespace postrider
