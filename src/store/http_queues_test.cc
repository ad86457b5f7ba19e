// Queues of HTTP tasks: their settings, names and states.

#include "store/http_task_store_fixture.h"

namespace postrider {
namespace {

class HttpQueuesTest : public HttpTaskStoreTest {
 protected:
  std::vector<std::string> names(std::string_view after = "", int limit = 100) {
    std::vector<std::string> all;
    for (const auto& queue : tasks().queues("p", "us-east1", after, limit)) all.push_back(queue.name.queue);
    return all;
  }
};

TEST_F(HttpQueuesTest, AreKeptAsTheyWereMade) {
  const auto made = add_queue({.name = name(),
                               .max_dispatches_per_second = 0.25,
                               .max_concurrent_dispatches = 7,
                               .max_attempts = -1,
                               .max_retry_duration = 90s,
                               .min_backoff = 1500ms,
                               .max_backoff = 1h,
                               .max_doublings = 0,
                               .log_sampling_ratio = 0.5});
  EXPECT_EQ(made.state, HttpQueueState::running);
  for (int round = 0; round < 2; ++round, restart()) {
    const auto queue = tasks().queue(name());
    ASSERT_TRUE(queue);
    EXPECT_EQ(queue->name, name());
    EXPECT_EQ(queue->state, HttpQueueState::running);
    EXPECT_EQ(queue->max_dispatches_per_second, 0.25);
    EXPECT_EQ(queue->max_concurrent_dispatches, 7);
    EXPECT_EQ(queue->max_attempts, -1);
    EXPECT_EQ(queue->max_retry_duration, 90s);
    EXPECT_EQ(queue->min_backoff, 1500ms);
    EXPECT_EQ(queue->max_backoff, 1h);
    EXPECT_EQ(queue->max_doublings, 0);
    EXPECT_EQ(queue->log_sampling_ratio, 0.5);
    EXPECT_EQ(queue->throttle, 1);
    EXPECT_FALSE(queue->purged_at);
  }
}

TEST_F(HttpQueuesTest, ThatExistAreNotMadeAgain) {
  add_queue();
  expect_error(tasks().create_queue({.name = name()}), "ALREADY_EXISTS", "Queue already exists");
}

TEST_F(HttpQueuesTest, OutOfBoundsAreRefused) {
  expect_error(tasks().create_queue({.name = name(), .max_dispatches_per_second = 501}), "INVALID_ARGUMENT",
               "RateLimits.maxDispatchesPerSecond must be less than or equal to 500.");
  EXPECT_FALSE(tasks().queue(name()));
  add_queue();
  expect_error(tasks().update_queue(name(), [](HttpQueue& queue) { queue.max_attempts = -2; }),
               "INVALID_ARGUMENT", "RetryConfig.maxAttempts must be greater or equal to -1.");
  EXPECT_EQ(tasks().queue(name())->max_attempts, 100);
}

TEST_F(HttpQueuesTest, ThatAreMissingAreSaidToBe) {
  expect_error(tasks().queue(name()), "NOT_FOUND", kNoQueue);
  expect_error(tasks().set_paused(name(), true), "NOT_FOUND", kNoQueue);
  expect_error(tasks().set_paused(name(), false), "NOT_FOUND", kNoQueue);
  expect_error(tasks().purge(name()), "NOT_FOUND", kNoQueue);
  expect_error(tasks().tasks(name(), "", 10), "NOT_FOUND", kNoQueue);
  expect_error(create(task()), "NOT_FOUND", kNoQueue);
  expect_error(tasks().delete_queue(name()), "NOT_FOUND", kNoEntity);
  expect_error(tasks().task(name(), "t"), "NOT_FOUND", kNoEntity);
  expect_error(tasks().delete_task(name(), "t"), "NOT_FOUND", kNoEntity);
  expect_error(tasks().force_run(name(), "t"), "NOT_FOUND", kNoEntity);
}

TEST_F(HttpQueuesTest, AreListedByNameAndPlace) {
  for (const auto* queue : {"b", "a", "B", "a-1"}) add_queue({.name = name(queue)});
  add_queue({.name = {.project = "p", .location = "us-east2", .queue = "elsewhere"}});
  add_queue({.name = {.project = "p2", .location = "us-east1", .queue = "elsewhere"}});
  EXPECT_EQ(names(), (std::vector<std::string>{"B", "a", "a-1", "b"}));
  EXPECT_EQ(names("", 2), (std::vector<std::string>{"B", "a"}));
  EXPECT_EQ(names("a", 2), (std::vector<std::string>{"a-1", "b"}));
  EXPECT_EQ(names("b"), std::vector<std::string>{});
}

TEST_F(HttpQueuesTest, AreMadeByAnUpdateWhereThereAreNone) {
  const auto made = tasks().update_queue(name(), [](HttpQueue& queue) {
    EXPECT_EQ(queue.max_attempts, 100);
    queue.max_attempts = 3;
  });
  ASSERT_TRUE(made);
  EXPECT_EQ(made->state, HttpQueueState::running);
  EXPECT_EQ(tasks().queue(name())->max_attempts, 3);
}

TEST_F(HttpQueuesTest, KeepStateNameAndPurgeInAnUpdate) {
  add_queue();
  tasks().set_paused(name(), true).value();
  const auto purged = tasks().purge(name()).value().purged_at;
  const auto changed = tasks().update_queue(name(), [](HttpQueue& queue) {
    queue.name.queue = "other";
    queue.state = HttpQueueState::running;
    queue.purged_at.reset();
    queue.throttle = 0.5;
    queue.max_dispatches_per_second = 0;
  });
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->name, name());
  EXPECT_EQ(changed->state, HttpQueueState::paused);
  EXPECT_EQ(changed->purged_at, purged);
  EXPECT_EQ(changed->throttle, 1);
  EXPECT_EQ(changed->max_dispatches_per_second, 500);
  EXPECT_EQ(tasks().queue(name())->state, HttpQueueState::paused);
}

TEST_F(HttpQueuesTest, ArePausedAndResumedAsOftenAsAsked) {
  add_queue();
  for (const bool paused : {true, true, false, false}) {
    const auto state = paused ? HttpQueueState::paused : HttpQueueState::running;
    EXPECT_EQ(tasks().set_paused(name(), paused)->state, state);
    EXPECT_EQ(tasks().queue(name())->state, state);
  }
}

TEST_F(HttpQueuesTest, GoWithTheirTasks) {
  add_queue();
  add("named");
  add("", now() + 1h);
  add();
  EXPECT_TRUE(tasks().delete_queue(name()));
  expect_error(tasks().queue(name()), "NOT_FOUND", kNoQueue);
  expect_error(get("named"), "NOT_FOUND", kNoEntity);
  EXPECT_EQ(names(), std::vector<std::string>{});
  EXPECT_TRUE(claim().empty());
  for (const auto* table : {"http_task", "http_task_name", "http_removal"})
    EXPECT_EQ(rows(table), 0) << table;
  // A new queue of the name has nothing of the old one.
  add_queue();
  EXPECT_EQ(listed(), std::vector<std::string>{});
  EXPECT_TRUE(create(task("named")));
}

TEST_F(HttpQueuesTest, MayHaveTheirNamesBlockedForAWhile) {
  limits_.queue_name_window = std::chrono::days{3};
  restart();
  add_queue();
  EXPECT_TRUE(tasks().delete_queue(name()));
  constexpr auto too_recent =
      "The queue cannot be created because a queue with this name existed too recently.";
  expect_error(tasks().create_queue({.name = name()}), "FAILED_PRECONDITION", too_recent);
  expect_error(tasks().update_queue(name(), [](HttpQueue&) {}), "FAILED_PRECONDITION", too_recent);
  expect_error(create(task()), "NOT_FOUND", kNoQueue);
  clock_.advance(std::chrono::days{3} - 1us);
  expect_error(tasks().create_queue({.name = name()}), "FAILED_PRECONDITION", too_recent);
  clock_.advance(1us);
  EXPECT_TRUE(tasks().create_queue({.name = name()}));
}

TEST_F(HttpQueuesTest, AttemptsOfADeletedOneEndInSilence) {
  add_queue();
  add("t");
  const auto claimed = claim_one();
  EXPECT_TRUE(tasks().delete_queue(name()));
  add_queue();
  add("t");
  record(claimed, 500);
  EXPECT_EQ(get("t")->dispatch_count, 0);
  EXPECT_EQ(claim_one().task.dispatch_count, 1);
}

}  // namespace
}  // namespace postrider
