#include "campaign/sheet_source.h"

#include <gtest/gtest.h>

#include <deque>

namespace postrider {
namespace {

using Cells = std::deque<std::vector<std::string>>;

class Grid : public SheetRows {
 public:
  explicit Grid(Cells rows) : rows_(std::move(rows)) {}
  bool next(std::vector<std::string>& cells) override {
    if (rows_.empty()) return false;
    cells = std::move(rows_.front());
    rows_.pop_front();
    return true;
  }

 private:
  Cells rows_;
};

std::unique_ptr<RecipientSource> source(Cells rows, std::int64_t first_row = 1,
                                        SheetListOptions options = {}) {
  return make_sheet_source(std::make_unique<Grid>(std::move(rows)), first_row, "Leads", std::move(options));
}

TEST(SheetSource, KeepsTheSheetsRowNumbersAndFillsWhatIsLeftOut) {
  const auto list =
      source({{"Email", "Name", "Company"}, {"a@x.example", "Ana"}, {}, {"", " "}, {"b@x.example"}}, 3);
  EXPECT_EQ(*list->headers(), (std::vector<std::string>{"Email", "Name", "Company"}));
  const auto first = list->next();
  EXPECT_EQ((*first)->row, 4);
  EXPECT_EQ((*first)->values, (std::vector<std::string>{"a@x.example", "Ana", ""}));
  const auto second = list->next();
  EXPECT_EQ((*second)->row, 7);
  EXPECT_EQ((*second)->values, (std::vector<std::string>{"b@x.example", "", ""}));
  EXPECT_FALSE(list->next()->has_value());
}

TEST(SheetSource, NamesColumnsAsCsvDoes) {
  EXPECT_EQ(*source({{"Email", "", "EMAIL"}})->headers(),
            (std::vector<std::string>{"Email", "column 2", "EMAIL (2)"}));
}

TEST(SheetSource, NeedsAHeader) {
  for (const auto& rows : {Cells{}, Cells{{}}, Cells{{"", " "}, {"a@x.example"}}}) {
    const auto list = source(rows);
    EXPECT_EQ(list->headers().error().code, "no_header");
    EXPECT_EQ(list->next().error().code, "no_header");
  }
}

TEST(SheetSource, AnErrorInACellSpoilsItsRow) {
  const auto list = source({{"Email", "Company"},
                            {"a@x.example", "#REF!"},
                            {"#N/A"},
                            {"b@x.example", "REF"},
                            {"c@x.example", "x", "", "y"}});
  EXPECT_EQ((*list->next())->problem, "the cell under \"Company\" shows #REF!");
  EXPECT_EQ((*list->next())->problem, "the cell under \"Email\" shows #N/A");
  EXPECT_EQ((*list->next())->problem, "");
  EXPECT_EQ((*list->next())->problem, "the row has 4 cells, the header has 2");
}

TEST(SheetSource, LeavesMarkedRowsOutIfAsked) {
  const Cells rows{{"Email", "email status"}, {"a@x.example", "Sent"}, {"b@x.example"}};
  const auto all = source(rows, 1, {.status_header = "Email Status"});
  EXPECT_EQ((*all->next())->problem, "");
  const auto some = source(rows, 1, {.status_header = "Email Status", .only_unmarked = true});
  EXPECT_EQ((*some->next())->problem, "it has a status already: Sent");
  EXPECT_EQ((*some->next())->problem, "");
}

}  // namespace
}  // namespace postrider
