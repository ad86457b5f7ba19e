#include "http/campaign_api_test.h"

#include <thread>

#include "actions/duplicate_campaign.h"
#include "actions/resolve_uncertain.h"

namespace postrider {
namespace {

using RunOperations = CampaignApiTest;

TEST_F(RunOperations, ADraftIsSentWithoutABodyAndOnlyOnce) {
  const auto id = draft();
  const auto sent = post(id, "send");
  EXPECT_EQ(sent.status, 200) << sent.body;
  const auto data = object(sent).at("data").as_object();
  EXPECT_EQ(data.at("campaign_id").as_int64(), id);
  EXPECT_EQ(data.at("status").as_string(), "sending");
  EXPECT_EQ(data.at("send_immediately").as_bool(), true);
  EXPECT_EQ(data.at("test_mode").as_bool(), false);
  EXPECT_EQ(data.at("recipients").as_int64(), 3);
  const auto again = post(id, "send");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(code(again), "campaign_not_startable");
  EXPECT_EQ(post(99, "send").status, 404);
}

TEST_F(RunOperations, OfManyStartsAtOnceOneSucceeds) {
  const auto id = draft();
  std::map<int, int> statuses;
  std::mutex mutex;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&] {
      const auto answer = post(id, "send", "{}");
      const std::lock_guard lock(mutex);
      ++statuses[answer.status];
    });
  }
  threads.clear();
  EXPECT_EQ(statuses, (std::map<int, int>{{200, 1}, {409, 19}}));
}

TEST_F(RunOperations, EverythingThatKeepsItFromBeingSentIsSaidAtOnce) {
  const auto id = create("Email,Name,Company\nana@example.com,Ana,\n")->id.value;
  ASSERT_EQ(ask({"PUT", path(id), R"({"subject":"{{ nobody }}"})"}, owner_).status, 200);
  const auto answer = post(id, "send", R"({"scheduled_at":"2020-01-01T00:00:00Z"})");
  EXPECT_EQ(answer.status, 422);
  EXPECT_EQ(code(answer), "not_startable");
  EXPECT_GE(object(answer).at("errors").as_array().size(), 2u) << answer.body;
  EXPECT_EQ(object(answer).at("errors").at(0).at("field").as_string(), "");
  EXPECT_EQ(store().campaign(CampaignId{id})->status, CampaignStatus::draft);
}

TEST_F(RunOperations, ItStartsWhenItIsToldTo) {
  const auto id = draft();
  EXPECT_EQ(code(post(id, "send", R"({"send_immediately":false})")), "missing");
  EXPECT_EQ(code(post(id, "send", R"({"scheduled_at":"tomorrow"})")), "bad_time");
  EXPECT_EQ(post(id, "send", R"({"scheduled_at":"2026-11-24T09:00","timezone":"Mars/X"})").status, 422);
  const auto sent =
      post(id, "send",
           R"({"send_immediately":false,"scheduled_at":"2026-11-24T09:00","timezone":"Europe/Paris"})");
  EXPECT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(object(sent).at("data").at("scheduled_at").as_string(), "2026-11-24T08:00:00Z");
  EXPECT_EQ(object(sent).at("data").at("status").as_string(), "scheduled");
  EXPECT_EQ(object(sent).at("data").at("send_immediately").as_bool(), false);
}

TEST_F(RunOperations, ADraftsOwnStartCountsAndIsNotBroughtForwardBySayingSendTwice) {
  const auto id = draft();
  ASSERT_EQ(ask({"PUT", path(id), R"({"scheduled_at":"2026-11-24T08:00:00Z"})"}, owner_).status, 200);
  const auto sent = post(id, "send", R"({"send_immediately":true,"test_mode":false})");
  EXPECT_EQ(object(sent).at("data").at("scheduled_at").as_string(), "2026-11-24T08:00:00Z") << sent.body;
  const auto again = post(id, "send", R"({"send_immediately":true,"test_mode":false})");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(code(again), "campaign_scheduled");
  EXPECT_EQ(store().campaign(CampaignId{id})->status, CampaignStatus::scheduled);
}

