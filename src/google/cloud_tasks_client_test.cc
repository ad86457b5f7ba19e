#include "google/cloud_tasks_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>

#include "google/google_world_test.h"

namespace postrider {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kQueue = "projects/p1/locations/us-east1/queues/q1";
const std::string kTasks = "https://cloudtasks.googleapis.com/v2/" + kQueue + "/tasks";

class CloudTasksClientTest : public testing::Test {
 protected:
  CloudTasksClientTest() {
    options_.queue = kQueue;
    options_.target = "https://postrider.example.run.app/";
    options_.identity = "ringer@p1.iam.gserviceaccount.com";
    options_.pump.wait = [this](BootTime until) { google_.wait(until); };
    google_.says = [this](const WebRequest& request) {
      if (!first_.empty()) {
        auto next = std::move(first_.front());
        first_.erase(first_.begin());
        return FakeGoogle::Said{next};
      }
      return FakeGoogle::Said{true_answer(request)};
    };
  }

  /// What a Google without troubles says. It remembers the names that it was given.
  WebAnswer true_answer(const WebRequest& request) {
    if (request.method == "DELETE") {
      return names_.erase(request.url.substr(kTasks.size() + 1)) > 0
                 ? answer_of(200)
                 : google_error(404, "NOT_FOUND", "Requested entity was not found.");
    }
    const auto task = json::parse(request.body).at("task");
    const std::string name(task.at("name").as_string());
    if (names_[name.substr(kQueue.size() + 7)]++ > 0)
      return google_error(409, "ALREADY_EXISTS", "Requested entity already exists");
    return answer_of(200, json::serialize(json::object{{"name", name}}));
  }

