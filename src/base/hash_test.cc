#include "base/hash.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

namespace postrider {
namespace {

// A stored plan is computed again after a restart, perhaps by a newer build: these must not move.
TEST(Hash, GivesTheSameValuesForEver) {
  EXPECT_EQ(mix(0), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(mix(1), 0x910a2dec89025cc1ULL);
  EXPECT_EQ(mix(1, 2), mix(mix(1) ^ 2));
  EXPECT_NE(mix(1, 2), mix(2, 1));
}

TEST(Hash, SpreadsPicksEvenly) {
  std::array<int, 10> hits{};
  for (std::uint64_t seed = 0; seed < 100'000; ++seed) ++hits[static_cast<std::size_t>(pick(seed, 0, 9))];
  for (const int count : hits) EXPECT_NEAR(count, 10'000, 500);
}

RC_GTEST_PROP(Hash, PicksWithinBothBounds, (std::uint64_t seed, std::int32_t a, std::int32_t b)) {
  const std::int64_t low = std::min(a, b);
  const std::int64_t high = std::max(a, b);
  const auto picked = pick(seed, low, high);
  RC_ASSERT(picked >= low && picked <= high);
}

}  // namespace
}  // namespace postrider