TEST_F(RunOperations, AStartThatHasPassedIsRefusedByEveryDoor) {
  const auto id = draft();
  const std::string past = R"({"scheduled_at":"2026-11-01T08:00:00Z"})";
  const auto created =
      ask_checked({"POST", "/api/campaigns", R"({"name":"a","subject":"b","message":"c",)" + past.substr(1)});
  const auto changed = ask_checked({"PUT", path(id), past});
  const auto sent = post(id, "send", past);
  for (const auto* answer : {&created, &changed, &sent}) {
    EXPECT_EQ(answer->status, 422) << answer->body;
    const auto error = object(*answer).at("errors").at(0).as_object();
    EXPECT_EQ(error.at("field").as_string(), "/scheduled_at");
    EXPECT_EQ(error.at("code").as_string(), "time_passed");
    EXPECT_NE(answer->body.find("2026-11-01T08:00:00Z has passed already; it is "), std::string::npos);
  }
  EXPECT_EQ(store().campaign(CampaignId{id})->form.start_at, std::nullopt);
  EXPECT_EQ(store().campaign(CampaignId{id})->status, CampaignStatus::draft);
}

TEST_F(RunOperations, AStartOfAMomentAgoMeansNow) {
  const auto id = draft();
  const auto now = format_rfc3339(clock_.wall_now() - std::chrono::seconds{59});
  const auto sent = post(id, "send", R"({"scheduled_at":")" + now + "\"}");
  EXPECT_EQ(object(sent).at("data").at("status").as_string(), "sending") << sent.body;
  EXPECT_EQ(object(sent).at("data").at("send_immediately").as_bool(), true);
}

TEST_F(RunOperations, ChangingTheTimeOfAScheduledCampaignMovesItsStart) {
  const auto id = draft();
  ASSERT_EQ(post(id, "send", R"({"scheduled_at":"2026-11-24T08:00:00Z"})").status, 200);
  ASSERT_EQ(ask({"PUT", path(id), R"({"name":"Later"})"}, owner_).status, 200);
  EXPECT_EQ(format_rfc3339(*store().campaign(CampaignId{id})->scheduled_at), "2026-11-24T08:00:00Z");
  const auto moved = ask_checked({"PUT", path(id), R"({"scheduled_at":"2026-11-25T08:00:00Z"})"});
  EXPECT_EQ(object(moved).at("scheduled_at").as_string(), "2026-11-25T08:00:00Z") << moved.body;
  EXPECT_EQ(object(moved).at("status").as_string(), "scheduled");
  clock_.advance(parse_rfc3339("2026-11-25T07:59:00Z").value() - clock_.wall_now());
  EXPECT_EQ(work(accepted), 0);
  clock_.advance(std::chrono::minutes{1});
  EXPECT_EQ(work(accepted), 3);
}

TEST_F(RunOperations, TestModeReachesTheTesterOnly) {
  const auto caught = draft(), tested = draft();
  EXPECT_EQ(object(post(caught, "send", R"({"test_mode":true})")).at("data").at("test_to").as_string(),
            "catcher");
  EXPECT_TRUE(store().campaign(CampaignId{caught})->test->to_catcher());
  EXPECT_EQ(code(post(tested, "send", R"({"test_to":"me@example.org"})")), "no_test_mode");
  EXPECT_EQ(code(post(tested, "send", R"({"test_mode":true,"test_to":"ana@example.com"})")),
            "tester_in_list");
  EXPECT_EQ(code(post(tested, "send", R"({"test_mode":true,"test_to":"nobody"})")), "bad_tester");
  EXPECT_EQ(post(tested, "send", R"({"test_mode":true,"test_to":"me@example.org"})").status, 200);
  EXPECT_EQ(store().campaign(CampaignId{tested})->test->tester, "me@example.org");
}

