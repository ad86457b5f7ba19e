#include "queue/http_task.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace postrider {
namespace {

const QueueName kName{.project = "p", .location = "us-east1", .queue = "q"};

TEST(QueueNames, AreTakenApartAndPutTogether) {
  const auto name = parse_queue_name("projects/example.com:p-1/locations/us-east1/queues/My-Queue1");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->project, "example.com:p-1");
  EXPECT_EQ(name->location, "us-east1");
  EXPECT_EQ(name->queue, "My-Queue1");
  EXPECT_EQ(name->text(), "projects/example.com:p-1/locations/us-east1/queues/My-Queue1");
  EXPECT_EQ(name->parent(), "projects/example.com:p-1/locations/us-east1");
}

TEST(QueueNames, HaveOneForm) {
  const std::string start = "projects/p/locations/l/queues/";
  EXPECT_TRUE(parse_queue_name(start + std::string(100, 'q')));
  for (const auto& text :
       {start + std::string(101, 'q'), start, start + "q/", start + "q/tasks/t", start + "q_1", start + "q\n",
        "/" + start + "q", std::string("projects//locations/l/queues/q"),
        std::string("projects/p/locations/l.x/queues/q"), std::string("projects/p/queues/q"),
        std::string("q"), std::string()}) {
    EXPECT_FALSE(parse_queue_name(text)) << text;
  }
}

TEST(HttpQueues, AreGoodByDefault) {
  EXPECT_TRUE(validate(HttpQueue{.name = kName}));
}

TEST(HttpQueues, AreRefusedInGooglesWords) {
  const struct {
    std::function<void(HttpQueue&)> change;
    std::string_view message;  ///< empty: fine
  } rows[] = {
      {[](auto& q) { q.name.queue = "a_b"; },
       "Queue name must be formatted: \"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>\"."},
      {[](auto& q) { q.max_dispatches_per_second = 0; }, ""},
      {[](auto& q) { q.max_dispatches_per_second = 0.1; }, ""},
      {[](auto& q) { q.max_dispatches_per_second = 500; }, ""},
      {[](auto& q) { q.max_dispatches_per_second = -1; },
       "RateLimits.maxDispatchesPerSecond cannot be negative."},
      {[](auto& q) { q.max_dispatches_per_second = std::numeric_limits<double>::quiet_NaN(); },
       "RateLimits.maxDispatchesPerSecond cannot be negative."},
      {[](auto& q) { q.max_dispatches_per_second = 500.5; },
       "RateLimits.maxDispatchesPerSecond must be less than or equal to 500."},
      {[](auto& q) { q.max_concurrent_dispatches = 5000; }, ""},
      {[](auto& q) { q.max_concurrent_dispatches = -1; },
       "RateLimits.maxConcurrentDispatches cannot be negative."},
      {[](auto& q) { q.max_concurrent_dispatches = 5001; },
       "RateLimits.maxConcurrentDispatches must be less than or equal to 5000."},
      {[](auto& q) { q.max_attempts = -1; }, ""},
      {[](auto& q) { q.max_attempts = -2; }, "RetryConfig.maxAttempts must be greater or equal to -1."},
      {[](auto& q) { q.max_doublings = 0; }, ""},
      {[](auto& q) { q.max_doublings = -1; }, "RetryConfig.maxDoublings cannot be negative."},
      {[](auto& q) { q.min_backoff = Micros{0}; }, ""},
      {[](auto& q) { q.min_backoff = Micros{-1}; }, "RetryConfig.minBackoff cannot be negative."},
      {[](auto& q) { q.min_backoff = q.max_backoff; }, ""},
      {[](auto& q) { q.min_backoff = q.max_backoff + Micros{1}; },
       "RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff."},
      {[](auto& q) { q.max_retry_duration = Micros{-1}; },
       "RetryConfig.maxRetryDuration cannot be negative."},
      {[](auto& q) { q.log_sampling_ratio = 1.5; },
       "StackdriverLoggingConfig.samplingRatio must be between 0.0 and 1.0."},
  };
  for (const auto& row : rows) {
    HttpQueue queue{.name = kName};
    row.change(queue);
    const auto result = validate(queue);
    EXPECT_EQ(result.has_value(), row.message.empty()) << row.message;
    if (result) continue;
    EXPECT_EQ(result.error().message, row.message);
    EXPECT_EQ(result.error().code, "INVALID_ARGUMENT");
    EXPECT_EQ(result.error().kind, Error::Kind::invalid);
  }
}

TEST(HttpQueues, MayBeAllowedMoreThanGoogles) {
  HttpQueue queue{.name = kName, .max_dispatches_per_second = 100'000};
  EXPECT_TRUE(validate(queue, 100'000));
  queue.max_dispatches_per_second = 100'001;
  EXPECT_EQ(validate(queue, 100'000).error().message,
            "RateLimits.maxDispatchesPerSecond must be less than or equal to 100000.");
}

TEST(HttpQueues, TakeZeroForTheDefault) {
  const auto queue = with_defaults({.name = kName,
                                    .max_dispatches_per_second = 0,
                                    .max_concurrent_dispatches = 0,
                                    .max_attempts = 0,
                                    .max_retry_duration = std::chrono::milliseconds{1999}});
  EXPECT_EQ(queue.max_dispatches_per_second, 500);
  EXPECT_EQ(queue.max_concurrent_dispatches, 1000);
  EXPECT_EQ(queue.max_attempts, 100);
  EXPECT_EQ(queue.max_retry_duration, std::chrono::seconds{1});
  EXPECT_EQ(with_defaults({.name = kName, .max_attempts = -1}).max_attempts, -1);
}

TEST(HttpQueues, HaveTheBurstThatRealOnesShow) {
  const struct {
    double rate;
    int burst;
  } rows[] = {{0.1, 10}, {1, 10}, {50, 10}, {51, 11}, {100, 20}, {500, 100}};
  for (const auto& row : rows)
    EXPECT_EQ((HttpQueue{.max_dispatches_per_second = row.rate}.max_burst_size()), row.burst) << row.rate;
}

TEST(HttpMethods, HaveTheirNames) {
  EXPECT_EQ(to_text(HttpMethod::post), "POST");
  EXPECT_EQ(to_text(HttpMethod::get), "GET");
  EXPECT_EQ(to_text(HttpMethod::head), "HEAD");
  EXPECT_EQ(to_text(HttpMethod::put), "PUT");
  EXPECT_EQ(to_text(HttpMethod::del), "DELETE");
  EXPECT_EQ(to_text(HttpMethod::patch), "PATCH");
  EXPECT_EQ(to_text(HttpMethod::options), "OPTIONS");
}

}  // namespace
}  // namespace postrider
