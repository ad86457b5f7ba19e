#include "http/campaign_api_test.h"

namespace postrider {
namespace {

class TaskOperations : public CampaignApiTest {
 protected:
  TaskOperations() : key_(key(std::nullopt, {"tasks"})) {}

  /// A campaign under way; the ids of its emails in the order of the list.
  std::vector<std::int64_t> started() {
    campaign_ = draft();
    EXPECT_EQ(post(campaign_, "send").status, 200);
    plan();
    return ids();
  }
  /// Emails get their rows and tasks; none is sent.
  void plan() {
    auto& tasks = store_->tasks();
    if (!crew_) crew_ = tasks.join();
    const Entry claim = Claim{.crew = crew_, .limit = 1};
    const auto claimed = std::get<Claimed>(tasks.apply({&claim, 1}).front());
    const Entry step =
        PlanStep{.crew = crew_, .task = claimed.tasks.at(0).id, .attempt = claimed.tasks.at(0).attempt};
    tasks.apply({&step, 1});
  }
  std::vector<std::int64_t> ids() {
    std::vector<std::int64_t> all;
    for (const auto& email : list(path(campaign_) + "/recipients"))
      all.insert(all.begin(), email.at("id").as_int64());
    return all;
  }
  HttpAnswer ring(std::int64_t id) {
    return ask_checked(
        {"POST", "/api/tasks/send-email",
         R"({"email_send_id":)" + std::to_string(id) + R"(,"created_by":"queue","timestamp":1.5})"});
  }
  /// What the crew makes of a ring.
  void let_run(const std::function<AttemptOutcome(const std::string&)>& say) {
    run_task_ = [this, say](EmailId) {
      work(say);
      return TaskRun::ended;
    };
  }
  static AttemptOutcome deferred(const std::string&) {
    return {.disposition = Disposition::deferred,
            .blame = Blame::recipient,
            .stage = "rcpt",
            .code = 450,
            .enhanced = "4.2.0",
            .text = "greylisted",
            .reason = "The server asks to try again."};
  }
  static std::string status(const HttpAnswer& answer) {
    return std::string(object(answer).at("status").as_string());
  }

  std::string key_;
  std::int64_t campaign_ = 0;
};

TEST_F(TaskOperations, ARungTaskTellsItsTrueOutcome) {
  const auto ids = started();
  let_run([](const std::string& to) { return to == "bo@example.com" ? refused(to) : accepted(to); });
  const auto sent = ring(ids[0]);
  EXPECT_EQ(sent.status, 200);
  EXPECT_EQ(status(sent), "success");
  EXPECT_EQ(object(sent).at("smtp_response").as_string(), "250 2.0.0 queued as 4711");
  const auto failed = ring(ids[1]);
  EXPECT_EQ(failed.status, 200);
  EXPECT_EQ(status(failed), "failed");
  EXPECT_EQ(ring(4711).status, 404);
}

TEST_F(TaskOperations, WhatComesLaterIsAcceptedAndSaysWhen) {
  const auto ids = started();
  let_run(deferred);
  const auto later = ring(ids[0]);
  EXPECT_EQ(later.status, 202);
  EXPECT_EQ(status(later), "deferred");
  EXPECT_GT(*parse_rfc3339(object(later).at("planned_at").as_string()), clock_.wall_now());
  EXPECT_EQ(object(later).at("smtp_response").as_string(), "450 4.2.0 greylisted");
}

TEST_F(TaskOperations, WhatIsPausedOrUnderWayIsNotDoneTwice) {
  const auto ids = started();
  ASSERT_EQ(post(campaign_, "pause").status, 200);
  EXPECT_EQ(ring(ids[0]).status, 202);
  run_task_ = [](EmailId) { return TaskRun::under_way; };
  const auto busy = ring(ids[0]);
  EXPECT_EQ(busy.status, 429);
  EXPECT_EQ(header(busy, "Retry-After"), "10");
  run_task_ = [](EmailId) { return TaskRun::unavailable; };
  EXPECT_EQ(ring(ids[0]).status, 503);
  ASSERT_EQ(post(campaign_, "stop").status, 200);
  const auto stopped = ring(ids[0]);
  EXPECT_EQ(stopped.status, 200) << "what is over is not even asked for";
  EXPECT_EQ(status(stopped), "skipped");
}

TEST_F(TaskOperations, OnlyWhoMayDoTasksRings) {
  const std::string body = R"({"email_send_id":1})";
  EXPECT_EQ(ask({"POST", "/api/tasks/send-email", body}).status, 401);
  EXPECT_EQ(ask({"POST", "/api/tasks/send-email", body}, key(Role::editor)).status, 403);
  EXPECT_EQ(ask({"POST", "/api/tasks/send-email", body}, key_).status, 404);
  EXPECT_EQ(ask({"POST", "/api/tasks/send-email", "{}"}, key_).status, 422);
  EXPECT_EQ(ask({"POST", "/api/tasks/send-email", R"({"email_send_id":"1; DROP TABLE"})"}, key_).status, 422);
}

TEST_F(TaskOperations, HealthShowsTheQueueToWhomItKnows) {
  EXPECT_EQ(object(ask({"GET", "/api/tasks/health/"})).size(), 2u);
  const auto known = object(ask_checked({"POST", "/api/tasks/health"}));
  EXPECT_EQ(known.at("queue_info").at("name").as_string(), "email-campaign-queue");
  EXPECT_EQ(known.at("queue_info").at("state").as_string(), "RUNNING");
  health_ = {.ready = false, .why = "The disk is full.", .database = "full"};
  EXPECT_EQ(ask_checked({"GET", "/api/tasks/health"}).status, 503);
}

TEST_F(TaskOperations, TheServerSaysHowItIs) {
  EXPECT_TRUE(object(ask_checked({"GET", "/"})).contains("version"));
  EXPECT_FALSE(object(ask({"GET", "/"})).contains("version"));
  const auto page = ask({"GET", "/", {}, {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}}});
  EXPECT_TRUE(page.content_type.starts_with("text/html"));
  EXPECT_EQ(object(get("/api/health/database")).at("database_info").at("database_type").as_string(),
            "sqlite");
  const auto email = object(get("/api/health/email"));
  EXPECT_EQ(email.at("status").as_string(), "healthy");
  EXPECT_EQ(email.at("config").at("smtp_host").as_string(), "smtp.example.com");
  EXPECT_EQ(email.at("config").at("use_tls").as_bool(), true);
  EXPECT_EQ(tried_.host, "") << "nobody was logged in";
  health_ = {.ready = false, .why = "The disk is full.", .database = "full"};
  EXPECT_EQ(get("/api/health/database").status, 503);
}

TEST_F(TaskOperations, SheetsAreNotThereYet) {
  EXPECT_EQ(code(get("/api/sheets/1AbCdEfGhIjKlMnOp/preview?sheet_range=Leads!A:Z")),
            "sheets_not_configured");
  EXPECT_EQ(code(get("/api/sheets/short/preview")), "bad_sheet_id");
  EXPECT_EQ(get("/api/sheets/1AbCdEfGhIjKlMnOp/preview?max_rows=101").status, 400);
  EXPECT_EQ(ask({"POST", "/api/sheets/1AbCdEfGhIjKlMnOp/validate"}, owner_).status, 503);
}

}  // namespace
}  // namespace postrider
