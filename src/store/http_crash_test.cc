// What a crash leaves of HTTP tasks, and what a transaction that fails does not.

#include "store/http_task_store_fixture.h"
#include "store/task_store.h"

namespace postrider {
namespace {

class HttpCrashTest : public HttpTaskStoreTest {
 protected:
  HttpCrashTest() { add_queue({.name = name(), .min_backoff = 10s}); }
  /// From now on the file refuses a task with this URL, and the record of one.
  void break_on(const std::string& url) {
    sqlite::Database db(file(), sqlite::Database::Mode::writer);
    for (const auto* when : {"INSERT", "UPDATE", "DELETE"}) {
      db.execute("CREATE TRIGGER broken_" + std::string(when) + " BEFORE " + when + " ON http_task WHEN " +
                 (std::string_view(when) == "INSERT" ? "NEW" : "OLD") + ".url = '" + url +
                 "' BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END");
    }
  }
  void mend() {
    sqlite::Database db(file(), sqlite::Database::Mode::writer);
    for (const auto* when : {"INSERT", "UPDATE", "DELETE"})
      db.execute("DROP TRIGGER broken_" + std::string(when));
  }
};

TEST_F(HttpCrashTest, WhatWasUnderWayIsTriedAgainAndCounts) {
  const auto unnamed = add().id;
  add("t");
  add("later", now() + 1h);
  const auto first = now();
  EXPECT_EQ(claim().size(), 2U);
  clock_.advance(5s);
  restart();
  for (const auto& id : {unnamed, std::string("t")}) {
    const auto shown = get(id).value();
    EXPECT_EQ(shown.dispatch_count, 1);
    EXPECT_EQ(shown.response_count, 0);
    EXPECT_EQ(shown.first_dispatch, first);
    EXPECT_EQ(shown.last->dispatch, first);
    EXPECT_EQ(shown.last->status, kNoResponse);
    EXPECT_EQ(shown.schedule, first);
  }
  const auto claimed = claim();
  EXPECT_EQ(ids(claimed), (std::vector<std::string>{unnamed, "t"}));
  for (const auto& one : claimed) EXPECT_EQ(one.task.dispatch_count, 2);
  record_all(claimed, 200);
  EXPECT_EQ(listed(), std::vector<std::string>{"later"});
  EXPECT_EQ(rows("http_claim"), 0);
}

TEST_F(HttpCrashTest, WhatWasRecordedStays) {
  add("done");
  add("failed");
  add("hangs");
  const auto claimed = claim();
  record(claimed[0], 200);
  record(claimed[1], 500);
  restart();
  expect_error(get("done"), "NOT_FOUND", kEnded);
  EXPECT_EQ(get("failed")->schedule, now() + 10s);
  EXPECT_EQ(get("failed")->last->status, 500);
  EXPECT_EQ(ids(claim()), std::vector<std::string>{"hangs"});
  clock_.advance(10s);
  EXPECT_EQ(claim_one().task.dispatch_count, 2);
}

TEST_F(HttpCrashTest, EachCrashCountsItsAttempt) {
  add("t");
  for (int attempt = 1; attempt <= 3; ++attempt, restart())
    EXPECT_EQ(claim_one().task.dispatch_count, attempt);
  const auto overtaken = claim_one();
  EXPECT_EQ(tasks().force_run(name(), "t")->task.dispatch_count, 5);
  restart();
  EXPECT_EQ(claim_one().task.dispatch_count, 6);
}

TEST_F(HttpCrashTest, AForcedTaskOfTheFutureIsTriedAgainAtOnce) {
  add("t", now() + 1h);
  EXPECT_TRUE(tasks().force_run(name(), "t"));
  restart();
  EXPECT_EQ(claim_one().task.dispatch_count, 2);
}

TEST_F(HttpCrashTest, WhatIsDeletedOrPurgedMeanwhileStaysGone) {
  add("deleted");
  add("purged");
  EXPECT_EQ(claim().size(), 2U);
  EXPECT_TRUE(tasks().delete_task(name(), "deleted"));
  tasks().purge(name()).value();
  restart();
  EXPECT_TRUE(claim().empty());
}

TEST_F(HttpCrashTest, UnclaimedTasksOfBothKindsAreThereStill) {
  for (int n = 0; n < 5; ++n) add();
  EXPECT_EQ(claim(2).size(), 2U);
  add("waits", now() + 1h);
  restart();
  EXPECT_EQ(claim().size(), 5U);
  clock_.advance(1h);
  EXPECT_EQ(ids(claim()), std::vector<std::string>{"waits"});
}

TEST_F(HttpCrashTest, WordsFromBeforeChangeNothing) {
  add("t");
  const auto before = claim_one();
  restart();
  record(before, 200);
  EXPECT_TRUE(get("t"));
  EXPECT_EQ(claim_one().task.dispatch_count, 2);
}

TEST_F(HttpCrashTest, ACreateThatFailsLeavesNothing) {
  int rings = 0;
  tasks().on_ring([&] { ++rings; });
  break_on("https://broken.example");
  auto broken = task();
  broken.url = "https://broken.example";
  std::vector<HttpTask> many(40, task());
  many.push_back(task("named"));
  many.push_back(broken);
  EXPECT_THROW(tasks().create(many), StoreFault);
  EXPECT_EQ(listed(), std::vector<std::string>{});
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(rings, 0);
  add("named");
  EXPECT_EQ(rings, 1) << "the crew is told all the same";
  EXPECT_EQ(ids(claim()), std::vector<std::string>{"named"});
}

TEST_F(HttpCrashTest, AStepThatFailsMayBeRepeated) {
  tasks().update_queue(name(), [](HttpQueue& queue) { queue.max_concurrent_dispatches = 3; }).value();
  auto broken = task("broken");
  broken.url = "https://broken.example";
  add("fine");
  add(broken);
  add("fails");
  add("next");
  const auto claimed = claim();
  ASSERT_EQ(ids(claimed), (std::vector<std::string>{"fine", "broken", "fails"}));
  const std::vector records{said(claimed[0], 200), said(claimed[2], 503), said(claimed[1], 200)};
  break_on("https://broken.example");
  for (int n = 0; n < 2; ++n) EXPECT_THROW(tasks().step(records, 10), StoreFault);
  EXPECT_EQ(get("fails")->response_count, 0);
  EXPECT_EQ(get("fails")->dispatch_count, 1) << "it is under way still";
  EXPECT_EQ(tasks().queue(name())->throttle, 1);
  EXPECT_TRUE(claim().empty()) << "so are all three";
  mend();
  EXPECT_EQ(tasks().step(records, 10).tasks.size(), 1U);
  EXPECT_EQ(listed(), (std::vector<std::string>{"fails", "next"}));
  EXPECT_EQ(get("fails")->response_count, 1);
  EXPECT_EQ(tasks().queue(name())->throttle, 0.5);
}

TEST_F(HttpCrashTest, AClaimThatFailsTakesNothing) {
  add("waits", now() + 1s);
  add("immediate");
  clock_.advance(1s);
  break_on("https://example.com/work");
  EXPECT_THROW(claim(), StoreFault);
  mend();
  const auto claimed = claim();
  EXPECT_EQ(ids(claimed), (std::vector<std::string>{"immediate", "waits"}));
  for (const auto& one : claimed) EXPECT_EQ(one.task.dispatch_count, 1);
}

}  // namespace
}  // namespace postrider