  Alarms& alarms() {
    if (!alarms_) alarms_ = make_google_alarms(options_, tokens_, caller_, google_, google_.clock);
    return *alarms_;
  }
  Alarm alarm(std::string name, Micros in = 1h) {
    return {.name = std::move(name),
            .at = google_.clock.wall_now() + in,
            .path = "/api/tasks/send-email",
            .body = R"({"task":1})"};
  }
  Result<void> set(const Alarm& alarm, Micros time = 30s) {
    return alarms().set(std::span(&alarm, 1), time).front();
  }
  Error error_of(WebAnswer said) {
    first_ = {std::move(said)};
    const auto result = set(alarm("a" + std::to_string(++number_)), 1ms * 60'000);
    return result ? Error{} : result.error();
  }
  json::value body_of_last() { return json::parse(google_.asked.back().request.body); }

  FakeGoogle google_;
  FakeTokens tokens_;
  CloudTasksOptions options_;
  std::string caller_ = "postrider@p1.iam.gserviceaccount.com";
  std::unique_ptr<Alarms> alarms_;
  std::vector<Result<WebAnswer>> first_;  // said before the true answers
  std::map<std::string, int> names_;
  int number_ = 0;
};

TEST_F(CloudTasksClientTest, AnAlarmIsATaskWithItsName) {
  ASSERT_TRUE(set(alarm("a-1_Z")));
  const auto& request = google_.asked.front().request;
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, kTasks);
  EXPECT_EQ(google_.asked.front().header("Content-Type"), "application/json");
  EXPECT_EQ(google_.asked.front().header("Authorization"), "Bearer t1");
  EXPECT_EQ(json::parse(request.body), json::parse(R"({
    "task": {
      "name": "projects/p1/locations/us-east1/queues/q1/tasks/a-1_Z",
      "scheduleTime": "2026-11-23T10:00:00Z",
      "dispatchDeadline": "60s",
      "httpRequest": {
        "url": "https://postrider.example.run.app/api/tasks/send-email",
        "httpMethod": "POST",
        "headers": {"Content-Type": "application/json"},
        "body": "eyJ0YXNrIjoxfQ==",
        "oidcToken": {"serviceAccountEmail": "ringer@p1.iam.gserviceaccount.com",
                      "audience": "https://postrider.example.run.app"}
      }
    },
    "responseView": "BASIC"})"));
}

TEST_F(CloudTasksClientTest, WhatIsDueIsNotScheduledAndNobodyIsNobody) {
  options_.identity.clear();
  options_.dispatch_deadline = 90'500ms;
  ASSERT_TRUE(set(alarm("a", 0s)));
  const auto task = body_of_last().at("task").as_object();
  EXPECT_FALSE(task.contains("scheduleTime"));
  EXPECT_EQ(task.at("dispatchDeadline"), "90.500s");
  EXPECT_FALSE(task.at("httpRequest").as_object().contains("oidcToken"));
  ASSERT_TRUE(set(alarm("b", 1us)));
  EXPECT_EQ(body_of_last().at("task").at("scheduleTime"), "2026-11-23T09:00:00.010001Z");
}

TEST_F(CloudTasksClientTest, AudienceAndServerAreOptions) {
  options_.audience = "postrider";
  options_.url = "http://127.0.0.1:8123/";
  first_ = {answer_of(200, R"({"name":")" + kQueue + R"(/tasks/a"})")};
  ASSERT_TRUE(set(alarm("a")));
  EXPECT_EQ(google_.asked.back().request.url, "http://127.0.0.1:8123/v2/" + kQueue + "/tasks");
  EXPECT_EQ(body_of_last().at("task").at("httpRequest").at("oidcToken").at("audience"), "postrider");
}

TEST_F(CloudTasksClientTest, AnAlarmThatIsSetIsSet) {
  ASSERT_TRUE(set(alarm("a")));
  ASSERT_TRUE(set(alarm("a")));
  EXPECT_EQ(names_["a"], 2);
}

TEST_F(CloudTasksClientTest, AnAnswerThatIsLostIsAskedForAgain) {
  // The task is made, its answer is lost, and the next one says that it exists.
  google_.says = [this](const WebRequest& request) {
    auto answer = true_answer(request);
    const bool lost = answer.status == 200;
    return FakeGoogle::Said{lost ? Result<WebAnswer>(unavailable("connection_broke", ".")) : answer};
  };
  std::vector<Alarm> all;
  for (int n = 0; n < 500; ++n) all.push_back(alarm("a" + std::to_string(n)));
  EXPECT_THAT(alarms().set(all, 30s), Each(testing::Truly([](const auto& one) { return one.has_value(); })));
  EXPECT_EQ(google_.asked.size(), 1000u);
  EXPECT_EQ(google_.most_in_flight, 100);
}

TEST_F(CloudTasksClientTest, WhatDidNotMakeItSaysSo) {
  google_.says = [this](const WebRequest& request) {
    const bool odd = request.body.contains("/tasks/odd");
    return FakeGoogle::Said{odd ? google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded")
                                : true_answer(request)};
  };
  const auto before = google_.clock.boot_now();
  const std::vector<Alarm> all{alarm("a"), alarm("odd"), alarm("b")};
  const auto results = alarms().set(all, 20s);
  EXPECT_LE(google_.clock.boot_now() - before, 20s);
  EXPECT_TRUE(results[0] && results[2]);
  ASSERT_FALSE(results[1]);
  EXPECT_EQ(results[1].error().code, "alarms_unavailable");
  EXPECT_EQ(results[1].error().kind, Error::Kind::unavailable);
  EXPECT_THAT(results[1].error().message, HasSubstr("Quota exceeded"));
  google_.says = [](const WebRequest&) { return std::nullopt; };
  EXPECT_EQ(set(alarm("c")).error().code, "alarms_unavailable");
}

TEST_F(CloudTasksClientTest, AQueueThatIsNotThereIsMadeByACommand) {
  for (const auto& said :
       {google_error(404, "NOT_FOUND",
                     "Queue does not exist. If you just created the queue, wait at least a "
                     "minute for the queue to initialize."),
        google_error(400, "FAILED_PRECONDITION",
                     "The queue no longer exists, though a queue with this name existed "
                     "recently.")}) {
    const auto error = error_of(said);
    EXPECT_EQ(error.code, "alarm_queue_gone");
    EXPECT_EQ(error.kind, Error::Kind::not_found);
    EXPECT_THAT(error.message, HasSubstr("gcloud tasks queues create q1 --location=us-east1 --project=p1."));
  }
}

TEST_F(CloudTasksClientTest, AMissingPermissionIsGivenByACommand) {
  const std::string lacks = R"(The principal (user or service account) lacks IAM permission \")";
  auto error = error_of(google_error(
      403, "PERMISSION_DENIED", lacks + R"(cloudtasks.tasks.create\" for the resource \"projects/p1\".)"));
  EXPECT_EQ(error.code, "alarms_refused");
  EXPECT_EQ(error.kind, Error::Kind::invalid);
  EXPECT_EQ(
      error.message,
      "postrider@p1.iam.gserviceaccount.com lacks the permission cloudtasks.tasks.create. Give it: gcloud "
      "tasks queues add-iam-policy-binding q1 --location=us-east1 --project=p1 "
      "--member=serviceAccount:postrider@p1.iam.gserviceaccount.com --role=roles/cloudtasks.enqueuer.");
  error =
      error_of(google_error(403, "PERMISSION_DENIED",
                            lacks + R"(iam.serviceAccounts.actAs\" for the resource \"ringer@p1.iam\".)"));
  EXPECT_THAT(
      error.message,
      HasSubstr("gcloud iam service-accounts add-iam-policy-binding ringer@p1.iam.gserviceaccount.com "
                "--member=serviceAccount:postrider@p1.iam.gserviceaccount.com "
                "--role=roles/iam.serviceAccountUser."));
  error = error_of(google_error(403, "PERMISSION_DENIED", "Cloud Tasks API has not been used in project 1"));
  EXPECT_THAT(error.message, HasSubstr("gcloud services enable cloudtasks.googleapis.com --project=p1."));
  error = error_of(google_error(403, "PERMISSION_DENIED", "Billing is off at console.google.com."));
  EXPECT_THAT(error.message, HasSubstr("Billing is off"));
}

TEST_F(CloudTasksClientTest, OtherRefusalsAreSaidInGooglesWords) {
  auto error =
      error_of(google_error(400, "INVALID_ARGUMENT",
                            "The Task.scheduleTime, 2027-01-01T00:00:00-08:00, is too far in the future. "
                            "Schedule time must be no more than 720h in the future."));
  EXPECT_EQ(error.code, "alarm_too_far");
  EXPECT_EQ(error.kind, Error::Kind::invalid);
  error = error_of(google_error(400, "INVALID_ARGUMENT", "Task size too large"));
  EXPECT_EQ(error.code, "alarms_refused");
  EXPECT_THAT(error.message, HasSubstr("Task size too large"));
  error = error_of(google_error(404, "NOT_FOUND", "Requested entity was not found."));
  EXPECT_EQ(error.code, "alarms_refused");
  EXPECT_THAT(error.message,
              HasSubstr("Check that the service account ringer@p1.iam.gserviceaccount.com exists."));
  EXPECT_EQ(error_of(answer_of(200, "<html>Log in to the WiFi</html>")).code, "alarms_unavailable");
  EXPECT_EQ(error_of(answer_of(200, R"({"name":"another"})")).code, "alarms_unavailable");
  EXPECT_EQ(error_of(answer_of(404, "<html>no such page</html>")).code, "alarms_unavailable");
}

TEST_F(CloudTasksClientTest, WhatConcernsAllIsAskedForOnce) {
  options_.pump.in_flight = 1;
  std::vector<Alarm> all;
  for (int n = 0; n < 50; ++n) all.push_back(alarm("a" + std::to_string(n)));
  first_ = {google_error(404, "NOT_FOUND", "Queue does not exist.")};
  for (const auto& one : alarms().set(all, 30s)) EXPECT_EQ(one.error().code, "alarm_queue_gone");
  EXPECT_EQ(google_.asked.size(), 1u);
}

TEST_F(CloudTasksClientTest, ARefusedTokenIsReplacedOnce) {
  first_ = {answer_of(401)};
  EXPECT_TRUE(set(alarm("a")));
  EXPECT_EQ(google_.asked.back().header("Authorization"), "Bearer t2");
  first_ = {google_error(401, "UNAUTHENTICATED", "bad"), google_error(401, "UNAUTHENTICATED", "bad")};
  EXPECT_EQ(set(alarm("b")).error().code, "alarms_refused");
  tokens_.trouble = Error{Error::Kind::invalid, "no_credentials", "There are no Google credentials."};
  EXPECT_EQ(set(alarm("c")).error().code, "alarms_refused");
  tokens_.trouble = Error{Error::Kind::unavailable, "oauth_unavailable", "."};
  EXPECT_EQ(set(alarm("d")).error().code, "alarms_unavailable");
}

TEST_F(CloudTasksClientTest, RemovingWhatIsGoneIsDone) {
  ASSERT_TRUE(set(alarm("a")));
  first_ = {answer_of(503)};
  const std::vector<std::string> names{"a", "never"};
  for (const auto& one : alarms().remove(names, 30s)) EXPECT_TRUE(one);
  EXPECT_TRUE(names_.empty());
  EXPECT_EQ(google_.asked.back().request.method, "DELETE");
  EXPECT_EQ(google_.asked[1].request.url, kTasks + "/a");
  first_ = {
      google_error(403, "PERMISSION_DENIED", "Permission 'cloudtasks.tasks.delete' denied on resource")};
  EXPECT_THAT(alarms().remove(names, 30s).front().error().message, HasSubstr("roles/cloudtasks.taskDeleter"));
}

TEST_F(CloudTasksClientTest, TheQueueSaysHowItIs) {
  first_ = {answer_of(200, R"({"name":")" + kQueue + R"(","state":"RUNNING"})")};
  auto state = alarms().state();
  ASSERT_TRUE(state);
  EXPECT_EQ(google_.asked.back().request.url, "https://cloudtasks.googleapis.com/v2/" + kQueue);
  EXPECT_FALSE(state->paused || state->purged_at);
  first_ = {answer_of(502),
            answer_of(200, R"({"state":"PAUSED","purgeTime":"2026-11-23T08:00:00.000001Z"})")};
  state = alarms().state();
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->paused);
  EXPECT_EQ(state->purged_at, *parse_rfc3339("2026-11-23T08:00:00.000001Z"));
  first_ = {google_error(404, "NOT_FOUND", "Queue does not exist.")};
  EXPECT_EQ(alarms().state().error().code, "alarm_queue_gone");
  first_ = {answer_of(200, "[]")};
  EXPECT_EQ(alarms().state().error().code, "alarms_unavailable");
}

