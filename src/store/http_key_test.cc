// Keys of HTTP tasks, and the ids that are made of them.

#include "store/sqlite/http_key.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace postrider::sqlite {
namespace {

TEST(HttpKeys, HoldTheirPartsInOrder) {
  constexpr HttpKey last{.queue = HttpKey::kLastQueue, .immediate = true, .number = HttpKey::kLastNumber};
  static_assert(last.value() == std::numeric_limits<std::int64_t>::max());
  const HttpKey keys[] = {{1, false, 1}, {1, false, HttpKey::kLastNumber}, {1, true, 1}, {2, false, 1}, last};
  std::int64_t before = 0;
  for (const auto& key : keys) {
    EXPECT_LT(before, key.value());
    before = key.value();
    const auto read = HttpKey::of(key.value());
    EXPECT_EQ(read.queue, key.queue);
    EXPECT_EQ(read.immediate, key.immediate);
    EXPECT_EQ(read.number, key.number);
  }
}

TEST(HttpIds, AreReadBackByTheirInstallationOnly) {
  const HttpIds ids("000102030405060708090a0b0c0d0e0f");
  const HttpIds others("000102030405060708090a0b0c0d0e10");
  std::set<std::string> seen;
  for (std::int64_t number = 1; number <= 1000; ++number) {
    const auto key = HttpKey{.queue = 1, .immediate = true, .number = number}.value();
    const auto id = ids.id_of(key);
    EXPECT_TRUE(seen.insert(id).second);
    ASSERT_TRUE(ids.key_of(id));
    EXPECT_EQ(ids.key_of(id)->value(), key);
    const auto elsewhere = others.key_of(id);
    EXPECT_FALSE(elsewhere && elsewhere->value() == key);
  }
}

TEST(HttpIds, AreNumbersInTheirShortestForm) {
  const HttpIds ids("000102030405060708090a0b0c0d0e0f");
  const auto id = ids.id_of(HttpKey{.queue = 1, .immediate = false, .number = 1}.value());
  for (const auto& text : {"0" + id, id + " ", " " + id, "-" + id, "+" + id, id + "a", std::string(),
                           std::string("18446744073709551616"), std::string("0x1")}) {
    EXPECT_FALSE(ids.key_of(text)) << text;
  }
}

}  // namespace
}  // namespace postrider::sqlite
