// HTTP tasks as their callers see them: what is kept, what names mean, lists.

#include <algorithm>

#include "store/http_task_store_fixture.h"

namespace postrider {
namespace {

class HttpTasksTest : public HttpTaskStoreTest {
 protected:
  HttpTasksTest() { add_queue(); }
};

TEST_F(HttpTasksTest, AreKeptAsTheyWereGiven) {
  auto given = task("mine", now() + 90min);
  given.method = HttpMethod::put;
  given.headers = {{"Content-Type", "text/plain; a=b:c"}, {"X-Empty", ""}, {"x-odd", "\xC3\xA9 : \t"}};
  given.body = std::string("a\0b\xFF\n", 5);
  given.dispatch_deadline = 15s + 1234567us;
  given.token = {HttpTaskToken::Kind::oidc, "me@p.iam.gserviceaccount.com", "https://example.com/?a=b"};
  given.dispatch_count = 5;
  const auto made = add(given);
  for (const auto& kept : {made, get("mine").value(), tasks().tasks(name(), "", 10)->at(0)}) {
    EXPECT_EQ(kept.name(), "projects/p/locations/us-east1/queues/q/tasks/mine");
    EXPECT_TRUE(kept.named);
    EXPECT_EQ(kept.schedule, now() + 90min);
    EXPECT_EQ(kept.created, now());
    EXPECT_EQ(kept.method, HttpMethod::put);
    EXPECT_EQ(kept.url, given.url);
    EXPECT_EQ(kept.headers, given.headers);
    EXPECT_EQ(kept.body, given.body);
    EXPECT_EQ(kept.dispatch_deadline, 16234ms) << "whole milliseconds";
    EXPECT_EQ(kept.token.kind, HttpTaskToken::Kind::oidc);
    EXPECT_EQ(kept.token.service_account, given.token.service_account);
    EXPECT_EQ(kept.token.audience, given.token.audience);
    EXPECT_EQ(kept.dispatch_count, 0);
    EXPECT_FALSE(kept.first_dispatch || kept.last);
  }
  clock_.advance(90min);
  const auto claimed = claim_one();
  EXPECT_EQ(claimed.task.headers, given.headers);
  EXPECT_EQ(claimed.task.body, given.body);
  EXPECT_EQ(claimed.task.token.audience, given.token.audience);
}

TEST_F(HttpTasksTest, OfThePastAreDueNow) {
  EXPECT_EQ(add("t", now() - 1h).schedule, now());
  EXPECT_EQ(get("t")->schedule, now());
}

TEST_F(HttpTasksTest, WithoutANameGetARandomNumber) {
  const auto one = add();
  const auto other = add();
  EXPECT_FALSE(one.named);
  EXPECT_NE(one.id, other.id);
  for (const auto& made : {one, other}) {
    EXPECT_GE(made.id.size(), 10U);
    EXPECT_TRUE(std::ranges::all_of(made.id, [](char c) { return c >= '0' && c <= '9'; })) << made.id;
    EXPECT_EQ(get(made.id)->id, made.id);
  }
  expect_error(get(one.id + "0"), "NOT_FOUND", kNoEntity);
  expect_error(get("0" + one.id), "NOT_FOUND", kNoEntity);
  add_queue({.name = name("other")});
  expect_error(tasks().task(name("other"), one.id), "NOT_FOUND", kNoEntity);
  restart();
  EXPECT_EQ(get(one.id)->id, one.id);
}

TEST_F(HttpTasksTest, OfOneCallHaveEachTheirResult) {
  auto bad = task();
  bad.url = "ftp://example.com";
  auto lost = task("", {}, "missing");
  const auto made =
      tasks().create(std::vector{task("a"), bad, lost, task("a"), task("b", now() + 1h), task()});
  ASSERT_EQ(made.size(), 6U);
  EXPECT_TRUE(made[0]);
  expect_error(made[1], "INVALID_ARGUMENT", "HttpTarget.url must start with 'http://' or 'https://'.");
  expect_error(made[2], "NOT_FOUND", kNoQueue);
  expect_error(made[3], "ALREADY_EXISTS", kTaken);
  EXPECT_TRUE(made[4] && made[5]);
  EXPECT_EQ(listed().size(), 3U);
  EXPECT_TRUE(tasks().create({}).empty());
}

TEST_F(HttpTasksTest, MayBeManyInOneCall) {
  std::vector<HttpTask> many;
  for (int n = 0; n < 1000; ++n) {
    auto one = task(n % 3 == 0 ? "named-" + std::to_string(n) : "", n % 2 == 0 ? now() + 1h : now());
    one.body = std::to_string(n);
    many.push_back(std::move(one));
  }
  const auto made = tasks().create(many);
  for (std::size_t n = 0; n < made.size(); ++n) ASSERT_EQ(get(made[n]->id)->body, many[n].body);
}

TEST_F(HttpTasksTest, AreRefusedBeyondTheHorizonAndTheSize) {
  limits_.horizon = 720h;
  restart();
  EXPECT_TRUE(create(task("", now() + 720h)));
  expect_error(
      create(task("", now() + 720h + 1us)), "INVALID_ARGUMENT",
      "The Task.scheduleTime, 2026-12-23T01:00:00-08:00, is too far in the future. Schedule time must be no "
      "more than 720h in the future.");
  auto large = task("t");
  large.body = std::string(1'048'569, 'x');
  expect_error(create(large), "INVALID_ARGUMENT", "Task size too large");
  large.body.resize(large.body.size() - 200);
  EXPECT_TRUE(create(large));
  EXPECT_EQ(get("t")->body.size(), large.body.size());
}

TEST_F(HttpTasksTest, HoldTheirNamesWhileTheyLive) {
  add("t");
  expect_error(create(task("t")), "ALREADY_EXISTS", kTaken);
  add_queue({.name = name("other")});
  EXPECT_TRUE(create(task("t", {}, "other"))) << "a name is of its queue";
}

TEST_F(HttpTasksTest, HoldTheirNamesForAWhileAfterTheirEnd) {
  add("done");
  record(claim_one(), 200);
  add("deleted", now() + 1h);
  EXPECT_TRUE(tasks().delete_task(name(), "deleted"));
  tasks().update_queue(name(), [](HttpQueue& queue) { queue.max_attempts = 1; }).value();
  add("given-up");
  record(claim_one(), 500);
  add("purged", now() + 1h);
  tasks().purge(name()).value();
  const auto ended = {"done", "deleted", "given-up", "purged"};
  for (int round = 0; round < 2; ++round, restart()) {
    for (const auto* id : ended) {
      expect_error(get(id), "NOT_FOUND", kEnded);
      expect_error(tasks().delete_task(name(), id), "NOT_FOUND", kEnded);
      expect_error(tasks().force_run(name(), id), "NOT_FOUND", kEnded);
      expect_error(create(task(id)), "ALREADY_EXISTS", kTaken);
    }
  }
  clock_.advance(24h - 1us);
  expect_error(create(task("done")), "ALREADY_EXISTS", kTaken);
  clock_.advance(1us);
  for (const auto* id : ended) {
    EXPECT_TRUE(create(task(id))) << id;
    EXPECT_EQ(get(id)->created, now());
  }
  expect_error(get("never"), "NOT_FOUND", kNoEntity);
}

TEST_F(HttpTasksTest, NeedNotHoldTheirNames) {
  limits_.name_window = 0s;
  restart();
  add("t");
  const auto first = claim_one();
  EXPECT_TRUE(tasks().delete_task(name(), "t"));
  add("t");
  record(first, 200);
  EXPECT_TRUE(get("t")) << "the end of an older task of the name is not its end";
  record(claim_one(), 200);
  EXPECT_TRUE(create(task("t")));
}

TEST_F(HttpTasksTest, ForgetNamesThatAreFreeAgain) {
  for (int n = 0; n < 10; ++n) add("t" + std::to_string(n));
  record_all(claim(), 200);
  const auto unnamed = add().id;
  EXPECT_TRUE(tasks().delete_task(name(), unnamed));
  EXPECT_EQ(rows("http_task_name"), 10);
  EXPECT_EQ(rows("http_task_tombstone"), 10);
  expect_error(get("t3"), "NOT_FOUND", kEnded);
  clock_.advance(25h);
  claim();
  EXPECT_EQ(rows("http_task_name"), 0);
  EXPECT_EQ(rows("http_task_tombstone"), 0);
  expect_error(get("t3"), "NOT_FOUND", kNoEntity);
}

TEST_F(HttpTasksTest, WithoutANameAreRememberedToo) {
  const auto made = add();
  record(claim_one(), 200);
  expect_error(get(made.id), "NOT_FOUND", kEnded);
  expect_error(create(task(made.id)), "ALREADY_EXISTS", kTaken);
  const auto alive = add();
  expect_error(create(task(alive.id)), "ALREADY_EXISTS", kTaken);
}

TEST_F(HttpTasksTest, MayBeNamedByNumbers) {
  EXPECT_TRUE(create(task("12345678901234567890")));
  EXPECT_EQ(get("12345678901234567890")->url, task().url);
  EXPECT_TRUE(create(task("0")));
  EXPECT_TRUE(create(task("99999999999999999999999999")));
}

TEST_F(HttpTasksTest, AreListedPageByPage) {
  std::vector<std::string> all;
  for (int n = 0; n < 25; ++n)
    all.push_back(add(n % 3 == 0 ? "t" + std::to_string(n) : "", n % 2 == 0 ? now() + 1h : now()).id);
  add_queue({.name = name("other")});
  add(task("elsewhere", {}, "other"));
  std::vector<std::string> seen;
  for (std::string after;;) {
    const auto page = *tasks().tasks(name(), after, 10);
    if (page.empty()) break;
    EXPECT_LE(page.size(), 10U);
    for (const auto& one : page) seen.push_back(one.id);
    after = seen.back();
  }
  std::ranges::sort(all);
  std::ranges::sort(seen);
  EXPECT_EQ(seen, all);
}

TEST_F(HttpTasksTest, AreListedFromOneThatHasEndedMeanwhile) {
  for (const auto* id : {"a", "b", "c"}) add(id);
  const auto unnamed = add();
  add("d");
  ASSERT_EQ(listed(), (std::vector<std::string>{"a", "b", "c", unnamed.id, "d"}));
  for (const auto& id : {std::string("b"), unnamed.id}) ASSERT_TRUE(tasks().delete_task(name(), id));
  EXPECT_EQ(tasks().tasks(name(), "b", 1)->at(0).id, "c");
  EXPECT_EQ(tasks().tasks(name(), unnamed.id, 1)->at(0).id, "d");
  expect_error(tasks().tasks(name(), "never", 1), "INVALID_ARGUMENT",
               "The page token is not valid: its task is not known any more.");
}

TEST_F(HttpTasksTest, OfGreatSizeMakeShorterPages) {
  auto large = task();
  large.body = std::string(1'000'000, 'x');
  tasks().create(std::vector(100, large));
  const auto page = *tasks().tasks(name(), "", 100);
  EXPECT_LT(page.size(), 100U);
  EXPECT_EQ(page.size() + tasks().tasks(name(), page.back().id, 100)->size(), 100U);
}

TEST_F(HttpTasksTest, AreGoneOnceTheyAreDeleted) {
  const auto unnamed = add("", now() + 1h).id;
  add("t");
  for (const auto& id : {unnamed, std::string("t")}) {
    EXPECT_TRUE(tasks().delete_task(name(), id));
    expect_error(tasks().delete_task(name(), id), "NOT_FOUND", kEnded);
  }
  EXPECT_TRUE(claim().empty());
  EXPECT_EQ(listed(), std::vector<std::string>{});
}

TEST_F(HttpTasksTest, LeaveWhenTheirRetentionEndsWhateverTheirState) {
  limits_.retention = 31 * 24h;
  restart();
  add("paused");
  tasks().set_paused(name(), true).value();
  add("waits", now() + 40 * 24h);
  add_queue({.name = name("other")});
  add(task("under-way", {}, "other"));
  const auto claimed = claim_one();
  clock_.advance(24h);
  add("younger");
  clock_.advance(30 * 24h - 1us);
  claim();
  EXPECT_EQ(listed().size(), 3U);
  EXPECT_EQ(wake_, now() + 1us);
  clock_.advance(1us);
  claim();
  EXPECT_EQ(listed(), std::vector<std::string>{"younger"});
  expect_error(get("paused"), "NOT_FOUND", kEnded);
  EXPECT_EQ(wake_, now() + 24h);
  record(claimed, 500);
  EXPECT_EQ(listed("other"), std::vector<std::string>{});
  EXPECT_EQ(rows("http_task"), 1);
}

}  // namespace
}  // namespace postrider