TEST_F(RunOperations, StopPauseAndResumeAnswerTheNewState) {
  const auto id = draft();
  EXPECT_EQ(post(id, "stop").status, 400);
  EXPECT_EQ(post(id, "pause").status, 409);
  ASSERT_EQ(post(id, "send").status, 200);
  EXPECT_EQ(object(post(id, "pause")).at("data").at("status").as_string(), "paused");
  EXPECT_EQ(object(post(id, "resume")).at("data").at("status").as_string(), "sending");
  const auto stopped = object(post(id, "stop")).at("data").as_object();
  EXPECT_EQ(stopped.at("status").as_string(), "cancelled");
  EXPECT_EQ(stopped.at("in_flight").as_int64(), 0);
  EXPECT_EQ(stopped.at("skipped").as_int64(), 3);
  EXPECT_TRUE(parse_rfc3339(stopped.at("stopped_at").as_string()));
  EXPECT_EQ(post(id, "stop").status, 400);
}

TEST_F(RunOperations, TheFailedAreRetriedOrTakenIntoACopy) {
  const auto id = draft();
  EXPECT_EQ(post(id, "retry").status, 409);
  ASSERT_EQ(post(id, "send").status, 200);
  work([](const std::string& to) { return to == "bo@example.com" ? refused(to) : accepted(to); });
  const auto copy = post(id, "duplicate", R"({"only":"failed","name":"Again"})");
  EXPECT_EQ(copy.status, 201) << copy.body;
  EXPECT_EQ(object(copy).at("name").as_string(), "Again");
  EXPECT_EQ(object(copy).at("total_recipients").as_int64(), 1);
  EXPECT_EQ(header(copy, "Location"), path(object(copy).at("id").as_int64()));
  EXPECT_EQ(object(post(id, "duplicate")).at("total_recipients").as_int64(), 3);
  EXPECT_EQ(post(id, "duplicate", R"({"only":"most"})").status, 422);
  EXPECT_EQ(object(post(id, "retry")).at("data").at("retried").as_int64(), 1);
}

TEST_F(RunOperations, ALookBeforeItGoesChangesNothing) {
  const auto id = draft();
  const auto plan = get(path(id) + "/plan?emails=2&at=2026-11-24T09:00");
  EXPECT_EQ(object(plan).at("emails").as_int64(), 3) << plan.body;
  EXPECT_EQ(object(plan).at("first_emails").as_array().size(), 2u);
  EXPECT_EQ(get(path(id) + "/plan?at=soon").status, 400);
  const auto check = object(get(path(id) + "/check"));
  EXPECT_EQ(check.at("ready").as_bool(), true);
  EXPECT_EQ(check.at("recipients").as_int64(), 3);

  const auto preview = object(get(path(id) + "/preview?recipient=bo@example.com"));
  EXPECT_EQ(preview.at("subject").as_string(), "Hello there");
  EXPECT_EQ(preview.at("to").as_string(), "bo@example.com");
  EXPECT_EQ(object(get(path(id) + "/preview?recipient=3")).at("email").as_string(), "cy@example.com");
  EXPECT_EQ(get(path(id) + "/preview?recipient=nobody@example.com").status, 404);
  const auto message = ask({"GET", path(id) + "/preview", {}, {{"Accept", "message/rfc822"}}}, owner_);
  EXPECT_EQ(message.content_type, "message/rfc822");
  EXPECT_NE(message.body.find("\r\nTo: Ana <ana@example.com>\r\n"), std::string::npos) << message.body;
  EXPECT_EQ(store().campaign(CampaignId{id})->status, CampaignStatus::draft);
}

TEST_F(RunOperations, ATestGoesToOneAddressNow) {
  const auto id = draft();
  const auto answer = post(id, "test", R"({"to":"me@example.org","as":"2"})");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(object(answer).at("data").at("written_for").as_string(), "bo@example.com");
  EXPECT_EQ(sent_to_, (std::vector<std::string>{"me@example.org"}));
  EXPECT_EQ(post(id, "test", R"({"to":"nobody"})").status, 422);
  EXPECT_EQ(post(id, "test", "{}").status, 422);
}

}  // namespace
}  // namespace postrider
