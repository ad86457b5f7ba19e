// Which HTTP tasks are given out, and when: schedule, pause, rate, burst, concurrency, fair share, throttle.

#include <algorithm>
#include <map>

#include "store/http_task_store_fixture.h"

namespace postrider {
namespace {

class HttpClaimsTest : public HttpTaskStoreTest {
 protected:
  void slow_queue(double rate, int concurrent = 1000) {
    add_queue({.name = name(), .max_dispatches_per_second = rate, .max_concurrent_dispatches = concurrent});
  }
  /// Claims, and answers all of them at once.
  int run_all(int status = 200) {
    const auto claimed = claim();
    record_all(claimed, status);
    return static_cast<int>(claimed.size());
  }
};

TEST_F(HttpClaimsTest, ATaskIsGivenOutOnceItIsDue) {
  add_queue();
  add("later", now() + 10s);
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(wake_, now() + 10s);
  clock_.advance(10s - 1us);
  EXPECT_TRUE(claim().empty());
  clock_.advance(1us);
  const auto claimed = claim_one();
  EXPECT_EQ(claimed.task.id, "later");
  EXPECT_EQ(claimed.task.dispatch_count, 1);
  EXPECT_EQ(claimed.task.first_dispatch, now());
  EXPECT_EQ(claimed.task.previous_status, 0);
  ASSERT_TRUE(claimed.task.last);
  EXPECT_EQ(claimed.task.last->schedule, now());
  EXPECT_EQ(claimed.task.last->dispatch, now());
  EXPECT_FALSE(claimed.task.last->response);
  EXPECT_TRUE(claim().empty()) << "once";
  EXPECT_FALSE(looks_within(24h)) << "nothing waits";
}

TEST_F(HttpClaimsTest, AnAttemptUnderWayIsShown) {
  add_queue();
  add("t", now() + 1s);
  clock_.advance(1500ms);
  claim_one();
  for (const auto& shown : {get("t").value(), tasks().tasks(name(), "", 1)->at(0)}) {
    EXPECT_EQ(shown.dispatch_count, 1);
    EXPECT_EQ(shown.response_count, 0);
    EXPECT_EQ(shown.first_dispatch, now());
    EXPECT_EQ(shown.last->schedule, now() - 500ms);
    EXPECT_EQ(shown.last->dispatch, now());
    EXPECT_EQ(shown.last->status, 0);
    EXPECT_FALSE(shown.last->response);
  }
}

TEST_F(HttpClaimsTest, TheOldestOfAQueueGoFirstWhateverTheirKind) {
  add_queue({.name = name(), .min_backoff = 5s});
  add("fails");
  record(claim_one(), 500);
  add("scheduled", now() + 4s);
  clock_.advance(3s);
  add("immediate-1");
  clock_.advance(3s);
  add("immediate-2");
  EXPECT_EQ(ids(claim(3)), (std::vector<std::string>{"immediate-1", "scheduled", "fails"}));
  EXPECT_EQ(ids(claim(3)), std::vector<std::string>{"immediate-2"});
}

TEST_F(HttpClaimsTest, APausedQueueGivesNothingButTakes) {
  add_queue();
  add("a");
  tasks().set_paused(name(), true).value();
  add("b");
  EXPECT_TRUE(claim().empty());
  EXPECT_FALSE(looks_within(24h));
  clock_.advance(1h);
  tasks().set_paused(name(), false).value();
  const auto claimed = claim();
  EXPECT_EQ(ids(claimed), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(claimed[0].task.schedule, now() - 1h) << "overdue tasks keep their schedule";
}

TEST_F(HttpClaimsTest, WhatIsUnderWayWhenAQueueIsPausedEndsAndIsRecorded) {
  add_queue();
  add("good");
  add("bad");
  const auto claimed = claim();
  tasks().set_paused(name(), true).value();
  record(claimed[0], 200);
  record(claimed[1], 500);
  expect_error(get("good"), "NOT_FOUND", kEnded);
  EXPECT_EQ(get("bad")->response_count, 1);
  clock_.advance(1h);
  EXPECT_TRUE(claim().empty()) << "no retries either";
}

TEST_F(HttpClaimsTest, ARateHoldsInEveryWindowAfterItsBurst) {
  slow_queue(5);
  add_many(100);
  EXPECT_EQ(run_all(), 10) << "the bucket starts full";
  for (int second = 0; second < 8; ++second) {
    int count = 0;
    for (int tenth = 0; tenth < 10; ++tenth) {
      EXPECT_EQ(run_all(), 0) << "between tokens";
      EXPECT_LE(*wake_, now() + 200ms);
      clock_.advance(100ms);
      count += run_all();
    }
    EXPECT_EQ(count, 5);
  }
  clock_.advance(1h);
  EXPECT_EQ(run_all(), 10) << "it holds its burst, however long it rested";
}

TEST_F(HttpClaimsTest, ARateBelowOneASecondHolds) {
  slow_queue(0.1);
  add_many(20);
  EXPECT_EQ(run_all(), 10);
  EXPECT_EQ(wake_, now() + 10s);
  clock_.advance(10s);
  EXPECT_EQ(run_all(), 1);
}

TEST_F(HttpClaimsTest, RetriesTakeTokensToo) {
  add_queue({.name = name(), .max_dispatches_per_second = 1, .min_backoff = 0s, .max_backoff = 0s});
  add_many(10);
  EXPECT_EQ(run_all(500), 10);
  EXPECT_EQ(run_all(500), 0);
  clock_.advance(1s);
  EXPECT_EQ(run_all(500), 1);
}

TEST_F(HttpClaimsTest, ARateHoldsAcrossARestart) {
  slow_queue(1);
  add_many(20);
  EXPECT_EQ(run_all(), 10);
  restart();
  EXPECT_EQ(run_all(), 0);
  clock_.advance(1s);
  EXPECT_EQ(run_all(), 1);
}

TEST_F(HttpClaimsTest, ANewRateHoldsFromTheNextDispatch) {
  slow_queue(1);
  add_many(500);
  EXPECT_EQ(run_all(), 10);
  tasks().update_queue(name(), [](HttpQueue& queue) { queue.max_dispatches_per_second = 100; }).value();
  clock_.advance(1s);
  EXPECT_EQ(run_all(), 20) << "the burst is made of the rate";
}

TEST_F(HttpClaimsTest, ConcurrencyIsWhatIsUnderWay) {
  slow_queue(500, 3);
  add_many(5);
  auto claimed = claim();
  EXPECT_EQ(claimed.size(), 3U);
  EXPECT_FALSE(looks_within(24h)) << "only a record makes room";
  EXPECT_TRUE(claim().empty());
  record(claimed[0], 200);
  EXPECT_EQ(wake_, now());
  EXPECT_EQ(claim().size(), 1U);
  const std::vector records{said(claimed[1], 200), said(claimed[2], 200)};
  EXPECT_EQ(tasks().step(records, 10).tasks.size(), 1U) << "with the records, in one call";
}

TEST_F(HttpClaimsTest, PlacesAreTheMostThatIsGiven) {
  add_queue();
  add_many(5);
  EXPECT_EQ(claim(2).size(), 2U);
  EXPECT_EQ(wake_, now()) << "there is more";
  EXPECT_TRUE(claim(0).empty());
  EXPECT_EQ(claim(10).size(), 3U);
}

TEST_F(HttpClaimsTest, AClaimTakesLessWhereTasksAreLarge) {
  add_queue();
  auto large = task();
  large.body = std::string(1'000'000, 'x');
  tasks().create(std::vector(80, large));
  const auto first = claim().size();
  EXPECT_GE(first, 64U);
  EXPECT_LT(first, 80U);
  EXPECT_EQ(wake_, now()) << "there is more";
  EXPECT_EQ(first + claim().size(), 80U);
}

TEST_F(HttpClaimsTest, QueuesShareThePlaces) {
  for (const auto* queue : {"a", "b", "c"}) add_queue({.name = name(queue)});
  add_many(90, "a");
  add_many(90, "b");
  add_many(5, "c");
  std::map<std::string, int> share;
  for (const auto& one : claim(60)) ++share[one.task.queue.queue];
  EXPECT_EQ(share["c"], 5);
  EXPECT_GE(share["a"], 20);
  EXPECT_GE(share["b"], 20);
  EXPECT_EQ(share["a"] + share["b"], 55);
}

TEST_F(HttpClaimsTest, QueuesTakeTurnsWherePlacesAreFew) {
  for (const auto* queue : {"a", "b", "c"}) {
    add_queue({.name = name(queue)});
    add_many(10, queue);
  }
  std::map<std::string, int> served;
  for (int n = 0; n < 9; ++n) ++served[claim(1).at(0).task.queue.queue];
  EXPECT_EQ(served, (std::map<std::string, int>{{"a", 3}, {"b", 3}, {"c", 3}}));
}

TEST_F(HttpClaimsTest, TheQueueHoldsBackAsItsTargetsAsk) {
  slow_queue(32);
  add_many(500);
  const auto fail = [&](int status) {
    clock_.advance(1s);
    const auto claimed = claim(1);
    ASSERT_EQ(claimed.size(), 1U);
    record(claimed[0], status);
  };
  EXPECT_EQ(tasks().queue(name())->throttle, 1);
  fail(429);
  EXPECT_EQ(tasks().queue(name())->throttle, 0.5);
  fail(503);
  EXPECT_EQ(tasks().queue(name())->throttle, 0.25);
  EXPECT_EQ(tasks().queue(name())->effective_rate(), 8);
  EXPECT_EQ(tasks().queue(name())->max_dispatches_per_second, 32) << "the settings stand";
  fail(500);
  fail(404);
  EXPECT_EQ(tasks().queue(name())->throttle, 0.25);
  for (int n = 0; n < 10; ++n) fail(503);
  EXPECT_EQ(tasks().queue(name())->throttle, 1.0 / 64);
  restart();
  EXPECT_EQ(tasks().queue(name())->throttle, 1.0 / 64);

  while (!claim().empty()) {
  }
  clock_.advance(2s);
  EXPECT_EQ(claim().size(), 1U) << "half a token a second";
  clock_.advance(28s);
  EXPECT_EQ(tasks().queue(name())->throttle, 1.5 / 64);
  clock_.advance(10min);
  EXPECT_EQ(tasks().queue(name())->throttle, 1);
}

TEST_F(HttpClaimsTest, AWaveThatIsRefusedSlowsTheQueueOnce) {
  add_queue();
  add_many(50);
  const auto claimed = claim();
  clock_.advance(1s);
  record_all(claimed, 503);
  EXPECT_EQ(tasks().queue(name())->throttle, 0.5);
}

TEST_F(HttpClaimsTest, AThrottledQueueIsLookedAtWhenItRecovers) {
  slow_queue(0.1);
  add_many(12);
  const auto claimed = claim();
  record_all(claimed, 429);
  ASSERT_LT(tasks().queue(name())->throttle, 0.02);
  EXPECT_EQ(wake_, now() + 30s) << "the next token is ten minutes away at this pace";
}

TEST_F(HttpClaimsTest, TheBellRingsOnlyWhereItMatters) {
  add_queue();
  claim();
  int rings = 0;
  tasks().on_ring([&] { ++rings; });
  add("a", now() + 1h);
  EXPECT_EQ(rings, 1);
  add("b", now() + 2h);
  EXPECT_EQ(rings, 1) << "the crew looks before";
  add("c");
  EXPECT_EQ(rings, 2);
  add("d");
  EXPECT_EQ(rings, 2) << "it was rung for";
  EXPECT_EQ(claim().size(), 2U);
  add("e");
  EXPECT_EQ(rings, 3);
  claim();
  tasks().set_paused(name(), false).value();
  EXPECT_EQ(rings, 4);
  claim();
  tasks().update_queue(name(), [](HttpQueue& queue) { queue.max_concurrent_dispatches = 5000; }).value();
  EXPECT_EQ(rings, 5);
  EXPECT_FALSE(create(task("e")));
  EXPECT_EQ(rings, 5) << "nothing was created";
}

}  // namespace
}  // namespace postrider
