#include "http/worker_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>

namespace postrider {
namespace {

using namespace std::chrono_literals;

TEST(WorkerPool, DoesAllThatIsLeftBeforeItEnds) {
  std::atomic<int> done = 0;
  WorkerPool pool(3);
  for (int i = 0; i < 10'000; ++i) pool.post([&done] { ++done; });
  pool.join();
  EXPECT_EQ(done, 10'000);
  pool.join();
}

TEST(WorkerPool, OneWorkerTakesJobsInTheirOrder) {
  std::vector<int> done;
  WorkerPool pool(1);
  for (int i = 0; i < 100; ++i) pool.post([&done, i] { done.push_back(i); });
  pool.join();
  EXPECT_TRUE(std::ranges::is_sorted(done));
  EXPECT_EQ(done.size(), 100);
}

// The second job waits for nobody to be called, as one worker is awake; it frees the first all the same.
TEST(WorkerPool, AJobThatBlocksDoesNotHoldUpTheNext) {
  WorkerPool pool(2);
  for (int round = 0; round < 20; ++round) {
    std::promise<void> begun, freed, over;
    pool.post([&] {
      begun.set_value();
      EXPECT_EQ(freed.get_future().wait_for(30s), std::future_status::ready);
      over.set_value();
    });
    begun.get_future().wait();
    pool.post([&] { freed.set_value(); });
    ASSERT_EQ(over.get_future().wait_for(60s), std::future_status::ready);
  }
}

TEST(WorkerPool, AsManyMayBlockAsThereAreThreads) {
  WorkerPool pool(4);
  std::promise<void> all;
  std::atomic<int> inside = 0;
  const auto gate = all.get_future().share();
  for (int i = 0; i < 4; ++i) {
    pool.post([&] {
      if (++inside == 4) all.set_value();
      EXPECT_EQ(gate.wait_for(30s), std::future_status::ready);
    });
  }
  pool.join();
  EXPECT_EQ(inside, 4);
}

}  // namespace
}  // namespace postrider
