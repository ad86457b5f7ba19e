#include "store/account_store_fixture.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

class LoginThrottle : public AccountsTest {
 protected:
  bool may(const std::string& account, const std::string& address) {
    return !accounts().begin_login({account, address}, now());
  }
};

TEST_F(LoginThrottle, BlocksTwiceAsLongWithEachFailureFromTheFifthOn) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(may("ana", "here")) << i;
  Micros block = 5s;
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(accounts().begin_login({"ana", "there"}, now()), now() + block) << i;
    clock_.advance(block);
    EXPECT_TRUE(may("ana", "place " + std::to_string(i))) << i;
    block = std::min<Micros>(block * 2, 15min);
  }
  EXPECT_EQ(block, 15min);
}

TEST_F(LoginThrottle, CountsAnAddressOverAllNames) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(may("name " + std::to_string(i), "here"));
  EXPECT_FALSE(may("yet another", "here"));
  EXPECT_TRUE(may("yet another", "elsewhere"));
}

TEST_F(LoginThrottle, CountsNothingWhileItBlocks) {
  for (int i = 0; i < 5; ++i) may("ana", "here");
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(may("ana", "here"));
  clock_.advance(5s);
  EXPECT_TRUE(may("ana", "here"));
}

TEST_F(LoginThrottle, ForgivesTheAccountAndTakesOneTryBackFromTheAddress) {
  for (int i = 0; i < 4; ++i) may("ana", "here");
  ASSERT_TRUE(may("ana", "here"));
  accounts().end_login("ana", {"here"});
  EXPECT_TRUE(may("ana", "elsewhere")) << "its failures are forgotten";
  EXPECT_TRUE(may("bo", "here")) << "the right password was no failure of the address";
  EXPECT_FALSE(may("cy", "here")) << "but the four before it were";
}

TEST_F(LoginThrottle, ForgetsADayAfterTheLastFailure) {
  for (int i = 0; i < 5; ++i) may("ana", "here");
  clock_.advance(24h);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(may("ana", "here")) << i;
  EXPECT_FALSE(may("ana", "here"));
}

TEST_F(LoginThrottle, HoldsItsTableWithinBounds) {
  for (int i = 0; i < 5; ++i) may("first", "here");
  std::vector<std::string> names;
  for (int i = 0; i < kMostThrottled; ++i) names.push_back("n" + std::to_string(i));
  clock_.advance(1s);
  EXPECT_EQ(accounts().begin_login(names, now()), std::nullopt);
  EXPECT_TRUE(may("first", "elsewhere")) << "the oldest were forgotten";
}

}  // namespace
}  // namespace postrider
