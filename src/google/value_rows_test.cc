#include "google/value_rows.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// The rows of a JSON that arrives in pieces of this size; nothing: it is not taken.
std::optional<Rows> rows_of(std::string_view json, std::size_t piece = 1 << 20) {
  ValueRows rows;
  for (std::size_t at = 0; at < json.size(); at += piece) {
    if (!rows.take(json.substr(at, piece))) return std::nullopt;
  }
  if (!rows.finish()) return std::nullopt;
  Rows all;
  std::vector<std::string> cells;
  while (rows.next(cells)) all.push_back(cells);
  return all;
}

constexpr std::string_view kSheet =
    R"({"range":"Leads!A1:C9","majorDimension":"ROWS","values":[["Email","Größe","a\"b\n\u20ac\ud83d\ude00"],[],["x",5,-1.5e3,true,null,"y",""]]})";

TEST(ValueRows, AreTheCellsWhereverTheJsonIsCut) {
  const Rows expected{{"Email", "Größe", "a\"b\n€😀"}, {}, {"x", "5", "-1.5e3", "TRUE", "", "y"}};
  for (std::size_t piece = 1; piece <= kSheet.size(); ++piece)
    EXPECT_EQ(rows_of(kSheet, piece), expected) << piece;
}

TEST(ValueRows, AreNoneWhereThereAreNone) {
  EXPECT_EQ(rows_of(R"({"range":"A1:B2","majorDimension":"ROWS"})"), Rows{});
  EXPECT_EQ(rows_of(R"({"values":[]})"), Rows{});
  EXPECT_EQ(rows_of("{}"), Rows{});
  EXPECT_EQ(rows_of(R"({"other":{"values":[["x"]]},"more":[1,[2]]})"), Rows{});
}

TEST(ValueRows, AreNotTakenFromAnythingElse) {
  for (const std::string_view json :
       {"", "<html>", "[]", "[[\"a\"]]", "{\"values\":[[\"a\"", "{\"values\":[\"a\"]}",
        "{\"values\":[[[\"a\"]]]}", "{\"values\":[[{\"a\":1}]]}", "{\"values\":{\"a\":1}}",
        "{\"values\":\"a\"}", "{\"values\":[[\"a\"]]}{}", "{\"values\":[[\"\xff\"]]}", "null", "5"})
    EXPECT_FALSE(rows_of(json)) << json;
  EXPECT_FALSE(rows_of("{\"values\":[[\"" + std::string(2 << 20, 'x') + "\"]]}"));
}

}  // namespace
}  // namespace postrider
