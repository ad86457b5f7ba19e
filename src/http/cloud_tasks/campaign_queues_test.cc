// Campaign emails as tasks of their queue, over a real store.

#include "http/cloud_tasks/cloud_tasks_test.h"

#include "actions/pause_campaign.h"
#include "actions/start_campaign.h"
#include "base/base64.h"

namespace postrider {
namespace {

namespace json = boost::json;

class CampaignQueuesTest : public CloudTasksTest {
 protected:
  CampaignQueuesTest() {
    run_task_ = [this](EmailId) { return work(accepted) > 0 ? TaskRun::ended : TaskRun::not_now; };
  }
  /// Three people, an email every hour; the first is due at once.
  CampaignId start() {
    add_office();
    auto settings = letter();
    settings.pace = Pace{std::chrono::hours{1}, std::chrono::hours{1}};
    const auto id = create(kThreePeople, settings)->id;
    EXPECT_TRUE(start_campaign(context_, id, {})->started());
    plan();
    return id;
  }
  /// Plans without sending anything.
  void plan() {
    auto& tasks = store_->tasks();
    crew_ = tasks.join();
    const Entry claim = Claim{.crew = crew_, .limit = 1};
    const auto claimed = std::get<Claimed>(tasks.apply({&claim, 1}).front());
    ASSERT_EQ(claimed.tasks.size(), 1u);
    const auto& task = claimed.tasks[0];
    const Entry step = PlanStep{.crew = crew_, .task = task.id, .attempt = task.attempt};
    tasks.apply({&step, 1});
  }
  std::vector<std::string> task_names(const std::string& query = {}) {
    std::vector<std::string> names;
    const auto body = object(get(std::string(kCampaignQueue) + "/tasks" + query));
    if (!body.contains("tasks")) return names;
    for (const auto& task : body.at("tasks").as_array()) {
      const std::string name(task.as_object().at("name").as_string());
      names.push_back("/v2/" + name);
    }
    return names;
  }
};

TEST_F(CampaignQueuesTest, AreListedAndShown) {
  const auto list = object(get("/v2/projects/local/locations/us-east1/queues"));
  ASSERT_EQ(list.at("queues").as_array().size(), 1u);
  const auto queue = object(get(kCampaignQueue));
  EXPECT_EQ(queue.at("name"), "projects/local/locations/us-east1/queues/email-campaign-queue");
  EXPECT_EQ(queue.at("state"), "RUNNING");
  // Without a limit there is no rate to show.
  EXPECT_EQ(json::serialize(queue.at("rateLimits")), R"({"maxConcurrentDispatches":1000})");
  EXPECT_EQ(queue.at("retryConfig").as_object().at("maxAttempts"), 3);
  EXPECT_EQ(get("/v2/projects/local/locations/us-east1/queues/none").status, 404);
}

TEST_F(CampaignQueuesTest, AreCreatedChangedAndDeleted) {
  const std::string path = "/v2/projects/local/locations/us-east1/queues";
  const auto made =
      post(path, R"({"name":"projects/local/locations/us-east1/queues/slow",)"
                 R"("rateLimits":{"maxDispatchesPerSecond":2.5},"retryConfig":{"maxAttempts":5}})");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(store().find_queue("slow")->settings.max_dispatches_per_second, 2.5);
  EXPECT_EQ(store().find_queue("slow")->settings.max_attempts, 5);
  EXPECT_EQ(said(post(path, R"({"name":"projects/local/locations/us-east1/queues/slow"})")),
            "ALREADY_EXISTS: Queue already exists");

  const auto changed =
      patch(path + "/slow?updateMask=retryConfig.maxAttempts,rateLimits.maxDispatchesPerSecond",
            R"({"retryConfig":{"maxAttempts":-1}})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(store().find_queue("slow")->settings.max_attempts, -1);
  EXPECT_EQ(store().find_queue("slow")->settings.max_dispatches_per_second, 0);
  EXPECT_EQ(said(patch(path + "/slow", R"({"retryConfig":{"maxAttempts":-2}})")),
            "INVALID_ARGUMENT: RetryConfig.maxAttempts must be greater or equal to -1.");
  ASSERT_EQ(patch(path + "/fresh", "{}").status, 200);
  EXPECT_TRUE(store().find_queue("fresh").has_value());

  EXPECT_EQ(said(remove(path + "/slow")), "{}");
  EXPECT_FALSE(store().find_queue("slow").has_value());
  EXPECT_EQ(said(remove(path + "/slow")), "NOT_FOUND: Requested entity was not found.");
}

TEST_F(CampaignQueuesTest, TheFirstOneIsCreatedByWhoeverCreatesItFirst) {
  const std::string path = "/v2/projects/local/locations/us-east1/queues";
  const std::string guide = R"({"name":"projects/local/locations/us-east1/queues/email-campaign-queue",)"
                            R"("retryConfig":{"maxAttempts":7,"maxRetryDuration":"1800s"}})";
  const std::string other = R"({"name":"projects/local/locations/us-east1/queues/other",)"
                            R"("retryConfig":{"maxAttempts":7,"maxRetryDuration":"1800s"}})";
  EXPECT_EQ(said(post(path, R"({"name":"projects/local/locations/us-east1/queues/email-campaign-queue",)"
                            R"("retryConfig":{"maxAttempts":-2}})")),
            "INVALID_ARGUMENT: RetryConfig.maxAttempts must be greater or equal to -1.");
  const auto made = post(path, guide);
  ASSERT_EQ(made.status, 200) << made.body;
  auto fresh = object(post(path, other));
  fresh["name"] = "projects/local/locations/us-east1/queues/email-campaign-queue";
  EXPECT_EQ(object(made), fresh) << "answered as any new queue";
  EXPECT_EQ(object(get(kCampaignQueue)), fresh);
  EXPECT_EQ(said(post(path, guide)), "ALREADY_EXISTS: Queue already exists");
}

TEST_F(CampaignQueuesTest, TheFirstOneIsNotCreatedOnceItWasUpdated) {
  const std::string path = "/v2/projects/local/locations/us-east1/queues";
  ASSERT_EQ(patch(path + "/email-campaign-queue?updateMask=retryConfig.maxAttempts",
                  R"({"retryConfig":{"maxAttempts":3}})")
                .status,
            200);
  EXPECT_EQ(said(post(path, R"({"name":"projects/local/locations/us-east1/queues/email-campaign-queue"})")),
            "ALREADY_EXISTS: Queue already exists");
}

TEST_F(CampaignQueuesTest, StayWhileCampaignsUseThem) {
  EXPECT_TRUE(said(remove(kCampaignQueue)).starts_with("FAILED_PRECONDITION: "));
  ASSERT_TRUE(store().create_queue({.name = "busy"}).has_value());
  add_office();
  auto settings = letter();
  settings.queue = "busy";
  ASSERT_TRUE(create(kThreePeople, settings).has_value());
  EXPECT_TRUE(said(remove("/v2/projects/local/locations/us-east1/queues/busy"))
                  .starts_with("FAILED_PRECONDITION: Campaigns have their emails in this queue."));
}

TEST_F(CampaignQueuesTest, PauseResumeAndPurge) {
  const auto id = start();
  EXPECT_EQ(object(post(kCampaignQueue + std::string(":pause"))).at("state"), "PAUSED");
  EXPECT_TRUE(store().queues()[0].paused);
  EXPECT_EQ(object(post(kCampaignQueue + std::string(":resume"))).at("state"), "RUNNING");
  EXPECT_TRUE(object(post(kCampaignQueue + std::string(":purge"))).contains("purgeTime"));
  EXPECT_TRUE(task_names().empty());
  EXPECT_EQ(store().campaign(id)->status, CampaignStatus::paused);
  for (const auto* verb : {":pause", ":resume", ":purge"})
    EXPECT_EQ(post("/v2/projects/local/locations/us-east1/queues/none" + std::string(verb)).status, 404);
}

TEST_F(CampaignQueuesTest, ShowEmailsAsTasks) {
  start();
  const auto names = task_names();
  ASSERT_EQ(names.size(), 3u);
  const auto number = names[1].substr(names[1].rfind('/') + 1);
  const auto task = object(get(names[1] + "?responseView=FULL"));
  EXPECT_EQ(
      json::serialize(task),
      R"({"name":"projects/local/locations/us-east1/queues/email-campaign-queue/tasks/)" + number +
          R"(","httpRequest":{"url":"https://mail.example.org/api/tasks/send-email","httpMethod":"POST",)"
          R"("headers":{"Content-Type":"application/json","User-Agent":"Google-Cloud-Tasks"},"body":")" +
          std::string(task.at("httpRequest").as_object().at("body").as_string()) +
          R"("},"scheduleTime":"2026-11-23T10:00:00Z","createTime":"2026-11-23T09:00:00Z",)"
          R"("dispatchDeadline":"600s","view":"FULL"})");
  EXPECT_EQ(from_base64(task.at("httpRequest").as_object().at("body").as_string()),
            "{\"email_send_id\":" + number + "}");
  EXPECT_FALSE(object(get(names[1])).at("httpRequest").as_object().contains("body"));
}

