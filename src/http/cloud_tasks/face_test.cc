#include "http/cloud_tasks/face.h"

#include "http/cloud_tasks/cloud_tasks_test.h"
#include "http/cloud_tasks/task_message.h"
#include "store/task_store.h"

namespace postrider {
namespace {

class CloudTasksFace : public CloudTasksTest {};

TEST_F(CloudTasksFace, NeverLooksAtACookie) {
  const auto answer = ask({"GET", kQueue, "", {{"Cookie", "__Host-postrider=pr_session_x"}}});
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(header(answer, "WWW-Authenticate"), "Bearer realm=\"postrider\"");
}

TEST_F(CloudTasksFace, TellsStrangersNothingOfItsPaths) {
  EXPECT_EQ(ask({"GET", "/v2/nothing/here"}).status, 401);
  EXPECT_EQ(said(get("/v2/nothing/here")), "NOT_FOUND: Method not found.");
  EXPECT_EQ(said(ask({"PUT", kQueue, "{}"}, key_)), "NOT_FOUND: Method not found.");
  EXPECT_EQ(get("/v2/projects/%zz/locations").status, 400);
}

TEST_F(CloudTasksFace, KnowsItsEmulatorsTokenOnlyWhereItIsOne) {
  EXPECT_EQ(ask({"GET", kQueue}, "owner").status, 401);
}

TEST_F(CloudTasksFace, WritesEnumsAsNumbersInEverySpellingOfTheWish) {
  make_queue();
  for (const auto* query : {"?$alt=json;enum-encoding=int", "?$alt=json%3Benum-encoding=int",
                            "?%24alt=json%3Benum-encoding%3Dint", "?alt=json;enum-encoding=int"})
    EXPECT_EQ(object(get(kQueue + std::string(query))).at("state"), 1) << query;
  EXPECT_EQ(object(get(kQueue + std::string("?alt=json"))).at("state"), "RUNNING");
}

TEST_F(CloudTasksFace, IgnoresABodyThatCameWithAGet) {
  make_queue();
  EXPECT_EQ(ask({"GET", kQueue, "{\"a\":"}, key_).status, 200);
  EXPECT_EQ(ask({"GET", kQueue, "", {{"Content-Length", "0"}}}, key_).status, 200);
}

TEST_F(CloudTasksFace, CountsEachCallersRequests) {
  rules_.requests_per_minute = 2;
  EXPECT_EQ(get(kQueue).status, 404);
  EXPECT_EQ(get(kQueue).status, 404);
  const auto third = get(kQueue);
  EXPECT_EQ(third.status, 429);
  EXPECT_TRUE(said(third).starts_with("RESOURCE_EXHAUSTED: "));
  EXPECT_EQ(header(third, "Retry-After"), "60");
}

TEST_F(CloudTasksFace, NotesWhatIsDoneToQueues) {
  make_queue();
  ASSERT_EQ(post(kQueue + std::string(":pause")).status, 200);
  ASSERT_EQ(get(kQueue).status, 200);
  ASSERT_EQ(remove(kQueue).status, 200);
  EXPECT_EQ(remove(kQueue).status, 404);
  std::vector<std::string> notes;
  for (const auto& row : store().audit_log({.limit = 3})) notes.push_back(row.who + " " + row.what);
  const std::string name = kQueueName;
  EXPECT_EQ(notes,
            (std::vector{"key:test deleted " + name, "key:test paused " + name, "key:test created " + name}));
}

TEST_F(CloudTasksFace, CarriesARequestId) {
  EXPECT_EQ(header(ask({"GET", kQueue, "", {{"X-Request-Id", "abc"}}}, key_), "X-Request-Id"), "abc");
}

TEST_F(CloudTasksFace, RefusesPageTokensThatAreNotOfTheList) {
  const std::string path = kLocation + std::string("/queues");
  for (const auto* id : {"a", "b"}) ASSERT_EQ(post(path, named_queue(id)).status, 200);
  const auto token = std::string(object(get(path + "?pageSize=1")).at("nextPageToken").as_string());
  EXPECT_EQ(get(path + "?pageSize=1&pageToken=" + token).status, 200);
  EXPECT_EQ(get("/v2/projects/p2/locations/us-east1/queues?pageToken=" + token).status, 400);
  EXPECT_EQ(get(path + "/a/tasks?pageToken=" + token).status, 400);
  for (const auto& bad :
       {std::string("x"), token + "A", token.substr(1), std::string("%20"), std::string(5000, 'a')})
    EXPECT_EQ(get(path + "?pageToken=" + bad).status, 400) << bad;
  EXPECT_EQ(get(path + "?pageSize=-1").status, 400);
  clock_.advance(std::chrono::hours{2});
  EXPECT_EQ(get(path + "?pageToken=" + token).status, 400);
}

TEST_F(CloudTasksFace, RefusesFiltersItDoesNotKnow) {
  for (const auto* filter : {"colour:red", "state", "state%3CPAUSED", "state:PAUSED%20OR%20state:RUNNING",
                             "state:PAUSED%20AND", "name:%22a", "(state:PAUSED)"}) {
    const auto answer = get(kLocation + std::string("/queues?filter=") + filter);
    EXPECT_EQ(answer.status, 400) << filter;
    EXPECT_TRUE(said(answer).starts_with("INVALID_ARGUMENT: Invalid filter ")) << said(answer);
  }
  make_queue();
  for (const auto* filter : {"name:q1", "name=%22projects/p1/locations/us-east1/queues/q1%22",
                             "name%3E=projects/p1", "name%20!=%20x%20AND%20state%20=%20RUNNING"})
    EXPECT_TRUE(object(get(kLocation + std::string("/queues?filter=") + filter)).contains("queues"))
        << filter;
}

TEST_F(CloudTasksFace, ShowsTheLastAttempt) {
  make_queue();
  ASSERT_EQ(make_task("t1").status, 200);
  auto& task = http_tasks_.stored({"p1", "us-east1", "q1"}, "t1");
  const auto shown = [&] {
    return object(get(kTasksPath + std::string("/t1"))).at("lastAttempt").as_object();
  };
  task.dispatch_count = task.response_count = 1;
  task.first_dispatch = clock_.wall_now();
  task.last = HttpAttempt{.schedule = clock_.wall_now(),
                          .dispatch = clock_.wall_now(),
                          .response = clock_.wall_now() + Micros{1'500},
                          .status = 401};
  EXPECT_EQ(shown().at("responseTime"), "2026-11-23T09:00:00.001500Z");
  EXPECT_EQ(boost::json::serialize(shown().at("responseStatus")),
            R"({"code":16,"message":"UNAUTHENTICATED(16): HTTP status code 401"})");
  task.last->response.reset();
  task.last->status = kNoResponse;
  EXPECT_FALSE(shown().contains("responseTime"));
  EXPECT_EQ(shown().at("responseStatus").as_object().at("code"), 4);
  const auto whole = object(get(kTasksPath + std::string("/t1")));
  EXPECT_EQ(whole.at("dispatchCount"), 1);
  EXPECT_EQ(whole.at("responseCount"), 1);
  EXPECT_EQ(whole.at("firstAttempt").as_object().size(), 1u);
}

/// Whose disk is full.
class FullDisk : public HttpTasksInMemory {
 public:
  using HttpTasksInMemory::HttpTasksInMemory;
  Result<HttpQueue> queue(const QueueName&) override {
    throw StoreFault(StoreFault::Kind::retry, "disk full");
  }
};

class CloudTasksFaceOnAFullDisk : public CloudTasksTest {
 protected:
  HttpTaskStore& http_tasks() override { return full_; }
  FullDisk full_{clock_};
};

TEST_F(CloudTasksFaceOnAFullDisk, SaysUnavailable) {
  EXPECT_EQ(get(kQueue).status, 503);
  EXPECT_TRUE(said(get(kQueue)).starts_with("UNAVAILABLE: The database cannot do this now."));
}

TEST_F(CloudTasksFace, StandsBesideTheApi) {
  const auto api = make_api(*this, api_operations());
  const auto both = make_handler_by_path(*api, *api_);
  const auto asks = [&](const char* target) {
    return std::get<HttpAnswer>(both->admit({.method = "GET", .target = target, .caller = "192.0.2.1"}))
        .content_type;
  };
  EXPECT_EQ(asks("/api/queues"), "application/problem+json");
  EXPECT_EQ(asks("/v2/projects/p/locations"), "application/json; charset=UTF-8");
}

}  // namespace
}  // namespace postrider
