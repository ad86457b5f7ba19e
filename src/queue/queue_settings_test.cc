#include "queue/queue_settings.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace postrider {
namespace {

QueueSettings good() {
  return {.name = "email-campaign-queue"};
}

TEST(QueueSettings, AreGoodByDefault) {
  EXPECT_TRUE(validate(good()));
}

TEST(QueueSettings, HaveBounds) {
  const struct {
    const char* name;
    std::function<void(QueueSettings&)> change;
    bool fine;
  } rows[] = {
      {"empty name", [](auto& s) { s.name = ""; }, false},
      {"name of 100", [](auto& s) { s.name = std::string(100, 'a'); }, true},
      {"name of 101", [](auto& s) { s.name = std::string(101, 'a'); }, false},
      {"name with a slash", [](auto& s) { s.name = "a/b"; }, false},
      {"name with a line break", [](auto& s) { s.name = "a\n"; }, false},
      {"slow rate", [](auto& s) { s.max_dispatches_per_second = 0.1; }, true},
      {"negative rate", [](auto& s) { s.max_dispatches_per_second = -1; }, false},
      {"rate that is no number",
       [](auto& s) { s.max_dispatches_per_second = std::numeric_limits<double>::quiet_NaN(); }, false},
      {"endless rate", [](auto& s) { s.max_dispatches_per_second = std::numeric_limits<double>::infinity(); },
       false},
      {"no concurrency", [](auto& s) { s.max_concurrent_dispatches = 0; }, false},
      {"concurrency of 5000", [](auto& s) { s.max_concurrent_dispatches = 5'000; }, true},
      {"concurrency of 5001", [](auto& s) { s.max_concurrent_dispatches = 5'001; }, false},
      {"unlimited attempts", [](auto& s) { s.max_attempts = -1; }, true},
      {"no attempts", [](auto& s) { s.max_attempts = 0; }, false},
      {"no retry limit", [](auto& s) { s.max_retry_duration = Micros{0}; }, true},
      {"negative retry limit", [](auto& s) { s.max_retry_duration = Micros{-1}; }, false},
      {"negative backoff", [](auto& s) { s.min_backoff = Micros{-1}; }, false},
      {"backoff the wrong way round", [](auto& s) { s.max_backoff = std::chrono::seconds{1}; }, false},
      {"negative doublings", [](auto& s) { s.max_doublings = -1; }, false},
  };
  for (const auto& row : rows) {
    QueueSettings settings = good();
    row.change(settings);
    EXPECT_EQ(validate(settings).has_value(), row.fine) << row.name;
  }
}

TEST(QueueSettings, NameAllThatIsWrongAtOnce) {
  const auto checked = validate({.name = "a b", .max_concurrent_dispatches = 0, .max_attempts = 0});
  ASSERT_FALSE(checked);
  for (const char* part : {"name", "max-concurrent-dispatches", "max-attempts"}) {
    EXPECT_NE(checked.error().message.find(part), std::string::npos) << part;
  }
}

TEST(QueueSettings, BurstIsOneSecondsWorthAndAtLeastOne) {
  EXPECT_EQ((QueueSettings{.max_dispatches_per_second = 500}.max_burst()), 500);
  EXPECT_EQ((QueueSettings{.max_dispatches_per_second = 0.1}.max_burst()), 1);
}

}  // namespace
}  // namespace postrider