TEST_F(CampaignQueuesTest, ListTasksPageByPage) {
  start();
  const auto all = task_names();
  const auto first = object(get(std::string(kCampaignQueue) + "/tasks?pageSize=2"));
  EXPECT_EQ(first.at("tasks").as_array().size(), 2u);
  const std::string token(first.at("nextPageToken").as_string());
  const auto rest = task_names("?pageSize=2&pageToken=" + token);
  EXPECT_EQ(rest, std::vector<std::string>(all.begin() + 2, all.end()));
}

TEST_F(CampaignQueuesTest, RefuseTasksOfCallers) {
  const auto answer = post(std::string(kCampaignQueue) + "/tasks",
                           R"({"task":{"httpRequest":{"url":"https://example.org/"}}})");
  EXPECT_TRUE(
      said(answer).starts_with("INVALID_ARGUMENT: The tasks of this queue are the emails of campaigns"));
}

TEST_F(CampaignQueuesTest, SkipADeletedEmail) {
  const auto id = start();
  const auto names = task_names();
  EXPECT_EQ(said(remove(names[1])), "{}");
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.skipped = 1, .pending = 2}));
  const auto gone =
      "NOT_FOUND: The task no longer exists, though a task with this name existed recently. The task either "
      "successfully completed or was deleted.";
  EXPECT_EQ(said(get(names[1])), gone);
  EXPECT_EQ(said(remove(names[1])), gone);
  EXPECT_EQ(said(post(names[1] + ":run")), gone);
  EXPECT_EQ(said(get(std::string(kCampaignQueue) + "/tasks/999999")),
            "NOT_FOUND: Requested entity was not found.");
  EXPECT_EQ(said(get(std::string(kCampaignQueue) + "/tasks/01")),
            "NOT_FOUND: Requested entity was not found.");
}

