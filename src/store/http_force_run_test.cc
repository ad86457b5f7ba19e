// Attempts that a person asks for: at once, whatever schedule, state, rate and concurrency say.

#include "store/http_task_store_fixture.h"

namespace postrider {
namespace {

class HttpForceRunTest : public HttpTaskStoreTest {
 protected:
  HttpForceRunTest() { add_queue({.name = name(), .max_concurrent_dispatches = 1, .min_backoff = 10s}); }
  ClaimedHttpTask force(std::string_view id) {
    auto claimed = tasks().force_run(name(), id);
    if (!claimed) throw std::runtime_error(claimed.error().message);
    return *claimed;
  }
};

TEST_F(HttpForceRunTest, GivesOutATaskOfTheFutureInAPausedQueue) {
  tasks().set_paused(name(), true).value();
  add("t", now() + 1h);
  const auto claimed = force("t");
  EXPECT_EQ(claimed.task.id, "t");
  EXPECT_EQ(claimed.task.dispatch_count, 1);
  EXPECT_EQ(claimed.task.last->schedule, now() + 1h);
  EXPECT_EQ(claimed.task.last->dispatch, now());
  EXPECT_EQ(get("t")->dispatch_count, 1);
}

TEST_F(HttpForceRunTest, ASuccessEndsTheTaskSoThatItsScheduleDoesNotCome) {
  add("later", now() + 1h);
  tasks().set_paused(name(), true).value();
  const auto unnamed = add().id;
  record(force("later"), 200);
  record(force(unnamed), 200);
  expect_error(get("later"), "NOT_FOUND", kEnded);
  tasks().set_paused(name(), false).value();
  clock_.advance(2h);
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(rows("http_task"), 0);
}

TEST_F(HttpForceRunTest, AFailureIsRepeatedABackoffAfterTheCall) {
  add("t", now() + 1h);
  const auto called = now();
  const auto claimed = force("t");
  EXPECT_TRUE(claim().empty());
  clock_.advance(4s);
  record(claimed, 500);
  EXPECT_EQ(get("t")->schedule, called + 10s);
  EXPECT_EQ(wake_, called + 10s);
  clock_.advance(6s);
  EXPECT_EQ(claim_one().task.dispatch_count, 2);
}

TEST_F(HttpForceRunTest, AForcedTaskIsNotGivenOutBesides) {
  add("immediate");
  const auto forced = force("immediate");
  add("next");
  EXPECT_TRUE(claim().empty()) << "it takes the queue's one place";
  record(forced, 500);
  EXPECT_EQ(ids(claim()), std::vector<std::string>{"next"});
}

TEST_F(HttpForceRunTest, RatesAndPlacesDoNotHoldItBack) {
  add_queue({.name = name("slow"), .max_dispatches_per_second = 0.1, .max_concurrent_dispatches = 2});
  add_many(20, "slow");
  EXPECT_EQ(claim().size(), 2U);
  const auto all = *tasks().tasks(name("slow"), "", 100);
  for (const auto& one : all) EXPECT_TRUE(tasks().force_run(name("slow"), one.id)) << one.id;
}

TEST_F(HttpForceRunTest, OvertakesAnAttemptThatIsUnderWay) {
  add("t");
  const auto first = claim_one();
  const auto second = force("t");
  EXPECT_EQ(second.task.dispatch_count, 2);
  EXPECT_EQ(second.task.first_dispatch, first.task.first_dispatch);
  EXPECT_EQ(get("t")->dispatch_count, 2);
  record(first, 200);
  EXPECT_TRUE(get("t")) << "an older attempt says nothing any more";
  record(second, 200);
  EXPECT_FALSE(get("t"));
  add("next");
  EXPECT_EQ(ids(claim()), std::vector<std::string>{"next"}) << "both places are free again";
}

TEST_F(HttpForceRunTest, TheOlderAttemptMayEndLast) {
  add("t");
  const auto first = claim_one();
  const auto second = force("t");
  record(second, 500);
  EXPECT_EQ(get("t")->schedule, now() + 20s) << "its second attempt";
  record(first, 200);
  EXPECT_EQ(get("t")->dispatch_count, 2);
  clock_.advance(20s);
  const auto third = claim_one();
  EXPECT_EQ(third.task.dispatch_count, 3);
  record(third, 200);
  EXPECT_FALSE(get("t"));
  EXPECT_EQ(rows("http_claim"), 0);
}

TEST_F(HttpForceRunTest, CountsAgainstTheAttempts) {
  tasks().update_queue(name(), [](HttpQueue& queue) { queue.max_attempts = 2; }).value();
  add("t");
  record(force("t"), 500);
  record(force("t"), 500);
  expect_error(tasks().force_run(name(), "t"), "NOT_FOUND", kEnded);
}

TEST_F(HttpForceRunTest, NeedsATask) {
  expect_error(tasks().force_run(name(), "never"), "NOT_FOUND", kNoEntity);
  const auto unnamed = add().id;
  EXPECT_TRUE(tasks().delete_task(name(), unnamed));
  expect_error(tasks().force_run(name(), unnamed), "NOT_FOUND", kEnded);
}

}  // namespace
}  // namespace postrider
