#include "dispatch/grouping.h"

#include <gtest/gtest.h>

namespace postrider {
namespace {

TEST(Grouping, HalfOfTheSessionsGoFirstWhereAllOfThemCameBackTogether) {
  struct Row {
    const char* name;
    WaitingWords waiting;
    std::size_t taken;
  };
  const Micros quick{300}, slow{600};
  const Row rows[] = {
      {"ten sessions, each with an outcome and the next intent", {20, 20, slow, quick}, 10},
      {"an odd number of sessions: no outcome is parted from its intent", {14, 14, slow, quick}, 8},
      {"the last emails of a list have nobody behind them", {10, 10, slow, quick}, 6},
      {"two sessions", {4, 4, slow, quick}, 2},
      {"one session", {2, 2, slow, quick}, 2},
      {"one of them is still at the mail server", {18, 20, slow, quick}, 18},
      {"others are about to offer their envelope", {20, 30, slow, quick}, 20},
      {"the disk takes longer than the mail server", {20, 20, quick, slow}, 20},
      {"there was no pause at all", {20, 20, Micros{-100}, quick}, 20},
      {"nothing", {0, 0, slow, quick}, 0},
  };
  for (const auto& row : rows) EXPECT_EQ(words_to_take(row.waiting), row.taken) << row.name;
}

}  // namespace
}  // namespace postrider