TEST_F(CampaignQueuesTest, DoNotDeleteAnEmailThatIsUnderWay) {
  start();
  const auto names = task_names();
  const Entry claim = Claim{.crew = crew_, .limit = 1};
  ASSERT_EQ(std::get<Claimed>(store_->tasks().apply({&claim, 1}).front()).tasks.size(), 1u);
  EXPECT_TRUE(said(remove(names[0])).starts_with("FAILED_PRECONDITION: An attempt to send email "));
  EXPECT_EQ(object(get(names[0])).at("dispatchCount"), 1);
}

TEST_F(CampaignQueuesTest, RunAnEmailBeforeItsTime) {
  const auto id = start();
  const auto names = task_names();
  EXPECT_EQ(work(accepted), 1);
  clock_.advance(std::chrono::minutes{59});
  // The mailbox's pace is the gate's affair: its next slot is in a minute.
  const auto early = post(names[2] + ":run");
  EXPECT_EQ(early.status, 400);
  EXPECT_TRUE(said(early).starts_with("FAILED_PRECONDITION: The email cannot be sent now: ")) << said(early);
  clock_.advance(std::chrono::minutes{1});
  ASSERT_TRUE(store().suppress({.key = "bo@example.com", .reason = "by hand"}).has_value());
  const auto ran = post(names[2] + ":run");
  ASSERT_EQ(ran.status, 200) << ran.body;
  EXPECT_EQ(object(ran).at("dispatchCount"), 1);
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.sent = 2, .skipped = 1}));
}

TEST_F(CampaignQueuesTest, RunNothingPastTheGate) {
  const auto id = start();
  const auto names = task_names();
  ASSERT_TRUE(pause_campaign(context_, id).has_value());
  EXPECT_TRUE(
      said(post(names[0] + ":run")).starts_with("FAILED_PRECONDITION: The email cannot be sent now: "));
  EXPECT_EQ(store().campaign(id)->counts, (Counts{.pending = 3}));
  run_task_ = [](EmailId) { return TaskRun::unavailable; };
  EXPECT_EQ(post(names[0] + ":run").status, 503);
  run_task_ = [](EmailId) { return TaskRun::under_way; };
  EXPECT_EQ(post(names[0] + ":run").status, 200);
}

}  // namespace
}  // namespace postrider