TEST_F(CloudTasksClientTest, AlarmsAreListedPageByPage) {
  const auto named = [](const std::string& id) { return R"({"name":")" + kQueue + "/tasks/" + id + R"("})"; };
  first_ = {answer_of(200, R"({"tasks":[)" + named("a") + "," + named("b") + R"(],"nextPageToken":"T+/=2"})"),
            answer_of(200, "{}"), answer_of(200, R"({"tasks":[)" + named("../x") + "]}")};
  auto page = alarms().list("");
  ASSERT_TRUE(page);
  EXPECT_EQ(google_.asked.back().request.url, kTasks + "?responseView=BASIC&pageSize=1000");
  EXPECT_THAT(page->names, ElementsAre("a", "b"));
  page = alarms().list(page->next);
  ASSERT_TRUE(page);
  EXPECT_THAT(google_.asked.back().request.url, testing::EndsWith("&pageToken=T%2B%2F%3D2"));
  EXPECT_TRUE(page->names.empty() && page->next.empty());
  EXPECT_EQ(alarms().list("").error().code, "alarms_unavailable");
}

TEST_F(CloudTasksClientTest, SaysWhichPermissionsAreLacking) {
  first_ = {answer_of(200, R"({"permissions":["cloudtasks.tasks.create"]})"), answer_of(200, "{}")};
  const std::vector<std::string> all{"cloudtasks.tasks.create", "cloudtasks.tasks.delete", kActAsPermission};
  auto lacking = alarms().lacking(all);
  ASSERT_TRUE(lacking);
  EXPECT_THAT(*lacking, ElementsAre(testing::Field(&LackingPermission::permission, "cloudtasks.tasks.delete"),
                                    testing::Field(&LackingPermission::permission, kActAsPermission)));
  EXPECT_THAT(lacking->front().command, testing::HasSubstr("roles/cloudtasks.taskDeleter"));
  EXPECT_EQ(google_.asked[0].request.url,
            "https://cloudtasks.googleapis.com/v2/" + kQueue + ":testIamPermissions");
  EXPECT_EQ(google_.asked[0].request.body,
            R"({"permissions":["cloudtasks.tasks.create","cloudtasks.tasks.delete"]})");
  EXPECT_EQ(google_.asked[1].request.url,
            "https://iam.googleapis.com/v1/projects/-/serviceAccounts/"
            "ringer%40p1.iam.gserviceaccount.com:testIamPermissions");
  first_ = {google_error(403, "PERMISSION_DENIED",
                         "Identity and Access Management (IAM) API has not been used in project 1 before.")};
  EXPECT_THAT(alarms().lacking({kActAsPermission}).error().message,
              HasSubstr("gcloud services enable iam.googleapis.com --project=p1."));
}

TEST_F(CloudTasksClientTest, WithoutAnIdentityNobodyIsActedAs) {
  options_.identity.clear();
  EXPECT_TRUE(alarms().lacking({kActAsPermission})->empty());
  EXPECT_TRUE(google_.asked.empty());
}

}  // namespace
}  // namespace postrider
