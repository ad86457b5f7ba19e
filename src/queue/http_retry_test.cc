// The backoff of failed HTTP tasks and the rule that ends them, row by row as Google documents them.

#include <gtest/gtest.h>

#include "queue/http_task.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

const WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};

HttpQueue queue_with(Micros min, Micros max, int doublings) {
  return {.min_backoff = min, .max_backoff = max, .max_doublings = doublings};
}

void expect_backoff(const HttpQueue& queue, const std::vector<Micros>& waits) {
  for (int attempt = 1; attempt <= std::ssize(waits); ++attempt)
    EXPECT_EQ(backoff_after(queue, attempt), waits[static_cast<std::size_t>(attempt - 1)]) << attempt;
}

TEST(HttpBackoff, OfTheOfficialExample) {
  expect_backoff(queue_with(10s, 300s, 3), {10s, 20s, 40s, 80s, 160s, 240s, 300s, 300s, 300s});
}

TEST(HttpBackoff, WithoutDoublingsIsLinear) {
  expect_backoff(queue_with(10s, 200s, 0), {10s, 20s, 30s, 40s, 50s});
  EXPECT_EQ(backoff_after(queue_with(10s, 200s, 0), 19), 190s);
  EXPECT_EQ(backoff_after(queue_with(10s, 200s, 0), 20), 200s);
  EXPECT_EQ(backoff_after(queue_with(10s, 200s, 0), 21), 200s);
}

TEST(HttpBackoff, DoublesAndThenGrowsByTheSameStep) {
  expect_backoff(queue_with(5s, 120s, 2), {5s, 10s, 20s, 40s, 60s, 80s, 100s, 120s, 120s});
}

TEST(HttpBackoff, OfTheDefaultsEndsAfterThreeAndAHalfDays) {
  const HttpQueue queue;
  expect_backoff(queue, {100ms, 200ms, 400ms, 800ms, 1600ms});
  EXPECT_EQ(backoff_after(queue, 15), 1638400ms);
  EXPECT_EQ(backoff_after(queue, 16), 3276800ms);
  EXPECT_EQ(backoff_after(queue, 17), 3600s);
  Micros sum{0};
  for (int attempt = 1; attempt < queue.max_attempts; ++attempt) sum += backoff_after(queue, attempt);
  EXPECT_EQ(sum, 305353500ms);
}

TEST(HttpBackoff, StaysWithinItsMostWhateverTheNumbers) {
  constexpr auto most = Micros::max();
  const auto endless = std::numeric_limits<int>::max();
  for (const auto& queue : {queue_with(1us, 1h, endless), queue_with(1h, 1h, 0), queue_with(1us, 1h, 62),
                            queue_with(1us, 1h, 63), queue_with(1us, 1h, 64)}) {
    EXPECT_EQ(backoff_after(queue, endless), 1h);
  }
  EXPECT_EQ(backoff_after(queue_with(most, most, endless), endless), most);
  EXPECT_EQ(backoff_after(queue_with(0s, 1h, endless), endless), 0s);
}

struct Stop {
  int max_attempts;
  Micros max_retry_duration;
  int attempts;
  Micros since_first;
  bool again;
};

TEST(HttpRetries, EndOnceAllLimitsThatThereAreAreReached) {
  const Stop rows[] = {
      {5, 0s, 4, 100h, true},      {5, 0s, 5, 0s, false},     {1, 0s, 1, 0s, false},
      {-1, 1h, 1000, 59min, true}, {-1, 1h, 1, 1h, false},    {-1, 0s, 100000, 10000h, true},
      {5, 1h, 5, 59min, true},     {5, 1h, 4, 2h, true},      {5, 1h, 9, 59min, true},
      {5, 1h, 5, 1h, false},       {100, 0s, 99, 500h, true}, {100, 0s, 100, 84h, false},
  };
  for (const auto& row : rows) {
    HttpTask task;
    task.dispatch_count = row.attempts;
    task.first_dispatch = kNow - row.since_first;
    const HttpQueue queue{.max_attempts = row.max_attempts, .max_retry_duration = row.max_retry_duration};
    EXPECT_EQ(next_attempt(task, queue, {.status = 500}, kNow).has_value(), row.again)
        << row.max_attempts << " " << row.attempts;
  }
}

TEST(HttpRetries, CountFromTheFailure) {
  HttpTask task;
  task.schedule = kNow - 1h;
  task.dispatch_count = 3;
  task.first_dispatch = kNow - 1h;
  EXPECT_EQ(next_attempt(task, {}, {.status = 404}, kNow), kNow + 400ms);
}

TEST(HttpRetries, WaitAsLongAsTheTargetAsksButForAnHour) {
  HttpTask task;
  task.dispatch_count = 1;
  const auto queue = queue_with(10s, 20s, 3);
  const auto next = [&](Micros asked) {
    return *next_attempt(task, queue, {.status = 503, .retry_after = asked}, kNow) - kNow;
  };
  EXPECT_EQ(next(5s), 10s) << "the backoff is longer";
  EXPECT_EQ(next(60s), 60s) << "beyond max_backoff";
  EXPECT_EQ(next(2h), 1h);
}

TEST(HttpRetries, NeverOverflow) {
  HttpTask task;
  task.dispatch_count = 1;
  EXPECT_EQ(next_attempt(task, queue_with(Micros::max(), Micros::max(), 0), {}, kNow), WallTime::max());
}

}  // namespace
}  // namespace postrider
