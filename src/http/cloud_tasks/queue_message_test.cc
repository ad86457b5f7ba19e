#include "http/cloud_tasks/queue_message.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

QueueMessage read(std::string_view text) {
  Violations violations;
  const auto object = json::parse(json::string_view(text.data(), text.size())).as_object();
  MessageReader reader(object, "queue", violations);
  auto message = read_queue(reader);
  EXPECT_TRUE(violations.empty()) << violations.error().message;
  return message;
}

HttpQueue queue_of(double rate, int attempts, int doublings) {
  HttpQueue queue{.name = {"p", "l", "q"}};
  queue.max_dispatches_per_second = rate;
  queue.max_attempts = attempts;
  queue.max_doublings = doublings;
  queue.min_backoff = seconds{7};
  return queue;
}

/// What becomes of such a queue by this body and mask.
HttpQueue merged(std::string_view body, std::string_view mask) {
  auto queue = queue_of(5, 9, 3);
  merge(read(body), read_mask(mask).value(), HttpQueue{}, queue);
  return queue;
}

TEST(CloudTasksFieldMask, TakesBothCasings) {
  for (const auto* mask : {"rateLimits.maxDispatchesPerSecond", "rate_limits.max_dispatches_per_second",
                           "rateLimits.max_dispatches_per_second, name"}) {
    const auto queue =
        merged(R"({"rateLimits":{"maxDispatchesPerSecond":7},"retryConfig":{"maxAttempts":2}})", mask);
    EXPECT_EQ(queue.max_dispatches_per_second, 7) << mask;
    EXPECT_EQ(queue.max_attempts, 9) << mask;
  }
}

TEST(CloudTasksFieldMask, OfAMessageNamesAllOfItsFields) {
  const auto queue = merged(R"({"retryConfig":{"maxAttempts":2}})", "retry_config");
  EXPECT_EQ(queue.max_attempts, 2);
  EXPECT_EQ(queue.max_doublings, 16);
  EXPECT_EQ(queue.min_backoff, std::chrono::milliseconds{100});
  EXPECT_EQ(queue.max_dispatches_per_second, 5);
}

TEST(CloudTasksFieldMask, OfNothingNamesEveryField) {
  for (const auto* mask : {"", "*", " , "}) {
    const auto queue = merged(R"({"retryConfig":{"maxAttempts":2}})", mask);
    EXPECT_EQ(queue.max_attempts, 2) << mask;
    EXPECT_EQ(queue.max_dispatches_per_second, 500) << mask;
    EXPECT_EQ(queue.max_doublings, 16) << mask;
  }
}

TEST(CloudTasksFieldMask, OfAPathThatIsAbsentResetsIt) {
  const auto queue = merged("{}", "rateLimits.maxDispatchesPerSecond,retryConfig.minBackoff");
  EXPECT_EQ(queue.max_dispatches_per_second, 500);
  EXPECT_EQ(queue.min_backoff, std::chrono::milliseconds{100});
  EXPECT_EQ(queue.max_attempts, 9);
}

TEST(CloudTasksFieldMask, IgnoresWhatIsOutputOnly) {
  const auto queue = merged(R"({"state":"PAUSED","purgeTime":"2026-01-01T00:00:00Z","name":"x",
                                "rateLimits":{"maxBurstSize":-5}})",
                            "state,purge_time,name,rateLimits.maxBurstSize");
  EXPECT_EQ(queue.state, HttpQueueState::running);
  EXPECT_EQ(queue.name.queue, "q");
  EXPECT_EQ(queue.max_dispatches_per_second, 5);
  EXPECT_FALSE(queue.purged_at.has_value());
}

TEST(CloudTasksFieldMask, RefusesAnUnknownPath) {
  for (const auto* mask : {"colour", "rateLimits.colour", "rateLimits.maxDispatchesPerSecond.x",
                           "rateLimits.", "stats", "purgeTime.seconds"}) {
    const auto read = read_mask(mask);
    ASSERT_FALSE(read.has_value()) << mask;
    EXPECT_EQ(read.error().code, RpcCode::invalid_argument);
  }
  EXPECT_TRUE(read_mask("appEngineRoutingOverride.host,httpTarget.uriOverride").has_value());
}

TEST(CloudTasksFieldMask, KeepsAZeroOfDoublingsThatItNames) {
  EXPECT_EQ(merged(R"({"retryConfig":{"maxDoublings":0}})", "retryConfig.maxDoublings").max_doublings, 0);
  EXPECT_EQ(merged(R"({"retryConfig":{"maxDoublings":0}})", "").max_doublings, 16);
  EXPECT_EQ(merged("{}", "retryConfig.maxDoublings").max_doublings, 16);
}

TEST(CloudTasksQueueMessage, TakesZerosAsDefaults) {
  const auto queue = merged(R"({"rate_limits":{"max_dispatches_per_second":0,"max_concurrent_dispatches":"0"},
                                "retry_config":{"max_attempts":0,"max_retry_duration":"0s"}})",
                            "");
  EXPECT_EQ(queue.max_dispatches_per_second, 500);
  EXPECT_EQ(queue.max_concurrent_dispatches, 1000);
  EXPECT_EQ(queue.max_attempts, 100);
  EXPECT_EQ(queue.max_retry_duration, Micros{0});
}

TEST(CloudTasksQueueMessage, IsWrittenWithItsDefaults) {
  const HttpQueue queue{.name = {"p", "l", "q"}};
  EXPECT_EQ(
      json::serialize(to_json(queue, false)),
      R"({"name":"projects/p/locations/l/queues/q",)"
      R"("rateLimits":{"maxDispatchesPerSecond":500,"maxBurstSize":100,"maxConcurrentDispatches":1000},)"
      R"("retryConfig":{"maxAttempts":100,"minBackoff":"0.100s","maxBackoff":"3600s","maxDoublings":16},)"
      R"("state":"RUNNING"})");
}

TEST(CloudTasksQueueMessage, IsWrittenWithEnumsAsNumbersAndWithoutZeros) {
  auto queue = queue_of(0.5, -1, 0);
  queue.state = HttpQueueState::paused;
  queue.max_retry_duration = seconds{90};
  queue.purged_at = WallTime{seconds{1'767'225'600}} + Micros{5};
  queue.log_sampling_ratio = 0.25;
  const auto out = to_json(queue, true);
  EXPECT_EQ(out.at("state"), 2);
  EXPECT_EQ(out.at("rateLimits").as_object().at("maxDispatchesPerSecond"), 0.5);
  const auto& retry = out.at("retryConfig").as_object();
  EXPECT_EQ(retry.at("maxAttempts"), -1);
  EXPECT_EQ(retry.at("maxRetryDuration"), "90s");
  EXPECT_FALSE(retry.contains("maxDoublings"));
  EXPECT_EQ(out.at("purgeTime"), "2026-01-01T00:00:00.000005Z");
  EXPECT_EQ(out.at("stackdriverLoggingConfig").as_object().at("samplingRatio"), 0.25);
}

}  // namespace
}  // namespace postrider::cloud_tasks
