#include "campaign/sheet_place.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

const std::string kId = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms";

TEST(SheetPlace, IsAnIdOrTheAddressInTheBrowser) {
  const auto start = "https://docs.google.com/spreadsheets/d/" + kId;
  EXPECT_EQ(parse_sheet_place(" " + kId + "\n")->id, kId);
  for (const auto& text : {start, start + "/", start + "/edit", start + "/edit?usp=sharing",
                           "https://docs.google.com/spreadsheets/u/0/d/" + kId + "/edit"}) {
    const auto place = parse_sheet_place(text);
    ASSERT_TRUE(place) << text;
    EXPECT_EQ(place->id, kId);
    EXPECT_FALSE(place->tab);
  }
  EXPECT_EQ(parse_sheet_place(start + "/edit#gid=0")->tab, 0);
  EXPECT_EQ(parse_sheet_place(start + "/edit?gid=123#gid=456")->tab, 123);
  EXPECT_EQ(parse_sheet_place(start + "/edit?usp=x&gid=7")->tab, 7);
  EXPECT_FALSE(parse_sheet_place(start + "/edit?mygid=7")->tab);
}

TEST(SheetPlace, IsNothingElse) {
  for (const auto& text :
       {std::string(), std::string("short"), std::string(101, 'a'), "../" + kId, kId + "/../x",
        "http://docs.google.com/spreadsheets/d/" + kId, "https://evil.example/spreadsheets/d/" + kId,
        "https://docs.google.com.evil.example/spreadsheets/d/" + kId,
        "https://docs.google.com@evil.example/spreadsheets/d/" + kId,
        "https://docs.google.com/document/d/" + kId,
        std::string("https://docs.google.com/spreadsheets/d/../../x"), "file:///" + kId, kId + "?x=1",
        kId + "\nabc", kId + "%2f.."}) {
    const auto place = parse_sheet_place(text);
    ASSERT_FALSE(place) << text;
    EXPECT_EQ(place.error().code, "bad_sheet_id");
  }
}

SheetRange range(std::string tab, std::int64_t row, std::int64_t column, std::optional<std::int64_t> last_row,
                 std::optional<std::int64_t> last_column) {
  return {.tab = std::move(tab),
          .first_row = row,
          .first_column = column,
          .last_row = last_row,
          .last_column = last_column};
}

TEST(SheetRange, IsReadAsPeopleWriteIt) {
  const std::pair<std::string, SheetRange> good[] = {
      {"A:Z", range("", 1, 1, {}, 26)},
      {"a:az", range("", 1, 1, {}, 52)},
      {"Leads!A3:F", range("Leads", 3, 1, {}, 6)},
      {"Leads!A3:F100", range("Leads", 3, 1, 100, 6)},
      {"'My tab'!A:Z", range("My tab", 1, 1, {}, 26)},
      {"'It''s!'!B2:C", range("It's!", 2, 2, {}, 3)},
      {"$A$1:$C$9", range("", 1, 1, 9, 3)},
      {"3:9", range("", 3, 1, 9, {})},
      {"B2", range("", 2, 2, 2, 2)},
      {"Leads", range("Leads", 1, 1, {}, {})},
      {"'A1'", range("A1", 1, 1, {}, {})},
      {"Größe 2026!A:B", range("Größe 2026", 1, 1, {}, 2)},
  };
  for (const auto& [text, expected] : good) {
    const auto read = parse_sheet_range(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, expected) << text;
  }
}

TEST(SheetRange, SaysWhatItIsNot) {
  for (const auto& text :
       {"", "A:Z:B", "Leads!A:Z!B", "!A:Z", "Leads!", "'Leads!A:Z", "'Leads'A:Z", "''!A:Z", "Z:A", "A9:A3",
        "A0:B", "AAAA:B", "A:\nB", "Leads!Q", "Leads!R1C1:R2C2x", "A1:99999999999999999999"}) {
    const auto read = parse_sheet_range(text);
    EXPECT_FALSE(read) << text;
    if (!read) EXPECT_EQ(read.error().code, "bad_sheet_range");
  }
}

TEST(SheetRange, IsWrittenForTheApi) {
  EXPECT_EQ(to_a1(range("It's", 3, 1, {}, 6)), "'It''s'!A3:F");
  EXPECT_EQ(to_a1(range("Leads", 1, 28, 9, 28)), "'Leads'!AB1:AB9");
  EXPECT_EQ(to_a1(range("", 1, 1, {}, {})), "A1:ZZZ");
  EXPECT_EQ(column_letters(1), "A");
  EXPECT_EQ(column_letters(26), "Z");
  EXPECT_EQ(column_letters(27), "AA");
  EXPECT_EQ(column_letters(702), "ZZ");
  EXPECT_EQ(column_letters(703), "AAA");
  EXPECT_EQ(column_letters(18'278), "ZZZ");
}

}  // namespace
}  // namespace postrider
