// Every method of Cloud Tasks v2, one test each, over HTTP tasks.

#include "http/cloud_tasks/cloud_tasks_test.h"

namespace postrider {
namespace {

namespace json = boost::json;

class CloudTasksMethods : public CloudTasksTest {
 protected:
  static std::vector<std::string> names_in(const HttpAnswer& answer, const char* list) {
    std::vector<std::string> names;
    const auto body = object(answer);
    if (!body.contains(list)) return names;
    for (const auto& one : body.at(list).as_array()) {
      const std::string name(one.as_object().at("name").as_string());
      names.push_back(name.substr(name.rfind('/') + 1));
    }
    return names;
  }
  static std::string token_in(const HttpAnswer& answer) {
    const auto body = object(answer);
    return body.contains("nextPageToken") ? std::string(body.at("nextPageToken").as_string()) : "";
  }
  static const json::object& request_of(const json::object& task) {
    return task.at("httpRequest").as_object();
  }
};

TEST_F(CloudTasksMethods, ListQueues) {
  const std::string path = kLocation + std::string("/queues");
  EXPECT_EQ(said(get(path)), "{}");
  for (const auto* id : {"b", "c", "a", "d", "e"}) ASSERT_EQ(post(path, named_queue(id)).status, 200);
  EXPECT_EQ(names_in(get(path), "queues"), (std::vector<std::string>{"a", "b", "c", "d", "e"}));
  const auto first = get(path + "?pageSize=2");
  EXPECT_EQ(names_in(first, "queues"), (std::vector<std::string>{"a", "b"}));
  const auto second = get(path + "?page_size=2&pageToken=" + token_in(first));
  EXPECT_EQ(names_in(second, "queues"), (std::vector<std::string>{"c", "d"}));
  const auto third = get(path + "?pageSize=2&pageToken=" + token_in(second));
  EXPECT_EQ(names_in(third, "queues"), (std::vector<std::string>{"e"}));
  EXPECT_EQ(token_in(third), "");
  EXPECT_EQ(names_in(get(path + "?pageSize=99999"), "queues").size(), 5u);
  EXPECT_EQ(token_in(get(path + "?pageSize=5")), "");
}

TEST_F(CloudTasksMethods, ListQueuesFiltered) {
  const std::string path = kLocation + std::string("/queues");
  for (const auto* id : {"a", "b", "c", "d"}) ASSERT_EQ(post(path, named_queue(id)).status, 200);
  ASSERT_EQ(post(path + "/b:pause").status, 200);
  ASSERT_EQ(post(path + "/d:pause").status, 200);
  EXPECT_EQ(names_in(get(path + "?filter=state%3A%20PAUSED"), "queues"),
            (std::vector<std::string>{"b", "d"}));
  EXPECT_EQ(names_in(get(path + "?filter=state!%3DPAUSED"), "queues"), (std::vector<std::string>{"a", "c"}));
  const auto first = get(path + "?filter=state=PAUSED&pageSize=1");
  EXPECT_EQ(names_in(first, "queues"), (std::vector<std::string>{"b"}));
  const auto next = "&pageSize=1&pageToken=" + token_in(first);
  EXPECT_EQ(names_in(get(path + "?filter=state=PAUSED" + next), "queues"), (std::vector<std::string>{"d"}));
  EXPECT_EQ(get(path + "?filter=state=RUNNING" + next).status, 400);
}

TEST_F(CloudTasksMethods, GetQueue) {
  make_queue();
  const auto answer = get(kQueue);
  EXPECT_EQ(answer.content_type, "application/json; charset=UTF-8");
  EXPECT_EQ(object(answer).at("name"), kQueueName);
  EXPECT_EQ(object(answer).at("state"), "RUNNING");
}

TEST_F(CloudTasksMethods, CreateQueue) {
  const auto answer = post(kLocation + std::string("/queues"),
                           named_queue("q1", R"(,"rateLimits":{"maxDispatchesPerSecond":5},"state":"PAUSED",)"
                                             R"("retry_config":{"maxAttempts":-1,"minBackoff":"1.500s"})"));
  ASSERT_EQ(answer.status, 200);
  const auto queue = object(answer);
  EXPECT_EQ(queue.at("state"), "RUNNING");
  EXPECT_EQ(queue.at("rateLimits").as_object().at("maxDispatchesPerSecond"), 5);
  EXPECT_EQ(queue.at("rateLimits").as_object().at("maxConcurrentDispatches"), 1000);
  EXPECT_EQ(queue.at("retryConfig").as_object().at("minBackoff"), "1.500s");
  EXPECT_EQ(queue.at("retryConfig").as_object().at("maxAttempts"), -1);
}

TEST_F(CloudTasksMethods, UpdateQueue) {
  make_queue();
  const auto changed =
      patch(kQueue + std::string("?updateMask=rate_limits.max_dispatches_per_second%2Cretry_config"),
            R"({"rateLimits":{"maxDispatchesPerSecond":7,"maxConcurrentDispatches":3}})");
  ASSERT_EQ(changed.status, 200);
  EXPECT_EQ(object(changed).at("rateLimits").as_object().at("maxDispatchesPerSecond"), 7);
  EXPECT_EQ(object(changed).at("rateLimits").as_object().at("maxConcurrentDispatches"), 1000);
  // Node's library has moved the name into the path, and nothing is left.
  const auto reset = patch(kQueue + std::string("?updateMask=rate_limits"), "\"\"");
  ASSERT_EQ(reset.status, 200) << reset.body;
  EXPECT_EQ(object(reset).at("rateLimits").as_object().at("maxDispatchesPerSecond"), 500);
  // gcloud keeps the name in the body; what is not there is made.
  const auto made = patch(kLocation + std::string("/queues/new?updateMask=retryConfig.maxAttempts"),
                          named_queue("new", R"(,"retryConfig":{"maxAttempts":4})"));
  ASSERT_EQ(made.status, 200);
  EXPECT_EQ(object(made).at("retryConfig").as_object().at("maxAttempts"), 4);
  EXPECT_EQ(get(kLocation + std::string("/queues/new")).status, 200);
}

TEST_F(CloudTasksMethods, DeleteQueue) {
  make_queue();
  ASSERT_EQ(make_task("t1").status, 200);
  EXPECT_EQ(said(remove(kQueue)), "{}");
  EXPECT_EQ(get(kQueue).status, 404);
}

TEST_F(CloudTasksMethods, PurgePauseAndResumeQueue) {
  make_queue();
  ASSERT_EQ(make_task("t1").status, 200);
  EXPECT_EQ(object(post(kQueue + std::string(":pause"))).at("state"), "PAUSED");
  EXPECT_EQ(object(post(kQueue + std::string(":pause"), "")).at("state"), "PAUSED");
  EXPECT_EQ(object(post(kQueue + std::string(":resume"))).at("state"), "RUNNING");
  const auto purged = object(post(kQueue + std::string(":purge")));
  EXPECT_EQ(purged.at("purgeTime"), "2026-11-23T09:00:00Z");
  EXPECT_EQ(said(get(kTasksPath)), "{}");
}

TEST_F(CloudTasksMethods, GetIamPolicy) {
  make_queue();
  EXPECT_EQ(said(post(kQueue + std::string(":getIamPolicy"))), R"({"etag":"ACAB"})");
  EXPECT_EQ(said(post(kQueue + std::string(":getIamPolicy"), R"({"options":{"requestedPolicyVersion":3}})")),
            R"({"etag":"ACAB"})");
}

TEST_F(CloudTasksMethods, SetIamPolicy) {
  make_queue();
  const auto answer = post(kQueue + std::string(":setIamPolicy"), R"({"policy":{"bindings":[]}})");
  EXPECT_EQ(answer.status, 501);
  EXPECT_NE(said(answer).find("UNIMPLEMENTED: Queues have no policies here."), std::string::npos);
}

TEST_F(CloudTasksMethods, TestIamPermissions) {
  make_queue();
  const std::string path = kQueue + std::string(":testIamPermissions");
  const std::string asked =
      R"({"permissions":["cloudtasks.tasks.create","cloudtasks.queues.setIamPolicy","cloudtasks.queues.get"]})";
  EXPECT_EQ(said(post(path, asked)),
            R"({"permissions":["cloudtasks.tasks.create","cloudtasks.queues.get"]})");
  EXPECT_EQ(said(post(kLocation + std::string("/queues/none:testIamPermissions"), asked)), "{}");
  EXPECT_EQ(said(ask({"POST", path, asked}, key(Role::viewer))), "{}");
}

TEST_F(CloudTasksMethods, ListTasks) {
  make_queue();
  EXPECT_EQ(said(get(kTasksPath)), "{}");
  for (const auto* id : {"b", "a", "c"}) ASSERT_EQ(make_task(id).status, 200);
  const std::string path = kTasksPath;
  const auto first = get(path + "?responseView=2&pageSize=2");
  EXPECT_EQ(names_in(first, "tasks"), (std::vector<std::string>{"a", "b"}));
  const auto second = get(path + "?pageSize=2&pageToken=" + token_in(first));
  EXPECT_EQ(names_in(second, "tasks"), (std::vector<std::string>{"c"}));
  EXPECT_EQ(token_in(second), "");
}

TEST_F(CloudTasksMethods, ListTasksInBothViews) {
  make_queue();
  ASSERT_EQ(post(kTasksPath, task(R"("httpRequest":{"url":"https://example.org/","body":"aGk="})")).status,
            200);
  const auto listed = [&](const std::string& query) {
    return object(get(kTasksPath + query)).at("tasks").as_array().at(0).as_object();
  };
  EXPECT_FALSE(request_of(listed("")).contains("body"));
  EXPECT_EQ(listed("?responseView=BASIC").at("view"), "BASIC");
  EXPECT_EQ(request_of(listed("?responseView=FULL")).at("body"), "aGk=");
  EXPECT_EQ(listed("?response_view=2").at("view"), "FULL");
}

TEST_F(CloudTasksMethods, ListTasksEndsAPageThatGrowsLarge) {
  make_queue();
  const std::string large(500'000, 'A');
  for (int i = 0; i < 30; ++i) {
    ASSERT_EQ(
        post(kTasksPath, task(R"("httpRequest":{"url":"https://example.org/","body":")" + large + "\"}"))
            .status,
        200);
  }
  std::size_t seen = 0;
  std::string token;
  int pages = 0;
  do {
    const auto page = get(kTasksPath + std::string("?pageToken=") + token);
    seen += names_in(page, "tasks").size();
    token = token_in(page);
    ++pages;
  } while (!token.empty() && pages < 30);
  EXPECT_EQ(seen, 30u);
  EXPECT_GT(pages, 2);
}

TEST_F(CloudTasksMethods, GetTask) {
  make_queue();
  ASSERT_EQ(make_task("t1").status, 200);
  const auto answer = get(kTasksPath + std::string("/t1"));
  EXPECT_EQ(object(answer).at("name"), json::value(std::string(kQueueName) + "/tasks/t1"));
}

TEST_F(CloudTasksMethods, CreateTask) {
  make_queue();
  const auto answer = post(kTasksPath, task(R"("httpRequest":{"url":"https://example.org/a"})"));
  EXPECT_EQ(said(answer),
            R"({"name":"projects/p1/locations/us-east1/queues/q1/tasks/1000000000000000001",)"
            R"("httpRequest":{"url":"https://example.org/a","httpMethod":"POST",)"
            R"("headers":{"User-Agent":"Google-Cloud-Tasks"}},"scheduleTime":"2026-11-23T09:00:00Z",)"
            R"("createTime":"2026-11-23T09:00:00Z","dispatchDeadline":"600s","view":"BASIC"})");
}

TEST_F(CloudTasksMethods, CreateTaskWithEverything) {
  make_queue();
  const auto answer =
      post(kTasksPath + std::string("?$alt=json%3Benum-encoding=int"),
           R"({"task":{"name":"projects/p1/locations/us-east1/queues/q1/tasks/t1","httpRequest":{
            "headers":{"Content-Type":"application/json","X-Own":"1","x-own":"2","host":"h","Content-Length":"9",
                       "USER-AGENT":"me","X-Google-A":"1","x-appengine-b":"1","X-CloudTasks-C":"1"},
            "url":"https://example.org/a","httpMethod":4,"body":"eyJhIjoxfQ==",
            "oidcToken":{"serviceAccountEmail":"worker@p1.iam.gserviceaccount.com","audience":"aud"}},
          "scheduleTime":"2026-12-01T00:00:00.123456789Z","dispatchDeadline":"30.0009s",
          "createTime":"2020-01-01T00:00:00Z","dispatchCount":5,"lastAttempt":{},"view":"FULL"},
          "responseView":2})");
  EXPECT_EQ(said(answer),
            R"({"name":"projects/p1/locations/us-east1/queues/q1/tasks/t1",)"
            R"("httpRequest":{"url":"https://example.org/a","httpMethod":4,)"
            R"("headers":{"Content-Type":"application/json","x-own":"2","User-Agent":"Google-Cloud-Tasks"},)"
            R"("body":"eyJhIjoxfQ==","oidcToken":{"serviceAccountEmail":"worker@p1.iam.gserviceaccount.com",)"
            R"("audience":"aud"}},"scheduleTime":"2026-12-01T00:00:00.123456Z",)"
            R"("createTime":"2026-11-23T09:00:00Z","dispatchDeadline":"30s","view":2})");
}

TEST_F(CloudTasksMethods, CreateTaskShowsItsBodyInTheFullViewOnly) {
  make_queue();
  const std::string fields =
      R"("httpRequest":{"url":"https://example.org/","body":"aGk","headers":{"A":"b"}})";
  const auto basic = object(post(kTasksPath, task(fields)));
  EXPECT_FALSE(request_of(basic).contains("body"));
  EXPECT_EQ(request_of(basic).at("headers").as_object().at("A"), "b");
  const auto full = object(post(kTasksPath, "{\"task\":{" + fields + "},\"response_view\":\"FULL\"}"));
  EXPECT_EQ(request_of(full).at("body"), "aGk=");
  EXPECT_EQ(full.at("view"), "FULL");
  const auto id = std::string(full.at("name").as_string()).substr(std::string(kQueueName).size() + 7);
  EXPECT_EQ(request_of(object(get(kTasksPath + ("/" + id) + "?responseView=FULL"))).at("body"), "aGk=");
  EXPECT_FALSE(
      request_of(object(get(kTasksPath + ("/" + id) + "?responseView=VIEW_UNSPECIFIED"))).contains("body"));
}

TEST_F(CloudTasksMethods, CreateTaskInThePastIsDueNow) {
  make_queue();
  for (const auto* time : {"2020-01-01T00:00:00Z", "1900-01-01T00:00:00Z"}) {
    const auto answer = post(
        kTasksPath,
        task(R"("httpRequest":{"url":"https://example.org/"},"scheduleTime":")" + std::string(time) + "\""));
    EXPECT_EQ(object(answer).at("scheduleTime"), "2026-11-23T09:00:00Z");
  }
}

TEST_F(CloudTasksMethods, CreateTaskAsFirebaseAdminDoes) {
  make_queue();
  emulator_ = true;
  default_url_ = "http://127.0.0.1:5001/fn";
  HttpHead head{.method = "POST",
                .target = "/projects/p1/locations/us-east1/queues/q1/tasks",
                .headers = {{"Authorization", "Bearer owner"}},
                .caller = "127.0.0.1"};
  const HttpHead elsewhere{head.method, head.target, head.headers, "192.0.2.1"};
  EXPECT_EQ(std::get<HttpAnswer>(api_->admit(elsewhere)).status, 401);
  auto turn = api_->admit(head);
  const auto answer = std::get<std::unique_ptr<HttpTurn>>(turn)->answer(
      {.bytes = R"({"task":{"httpRequest":{"url":"","body":"e30="}}})", .file = nullptr});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(request_of(object(answer)).at("url"), "http://127.0.0.1:5001/fn");
}

TEST_F(CloudTasksMethods, DeleteTask) {
  make_queue();
  ASSERT_EQ(make_task("t1").status, 200);
  EXPECT_EQ(said(remove(kTasksPath + std::string("/t1"))), "{}");
  EXPECT_EQ(get(kTasksPath + std::string("/t1")).status, 404);
}

TEST_F(CloudTasksMethods, RunTask) {
  make_queue();
  ASSERT_EQ(make_task("t1").status, 200);
  const auto answer = post(kTasksPath + std::string("/t1:run"), R"({"responseView":"BASIC"})");
  ASSERT_EQ(answer.status, 200);
  EXPECT_EQ(object(answer).at("dispatchCount"), 1);
  EXPECT_TRUE(object(answer).at("lastAttempt").as_object().contains("dispatchTime"));
  EXPECT_FALSE(object(answer).at("lastAttempt").as_object().contains("responseTime"));
  ASSERT_EQ(called_.size(), 1u);
  EXPECT_EQ(called_[0].task.id, "t1");
}

TEST_F(CloudTasksMethods, BufferTask) {
  make_queue();
  for (const auto* path : {"/t1:buffer", "/:buffer", ":buffer"})
    EXPECT_EQ(post(kTasksPath + std::string(path)).status, 501) << path;
}

TEST_F(CloudTasksMethods, BatchCreateAndDeleteTasks) {
  make_queue();
  EXPECT_EQ(post(kTasksPath + std::string(":batchCreate"), R"({"requests":[]})").status, 501);
  EXPECT_EQ(post(kTasksPath + std::string(":batchDelete"), R"({"names":[]})").status, 501);
}

TEST_F(CloudTasksMethods, ListAndGetLocations) {
  for (const auto* version : {"/v1", "/v2"}) {
    const std::string path = version + std::string("/projects/p1/locations");
    EXPECT_EQ(said(get(path + "?pageSize=5")),
              R"({"locations":[{"name":"projects/p1/locations/us-east1","locationId":"us-east1"}]})");
    EXPECT_EQ(said(get(path + "/us-east1")),
              R"({"name":"projects/p1/locations/us-east1","locationId":"us-east1"})");
  }
}

TEST_F(CloudTasksMethods, CmekConfig) {
  EXPECT_EQ(get(kLocation + std::string("/cmekConfig")).status, 501);
  EXPECT_EQ(patch(kLocation + std::string("/cmekConfig"), R"({"kmsKey":"k"})").status, 501);
}

}  // namespace
}  // namespace postrider
