// What becomes of an HTTP task after an attempt: success, retries, the end of retries, late words, attempts
// that are forced, purges between.

#include "store/http_task_store_fixture.h"

namespace postrider {
namespace {

class HttpRecordsTest : public HttpTaskStoreTest {
 protected:
  HttpRecordsTest() {
    add_queue({.name = name(), .min_backoff = 10s, .max_backoff = 300s, .max_doublings = 3});
  }
  void change_queue(const std::function<void(HttpQueue&)>& change) {
    tasks().update_queue(name(), change).value();
  }
};

TEST_F(HttpRecordsTest, ATaskIsDoneWithAnySuccess) {
  for (const int status : {200, 201, 204, 299}) {
    const auto id = "t" + std::to_string(status);
    add(id);
    record(claim_one(), status);
    expect_error(get(id), "NOT_FOUND", kEnded);
  }
  EXPECT_EQ(rows("http_task"), 0);
  EXPECT_EQ(rows("http_claim"), 0);
}

TEST_F(HttpRecordsTest, EveryOtherAnswerIsAFailure) {
  for (const int status : {100, 199, 300, 302, 304, 400, 404, 410, 422, 429, 500, 503, kNoResponse}) {
    const auto id = "t" + std::to_string(std::abs(status));
    add(id);
    record(claim_one(), status);
    ASSERT_TRUE(get(id)) << status;
    EXPECT_EQ(get(id)->schedule, now() + 10s) << status;
    EXPECT_TRUE(tasks().delete_task(name(), id));
  }
}

TEST_F(HttpRecordsTest, RetriesFollowTheOfficialExample) {
  add("t");
  for (const auto wait : {10s, 20s, 40s, 80s, 160s, 240s, 300s, 300s}) {
    const auto claimed = claim_one();
    clock_.advance(7s);
    record(claimed, 500);
    EXPECT_EQ(get("t")->schedule, now() + wait) << "from the failure on";
    EXPECT_EQ(wake_, now() + wait);
    clock_.advance(wait - 1us);
    EXPECT_TRUE(claim().empty());
    clock_.advance(1us);
  }
}

TEST_F(HttpRecordsTest, CountsAreThoseOfARecordedRun) {
  change_queue([](HttpQueue& queue) { queue.min_backoff = queue.max_backoff = 1s; });
  add("t");
  const struct {
    int answer, retries, executions, previous;
  } rows[] = {{503, 0, 0, 0},   {404, 1, 0, 503}, {429, 2, 1, 404},
              {500, 3, 2, 429}, {302, 4, 2, 500}, {200, 5, 3, 302}};
  for (const auto& row : rows) {
    clock_.advance(1min);
    const auto claimed = claim_one();
    EXPECT_EQ(claimed.task.dispatch_count - 1, row.retries);
    EXPECT_EQ(claimed.task.execution_count, row.executions);
    EXPECT_EQ(claimed.task.response_count, row.retries);
    EXPECT_EQ(claimed.task.previous_status, row.previous);
    record(claimed, row.answer);
  }
  EXPECT_FALSE(get("t"));
}

TEST_F(HttpRecordsTest, AnAttemptWithoutAnAnswerIsNoResponse) {
  add("t");
  const auto first = now();
  const auto claimed = claim_one();
  clock_.advance(600s);
  record(claimed, kNoResponse);
  const auto shown = get("t").value();
  EXPECT_EQ(shown.dispatch_count, 1);
  EXPECT_EQ(shown.response_count, 0);
  EXPECT_EQ(shown.execution_count, 0);
  EXPECT_EQ(shown.first_dispatch, first);
  ASSERT_TRUE(shown.last);
  EXPECT_EQ(shown.last->dispatch, first);
  EXPECT_EQ(shown.last->status, kNoResponse);
  EXPECT_FALSE(shown.last->response);
  clock_.advance(10s);
  EXPECT_EQ(claim_one().task.previous_status, kNoResponse);
}

TEST_F(HttpRecordsTest, AnAnswerIsShown) {
  add("t");
  const auto claimed = claim_one();
  clock_.advance(2s);
  record(claimed, 404);
  for (int round = 0; round < 2; ++round, restart()) {
    const auto shown = get("t").value();
    EXPECT_EQ(shown.dispatch_count, 1);
    EXPECT_EQ(shown.response_count, 1);
    EXPECT_EQ(shown.execution_count, 1);
    EXPECT_EQ(shown.last->schedule, now() - 2s);
    EXPECT_EQ(shown.last->dispatch, now() - 2s);
    EXPECT_EQ(shown.last->response, now());
    EXPECT_EQ(shown.last->status, 404);
    EXPECT_EQ(shown.schedule, now() + 10s);
  }
}

TEST_F(HttpRecordsTest, ATargetMayAskForALongerWait) {
  add("t");
  record(claim_one(), 503, 90s);
  EXPECT_EQ(get("t")->schedule, now() + 90s);
}

TEST_F(HttpRecordsTest, ATaskIsGivenUpOnceItsAttemptsAreUsedUp) {
  change_queue([](HttpQueue& queue) { queue.max_attempts = 3; });
  add("t");
  for (int attempt = 1; attempt <= 3; ++attempt) {
    clock_.advance(1h);
    EXPECT_TRUE(get("t")) << attempt;
    record(claim_one(), 500);
  }
  expect_error(get("t"), "NOT_FOUND", kEnded);
}

TEST_F(HttpRecordsTest, ATaskIsGivenUpOnlyWhenItsTimeIsUpToo) {
  change_queue([](HttpQueue& queue) {
    queue.max_attempts = 2;
    queue.max_retry_duration = 1h;
  });
  add("t");
  for (int attempt = 1; attempt <= 6; ++attempt) {
    record(claim_one(), 500);
    ASSERT_TRUE(get("t")) << attempt;
    clock_.advance(11min);
  }
  record(claim_one(), 500);
  EXPECT_FALSE(get("t"));
}

TEST_F(HttpRecordsTest, NewSettingsHoldFromTheNextBackoff) {
  add("t");
  const auto claimed = claim_one();
  change_queue([](HttpQueue& queue) { queue.min_backoff = 123s; });
  record(claimed, 500);
  EXPECT_EQ(get("t")->schedule, now() + 123s);
}

TEST_F(HttpRecordsTest, AWordIsHeardOnce) {
  change_queue([](HttpQueue& queue) { queue.max_concurrent_dispatches = 1; });
  add("t");
  const auto claimed = claim_one();
  const std::vector twice{said(claimed, 500), said(claimed, 200)};
  EXPECT_TRUE(tasks().step(twice, 0).tasks.empty());
  EXPECT_EQ(get("t")->response_count, 1);
  record(claimed, 200);
  EXPECT_EQ(get("t")->response_count, 1) << "a late word";
  add("other");
  EXPECT_EQ(claim().size(), 1U) << "and counted once";
  EXPECT_TRUE(claim().empty());
}

TEST_F(HttpRecordsTest, AWordOfAnOlderAttemptChangesNothing) {
  add("t");
  const auto first = claim_one();
  record(first, 500);
  clock_.advance(10s);
  const auto second = claim_one();
  record(first, 200);
  EXPECT_EQ(get("t")->dispatch_count, 2);
  record(second, 200);
  EXPECT_FALSE(get("t"));
}

TEST_F(HttpRecordsTest, ADeletedTaskIsNotRepeated) {
  for (const int status : {200, 500}) {
    const auto made = add();
    const auto claimed = claim_one();
    EXPECT_TRUE(tasks().delete_task(name(), made.id));
    record(claimed, status);
    expect_error(get(made.id), "NOT_FOUND", kEnded);
  }
  clock_.advance(1h);
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(rows("http_claim"), 0);
}

TEST_F(HttpRecordsTest, APurgeTakesWhatWasCreatedBefore) {
  add("waits", now() + 1h);
  add("due");
  const auto purged = tasks().purge(name());
  ASSERT_TRUE(purged);
  EXPECT_EQ(purged->purged_at, now());
  EXPECT_EQ(tasks().queue(name())->purged_at, now());
  // In the same moment, but after it.
  add("after");
  add("after-waits", now() + 1h);
  EXPECT_EQ(listed(), (std::vector<std::string>{"after-waits", "after"}));
  EXPECT_EQ(ids(claim()), std::vector<std::string>{"after"});
  EXPECT_EQ(rows("http_task"), 2);
}

TEST_F(HttpRecordsTest, APurgeEndsWhatIsUnderWayWithItsAttempt) {
  add("good");
  add("bad");
  const auto claimed = claim();
  tasks().purge(name()).value();
  record(claimed[0], 200);
  record(claimed[1], 500);
  clock_.advance(1h);
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(rows("http_task"), 0);
  EXPECT_EQ(rows("http_claim"), 0);
}

TEST_F(HttpRecordsTest, APurgeOfManyIsOverAtOnceForEverybody) {
  change_queue([](HttpQueue& queue) { queue.max_dispatches_per_second = 500; });
  std::vector<HttpTask> many;
  for (int n = 0; n < 9000; ++n) many.push_back(task(n % 500 == 0 ? "t" + std::to_string(n) : "", {}));
  for (int n = 0; n < 3000; ++n) many.push_back(task("", now() + 1s));
  tasks().create(many);
  const auto under_way = claim(100);
  EXPECT_EQ(under_way.size(), 100U);
  tasks().purge(name()).value();
  EXPECT_GT(rows("http_task"), 0) << "their rows go by and by";
  EXPECT_EQ(listed(), std::vector<std::string>{});
  expect_error(get("t8500"), "NOT_FOUND", kEnded);
  expect_error(create(task("t8500")), "ALREADY_EXISTS", kTaken);
  add("new");
  restart();
  clock_.advance(2s);
  std::vector<std::string> given;
  for (int turn = 0; turn < 10 && rows("http_removal") > 0; ++turn) {
    for (const auto& id : ids(claim())) given.push_back(id);
    if (rows("http_removal") > 0) EXPECT_EQ(wake_, now()) << "there is more to do";
  }
  EXPECT_EQ(given, std::vector<std::string>{"new"});
  EXPECT_EQ(rows("http_task"), 1);
  expect_error(get("t8500"), "NOT_FOUND", kEnded);
}

TEST_F(HttpRecordsTest, APausedQueueIsPurgedAndResumed) {
  tasks().set_paused(name(), true).value();
  add("t");
  EXPECT_EQ(tasks().purge(name())->state, HttpQueueState::paused);
  tasks().set_paused(name(), false).value();
  EXPECT_TRUE(claim().empty());
}

}  // namespace
}  // namespace postrider
