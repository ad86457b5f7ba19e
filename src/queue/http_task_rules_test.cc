// What a new task may be, and how large it is by the service's own measure.

#include <gtest/gtest.h>

#include <functional>

#include "queue/http_task.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

const WallTime kNow{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 9h};

HttpTask good() {
  HttpTask task;
  task.queue = {.project = "p", .location = "us-east1", .queue = "q"};
  task.id = "t1";
  task.url = "http://a";
  task.schedule = task.created = kNow;
  return task;
}

TEST(HttpTasks, AreRefusedInGooglesWords) {
  constexpr std::string_view bad_scheme = "HttpTarget.url must start with 'http://' or 'https://'.";
  constexpr std::string_view bad_deadline = "Task.dispatchDeadline must be between [15s, 30m].";
  const struct {
    std::function<void(HttpTask&)> change;
    std::string_view message;  ///< empty: fine
  } rows[] = {
      {[](auto&) {}, ""},
      {[](auto& t) { t.id = ""; }, ""},
      {[](auto& t) { t.id = std::string(500, 'a'); }, ""},
      {[](auto& t) { t.id = "a.b"; },
       "Task ID \"a.b\" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), or underscores (_). "
       "Task ID must between 1 and 500 characters."},
      {[](auto& t) { t.url = ""; }, "HttpRequest.url is required."},
      {[](auto& t) { t.url = "ftp://a"; }, bad_scheme},
      {[](auto& t) { t.url = "/a"; }, bad_scheme},
      {[](auto& t) { t.url = "https://a/%zz"; }, ""},
      {[](auto& t) { t.url = "HTTPS://a"; }, ""},
      {[](auto& t) { t.url = "http://" + std::string(2076, 'a'); }, ""},
      {[](auto& t) { t.url = "http://" + std::string(2077, 'a'); },
       "HttpRequest.url must have at most 2083 characters."},
      {[](auto& t) { t.dispatch_deadline = 15s; }, ""},
      {[](auto& t) { t.dispatch_deadline = 30min; }, ""},
      {[](auto& t) { t.dispatch_deadline = 14999ms; }, bad_deadline},
      {[](auto& t) { t.dispatch_deadline = 30min + 1ms; }, bad_deadline},
      {[](auto& t) { t.body = "b"; }, ""},
      {[](auto& t) { t.method = HttpMethod::get; }, ""},
      {[](auto& t) { t.method = HttpMethod::del, t.body = "b"; },
       "HttpRequest.body is allowed only with POST, PUT and PATCH, not with DELETE."},
      {[](auto& t) { t.headers = {{"A", std::string(80 * 1024 - 2, 'a')}}; }, ""},
      {[](auto& t) { t.headers = {{"A", std::string(80 * 1024 - 1, 'a')}}; },
       "HttpRequest.headers must be smaller than 80KB."},
      {[](auto& t) { t.headers = {{"A", "b\r\nC: d"}}; },
       "HttpRequest.headers holds a header that cannot be sent."},
      {[](auto& t) { t.body = std::string(1'048'445, 'b'); }, ""},
      {[](auto& t) { t.body = std::string(1'048'446, 'b'); }, "Task size too large"},
  };
  for (const auto& row : rows) {
    auto task = good();
    row.change(task);
    const auto result = validate(task, {}, kNow);
    EXPECT_EQ(result.has_value(), row.message.empty()) << row.message;
    if (result) continue;
    EXPECT_EQ(result.error().message, row.message);
    EXPECT_EQ(result.error().code, "INVALID_ARGUMENT");
    EXPECT_EQ(result.error().kind, Error::Kind::invalid);
  }
}

TEST(HttpTasks, MayBeScheduledUpToTheHorizon) {
  auto task = good();
  task.schedule = kNow + 720h;
  EXPECT_TRUE(validate(task, {.horizon = 720h}, kNow));
  task.schedule += 1us;
  EXPECT_EQ(
      validate(task, {.horizon = 720h}, kNow).error().message,
      "The Task.scheduleTime, 2026-12-24T01:00:00-08:00, is too far in the future. Schedule time must be no "
      "more than 720h in the future.");
  task.schedule = WallTime{std::chrono::sys_days{std::chrono::year{2027} / 3 / 14} + 10h};
  EXPECT_EQ(
      validate(task, {.horizon = 90min}, kNow).error().message,
      "The Task.scheduleTime, 2027-03-14T03:00:00-07:00, is too far in the future. Schedule time must be no "
      "more than 1h30m in the future.");
}

// The numbers are those of a program that has Google's own definition of the message.
TEST(HttpTasks, HaveTheSizeOfTheServicesRecord) {
  auto task = good();
  EXPECT_EQ(stored_size(task), 118U);
  task.headers = {{"user-agent", "mine"}};
  EXPECT_EQ(stored_size(task), 118U) << "every task has the service's own";

  task.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
  task.method = HttpMethod::put;
  task.body = std::string(300, 'x');
  task.schedule = kNow + 123456us;
  task.created = kNow + 999999us;
  task.dispatch_deadline = 15500ms;
  EXPECT_EQ(stored_size(task), 479U);

  task = good();
  task.url = "https://example.com/x";
  task.method = HttpMethod::patch;
  task.body = std::string(200, 'x');
  task.dispatch_deadline = 30min;
  task.token = {HttpTaskToken::Kind::oidc, "me@p.iam.gserviceaccount.com", "aud"};
  EXPECT_EQ(stored_size(task), 372U);
  task.body.clear();
  task.method = HttpMethod::get;
  task.token = {HttpTaskToken::Kind::oauth, "me@p.iam.gserviceaccount.com", ""};
  EXPECT_EQ(stored_size(task), 163U);
}

}  // namespace
}  // namespace postrider
