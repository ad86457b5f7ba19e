#include "campaign/formula_cell.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace postrider {
namespace {

TEST(FormulaCell, IsWhatASpreadsheetWouldCalculate) {
  const std::string_view formulas[] = {"=1+1",
                                       "+49 30 1234",
                                       "-5",
                                       "@SUM(A1)",
                                       "\t=1",
                                       "\rx",
                                       "\tx",
                                       "  =1",
                                       " \n @x",
                                       "\n=1",
                                       "\v-1",
                                       "\xC2\xA0=1",
                                       "\xC2\xA0 +1",
                                       "\xE2\x80\x8B@",
                                       "\xE3\x80\x80=1",
                                       "\xEF\xBB\xBF=1",
                                       "\xEF\xBC\x9D"
                                       "1",
                                       " \xEF\xBC\xA0SUM",
                                       "=",
                                       "=cmd|' /C calc'!A0"};
  for (const auto cell : formulas) {
    EXPECT_TRUE(looks_like_formula(cell)) << cell;
    EXPECT_EQ(guarded(cell), "'" + std::string(cell));
  }
  for (const std::string_view cell :
       {"", "   ", "a=b", "ana@example.com", "'quoted", "O'Neill", "\n", "1-2", "\xC2\xA9="}) {
    EXPECT_FALSE(looks_like_formula(cell)) << cell;
    EXPECT_EQ(guarded(cell), cell);
    EXPECT_EQ(unguarded(cell), cell);
  }
}

TEST(FormulaCell, KeepsApostrophesThatWereThere) {
  EXPECT_EQ(guarded("'=1"), "''=1");
  EXPECT_EQ(unguarded("''=1"), "'=1");
  EXPECT_EQ(unguarded("'+49 30 1234"), "+49 30 1234");
  EXPECT_EQ(unguarded("'tis"), "'tis");
}

RC_GTEST_PROP(FormulaCell, ComesBackWhateverItHolds, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "'", "=", "+", "-", "@", "\t", "\r", "\n", " ", "\xC2\xA0", "\xEF\xBC\x8B", "a", "1"));
  std::string cell;
  for (const auto& piece : pieces) cell += piece;
  RC_ASSERT(unguarded(guarded(cell)) == cell);
  RC_ASSERT(!looks_like_formula(guarded(cell)));
}

}  // namespace
}  // namespace postrider
