#include "app/asio_loop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <vector>

namespace postrider {
namespace {

using namespace std::chrono_literals;

class AsioLoopTest : public testing::Test {
 protected:
  SystemClock clock_;
  boost::asio::io_context context_;
  AsioLoop loop_{context_, clock_};
  std::vector<int> seen_;
};

TEST_F(AsioLoopTest, RunsPostedWorkInOrderFromAnyThread) {
  std::thread other([this] {
    for (int i = 0; i < 100; ++i) loop_.post([this, i] { seen_.push_back(i); });
  });
  other.join();
  context_.run();
  ASSERT_EQ(seen_.size(), 100u);
  EXPECT_TRUE(std::ranges::is_sorted(seen_));
}

TEST_F(AsioLoopTest, CallsInOrderOfTheirTimesAndNotBeforeThem) {
  const auto start = clock_.boot_now();
  for (const int wait : {30, 10, 20, 0, -50}) {
    const auto due = start + std::chrono::milliseconds{wait};
    loop_.call_at(due, [this, wait, due] {
      EXPECT_GE(clock_.boot_now(), due);
      seen_.push_back(wait);
    });
  }
  context_.run();
  EXPECT_EQ(seen_.size(), 5u);
  EXPECT_EQ(std::vector<int>(seen_.begin() + 2, seen_.end()), (std::vector<int>{10, 20, 30}));
}

TEST_F(AsioLoopTest, ACancelledCallDoesNotRun) {
  const auto id = loop_.call_at(clock_.boot_now() + 20ms, [this] { seen_.push_back(1); });
  loop_.post([this, id] { loop_.cancel(id); });
  context_.run();
  loop_.cancel(id);  // harmless
  EXPECT_TRUE(seen_.empty());
}

TEST_F(AsioLoopTest, ACallMayCancelAnotherThatIsDueToo) {
  const auto due = clock_.boot_now() + 5ms;
  Loop::TimerId second = 0;
  loop_.call_at(due, [&] {
    seen_.push_back(1);
    loop_.cancel(second);
  });
  second = loop_.call_at(due, [this] { seen_.push_back(2); });
  context_.run();
  EXPECT_EQ(seen_, std::vector<int>{1});
}

}  // namespace
}  // namespace postrider
