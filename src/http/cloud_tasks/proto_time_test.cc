#include "http/cloud_tasks/proto_time.h"

#include <gtest/gtest.h>

namespace postrider::cloud_tasks {
namespace {

using std::chrono::days;
using std::chrono::seconds;

constexpr WallTime kDay{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

struct TimeRow {
  const char* text;
  std::optional<WallTime> time;
};

TEST(CloudTasksJson, ReadsTimestampsWithOffsetsAndUpToNineDigits) {
  const TimeRow rows[] = {
      {"2026-01-01T00:00:00Z", kDay},
      {"2026-01-01T00:00:00.5Z", kDay + Micros{500'000}},
      {"2026-01-01T00:00:00.123456789Z", kDay + Micros{123'456}},
      {"2026-01-01T02:00:00+02:00", kDay},
      {"2025-12-31T16:30:00-07:30", kDay},
      {"0001-01-01T00:00:00Z", WallTime{std::chrono::sys_days{std::chrono::year{1} / 1 / 1}}},
      {"9999-12-31T23:59:59Z",
       WallTime{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}} + days{1} - seconds{1}},
      {"2026-01-01T00:00:00", std::nullopt},
      {"2026-01-01 00:00:00Z", std::nullopt},
      {"2026-01-01T00:00:00.Z", std::nullopt},
      {"2026-01-01T00:00:00.1234567890Z", std::nullopt},
      {"2026-02-30T00:00:00Z", std::nullopt},
      {"2026-01-01T24:00:00Z", std::nullopt},
      {"2026-01-01T00:00:60Z", std::nullopt},
      {"2026-01-01T00:00:00+2:00", std::nullopt},
      {"2026-01-01T00:00:00Zulu", std::nullopt},
      {"0000-01-01T00:00:00Z", std::nullopt},
      {"tomorrow", std::nullopt},
      {"", std::nullopt}};
  for (const auto& row : rows) EXPECT_EQ(read_timestamp(row.text), row.time) << row.text;
}

TEST(CloudTasksJson, WritesTimestampsWithNoThreeOrSixDigits) {
  EXPECT_EQ(to_timestamp(kDay), "2026-01-01T00:00:00Z");
  EXPECT_EQ(to_timestamp(kDay + Micros{100'000}), "2026-01-01T00:00:00.100Z");
  EXPECT_EQ(to_timestamp(kDay + Micros{123'456}), "2026-01-01T00:00:00.123456Z");
  EXPECT_EQ(to_timestamp(kDay - Micros{1}), "2025-12-31T23:59:59.999999Z");
}

struct DurationRow {
  const char* text;
  std::optional<Micros> duration;
};

TEST(CloudTasksJson, ReadsDurationsInSecondsOnly) {
  const DurationRow rows[] = {{"0s", Micros{0}},
                              {"1.500s", Micros{1'500'000}},
                              {"0.1s", Micros{100'000}},
                              {"3600s", Micros{3'600'000'000}},
                              {"-1.5s", Micros{-1'500'000}},
                              {"0.000000001s", Micros{0}},
                              {"315576000000s", Micros{315'576'000'000'000'000}},
                              {"315576000001s", std::nullopt},
                              {"9999999999999s", std::nullopt},
                              {"1", std::nullopt},
                              {"1m", std::nullopt},
                              {".5s", std::nullopt},
                              {"1.s", std::nullopt},
                              {"1.0000000001s", std::nullopt},
                              {"+1s", std::nullopt},
                              {"1s ", std::nullopt},
                              {"s", std::nullopt},
                              {"", std::nullopt}};
  for (const auto& row : rows) EXPECT_EQ(read_duration(row.text), row.duration) << row.text;
}

TEST(CloudTasksJson, WritesDurationsWithNoThreeOrSixDigits) {
  EXPECT_EQ(to_duration(Micros{600'000'000}), "600s");
  EXPECT_EQ(to_duration(Micros{100'000}), "0.100s");
  EXPECT_EQ(to_duration(Micros{1'000'001}), "1.000001s");
  EXPECT_EQ(to_duration(Micros{-500'000}), "-0.500s");
}

}  // namespace
}  // namespace postrider::cloud_tasks
