// Every error of Cloud Tasks v2 to the letter, one test each.

#include <fmt/format.h>

#include "http/cloud_tasks/cloud_tasks_test.h"
#include "http/cloud_tasks/rpc_status.h"

namespace postrider {
namespace {

namespace json = boost::json;

constexpr auto kNoQueue =
    "NOT_FOUND: Queue does not exist. If you just created the queue, wait at least a minute for the queue to "
    "initialize.";
constexpr auto kNoEntity = "NOT_FOUND: Requested entity was not found.";
constexpr auto kGone =
    "NOT_FOUND: The task no longer exists, though a task with this name existed recently. The task either "
    "successfully completed or was deleted.";

class CloudTasksErrors : public CloudTasksTest {
 protected:
  std::string create_queue(const std::string& fields) {
    return said(post(kLocation + std::string("/queues"), named_queue("new", "," + fields)));
  }
  std::string create_task(const std::string& fields) { return said(post(kTasksPath, task(fields))); }
  std::string create_request(const std::string& fields) {
    return create_task("\"httpRequest\":{" + fields + "}");
  }
  static json::object detail(const HttpAnswer& answer) {
    return object(answer).at("error").as_object().at("details").as_array().at(0).as_object();
  }
  static std::string lacks(const std::string& permission, const std::string& resource) {
    return fmt::format(
        "PERMISSION_DENIED: The principal (user or service account) lacks IAM permission \"{}\" for the resource "
        "\"{}\" (or the resource may not exist).",
        permission, resource);
  }
};

TEST_F(CloudTasksErrors, HaveGooglesShape) {
  const auto answer = get(kQueue);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.content_type, "application/json; charset=UTF-8");
  EXPECT_EQ(
      answer.body,
      R"({"error":{"code":404,"message":"Queue does not exist. If you just created the queue, wait at least )"
      R"(a minute for the queue to initialize.","status":"NOT_FOUND"}})");
}

TEST_F(CloudTasksErrors, HaveAnHttpStatusForEachCode) {
  using cloud_tasks::RpcCode;
  const std::pair<RpcCode, int> rows[] = {{RpcCode::ok, 200},
                                          {RpcCode::cancelled, 499},
                                          {RpcCode::unknown, 500},
                                          {RpcCode::invalid_argument, 400},
                                          {RpcCode::deadline_exceeded, 504},
                                          {RpcCode::not_found, 404},
                                          {RpcCode::already_exists, 409},
                                          {RpcCode::permission_denied, 403},
                                          {RpcCode::resource_exhausted, 429},
                                          {RpcCode::failed_precondition, 400},
                                          {RpcCode::aborted, 409},
                                          {RpcCode::out_of_range, 400},
                                          {RpcCode::unimplemented, 501},
                                          {RpcCode::internal, 500},
                                          {RpcCode::unavailable, 503},
                                          {RpcCode::data_loss, 500},
                                          {RpcCode::unauthenticated, 401}};
  for (const auto& [code, status] : rows) EXPECT_EQ(http_status_of(code), status) << name_of(code);
}

TEST_F(CloudTasksErrors, HaveACodeForEachAnswerOfATarget) {
  const std::pair<int, std::string_view> rows[] = {{204, "OK"},
                                                   {400, "INVALID_ARGUMENT"},
                                                   {401, "UNAUTHENTICATED"},
                                                   {403, "PERMISSION_DENIED"},
                                                   {404, "NOT_FOUND"},
                                                   {409, "ABORTED"},
                                                   {410, "FAILED_PRECONDITION"},
                                                   {416, "OUT_OF_RANGE"},
                                                   {429, "RESOURCE_EXHAUSTED"},
                                                   {499, "CANCELLED"},
                                                   {500, "INTERNAL"},
                                                   {501, "UNIMPLEMENTED"},
                                                   {502, "INTERNAL"},
                                                   {503, "UNAVAILABLE"},
                                                   {504, "DEADLINE_EXCEEDED"},
                                                   {302, "UNKNOWN"}};
  for (const auto& [status, name] : rows)
    EXPECT_EQ(name_of(cloud_tasks::code_of_status(status)), name) << status;
}

TEST_F(CloudTasksErrors, QueueExists) {
  make_queue();
  EXPECT_EQ(said(post(kLocation + std::string("/queues"), named_queue("q1"))),
            "ALREADY_EXISTS: Queue already exists");
}

TEST_F(CloudTasksErrors, QueueExistedTooRecently) {
  make_queue();
  ASSERT_EQ(remove(kQueue).status, 200);
  EXPECT_EQ(
      said(post(kLocation + std::string("/queues"), named_queue("q1"))),
      "FAILED_PRECONDITION: The queue cannot be created because a queue with this name existed too recently.");
}

TEST_F(CloudTasksErrors, QueueNameMalformed) {
  const std::string words =
      "INVALID_ARGUMENT: Queue name must be formatted: "
      "\"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>\".";
  for (const auto* body :
       {R"({"name":"q1"})", "{}", R"({"name":"projects/p1/locations/us-east1/queues/a_b"})",
        R"({"name":"projects/p1/locations/us-east1/queues/q/tasks/t"})"}) {
    const auto answer = post(kLocation + std::string("/queues"), body);
    EXPECT_EQ(said(answer), words) << body;
    EXPECT_EQ(detail(answer).at("@type"), "type.googleapis.com/google.rpc.Help");
  }
  EXPECT_EQ(said(get(kLocation + std::string("/queues/a_b"))), words);
  EXPECT_EQ(said(get(kLocation + std::string("/queues/") + std::string(101, 'q'))), words);
  EXPECT_EQ(said(get(kLocation + std::string("/queues/a%2Fb/tasks"))), words);
}

TEST_F(CloudTasksErrors, QueueNameNotUnderItsParent) {
  EXPECT_EQ(said(post("/v2/projects/p2/locations/us-east1/queues", named_queue("q1"))),
            "INVALID_ARGUMENT: projects/p1/locations/us-east1/queues/q1 must begin with "
            "projects/p2/locations/us-east1.");
}

TEST_F(CloudTasksErrors, QueueMissing) {
  EXPECT_EQ(said(get(kQueue)), kNoQueue);
  for (const auto* verb : {":pause", ":resume", ":purge", ":getIamPolicy"})
    EXPECT_EQ(said(post(kQueue + std::string(verb))), kNoQueue) << verb;
  EXPECT_EQ(said(make_task("t1")), kNoQueue);
  EXPECT_EQ(said(get(kTasksPath)), kNoQueue);
  // A queue that was deleted is as one that never was.
  make_queue();
  ASSERT_EQ(remove(kQueue).status, 200);
  EXPECT_EQ(said(get(kQueue)), kNoQueue);
  EXPECT_EQ(said(make_task("t1")), kNoQueue);
}

TEST_F(CloudTasksErrors, EntityMissing) {
  EXPECT_EQ(said(remove(kQueue)), kNoEntity);
  make_queue();
  EXPECT_EQ(said(get(kTasksPath + std::string("/t1"))), kNoEntity);
  EXPECT_EQ(said(remove(kTasksPath + std::string("/t1"))), kNoEntity);
  EXPECT_EQ(said(post(kTasksPath + std::string("/t1:run"))), kNoEntity);
}

TEST_F(CloudTasksErrors, TaskGone) {
  make_queue();
  ASSERT_EQ(make_task("t1").status, 200);
  ASSERT_EQ(remove(kTasksPath + std::string("/t1")).status, 200);
  EXPECT_EQ(said(get(kTasksPath + std::string("/t1"))), kGone);
  EXPECT_EQ(said(remove(kTasksPath + std::string("/t1"))), kGone);
  EXPECT_EQ(said(post(kTasksPath + std::string("/t1:run"))), kGone);
}

TEST_F(CloudTasksErrors, TaskExists) {
  make_queue();
  ASSERT_EQ(make_task("t1").status, 200);
  EXPECT_EQ(said(make_task("t1")), "ALREADY_EXISTS: Requested entity already exists");
  ASSERT_EQ(remove(kTasksPath + std::string("/t1")).status, 200);
  EXPECT_EQ(said(make_task("t1")), "ALREADY_EXISTS: Requested entity already exists");
}

TEST_F(CloudTasksErrors, TaskIdBad) {
  make_queue();
  for (const auto& id : {std::string("a.b"), std::string(), std::string(501, 'a'), std::string("a/b")}) {
    const auto answer = make_task(id);
    EXPECT_EQ(
        said(answer),
        fmt::format("INVALID_ARGUMENT: Task ID \"{}\" can contain only letters ([A-Za-z]), numbers ([0-9]), "
                    "hyphens (-), or underscores (_). Task ID must between 1 and 500 characters.",
                    id));
    EXPECT_EQ(detail(answer).at("@type"), "type.googleapis.com/google.rpc.Help");
  }
  EXPECT_TRUE(
      said(get(kTasksPath + std::string("/a.b"))).starts_with("INVALID_ARGUMENT: Task ID \"a.b\" can"));
  EXPECT_EQ(make_task(std::string(500, 'a')).status, 200);
}

TEST_F(CloudTasksErrors, TaskOfAnotherQueue) {
  make_queue();
  EXPECT_EQ(
      create_task(R"("name":"projects/p1/locations/us-east1/queues/q2/tasks/t1",)"
                  R"("httpRequest":{"url":"https://example.org/"})"),
      "INVALID_ARGUMENT: The queue name from request ('projects/p1/locations/us-east1/queues/q1') must be the "
      "same as the queue name in the named task ('projects/p1/locations/us-east1/queues/q2').");
  EXPECT_TRUE(create_task(R"("name":"t1","httpRequest":{"url":"https://example.org/"})")
                  .starts_with("INVALID_ARGUMENT: Task name must be formatted: "));
}

TEST_F(CloudTasksErrors, UrlMissingOrOfAnotherScheme) {
  make_queue();
  EXPECT_EQ(create_request(""), "INVALID_ARGUMENT: HttpRequest.url is required.");
  EXPECT_EQ(create_request(R"("url":"")"), "INVALID_ARGUMENT: HttpRequest.url is required.");
  EXPECT_EQ(create_request(R"("url":"ftp://example.org/")"),
            "INVALID_ARGUMENT: HttpTarget.url must start with 'http://' or 'https://'.");
  EXPECT_TRUE(create_request(R"("url":"https://example.org/%zz")").starts_with("{"));
}

TEST_F(CloudTasksErrors, DeadlineOutOfRange) {
  make_queue();
  for (const auto* deadline : {"14.999s", "1800.001s", "-1s"}) {
    EXPECT_EQ(create_task(R"("httpRequest":{"url":"https://example.org/"},"dispatchDeadline":")" +
                          std::string(deadline) + "\""),
              "INVALID_ARGUMENT: Task.dispatchDeadline must be between [15s, 30m].")
        << deadline;
  }
}

TEST_F(CloudTasksErrors, ScheduleTooFar) {
  make_queue();
  http_tasks_.limits.horizon = std::chrono::hours{720};
  EXPECT_EQ(
      create_task(R"("httpRequest":{"url":"https://example.org/"},"scheduleTime":"2026-12-23T09:00:01Z")"),
      "INVALID_ARGUMENT: The Task.scheduleTime, 2026-12-23T01:00:01-08:00, is too far in the future. Schedule "
      "time must be no more than 720h in the future.");
  EXPECT_TRUE(
      create_task(R"("httpRequest":{"url":"https://example.org/"},"scheduleTime":"9999-12-31T00:00:00Z")")
          .starts_with("INVALID_ARGUMENT: The Task.scheduleTime, "));
}

TEST_F(CloudTasksErrors, TaskTooLarge) {
  make_queue();
  const std::string mebibyte(1'398'104, 'A');
  EXPECT_EQ(create_request(R"("url":"https://example.org/","body":")" + mebibyte + "\""),
            "INVALID_ARGUMENT: Task size too large");
}

TEST_F(CloudTasksErrors, RequestTooLarge) {
  const auto answer = ask({"POST", kTasksPath, "{}", {{"Content-Length", "1638401"}}}, key_);
  EXPECT_EQ(said(answer), "INVALID_ARGUMENT: Request payload size exceeds the limit: 1638400 bytes.");
}

TEST_F(CloudTasksErrors, RateOutOfBounds) {
  EXPECT_EQ(create_queue(R"("rateLimits":{"maxDispatchesPerSecond":-1})"),
            "INVALID_ARGUMENT: RateLimits.maxDispatchesPerSecond cannot be negative.");
  EXPECT_EQ(create_queue(R"("rateLimits":{"maxDispatchesPerSecond":500.5})"),
            "INVALID_ARGUMENT: RateLimits.maxDispatchesPerSecond must be less than or equal to 500.");
}

TEST_F(CloudTasksErrors, ConcurrencyOutOfBounds) {
  EXPECT_EQ(create_queue(R"("rateLimits":{"maxConcurrentDispatches":-1})"),
            "INVALID_ARGUMENT: RateLimits.maxConcurrentDispatches cannot be negative.");
  EXPECT_EQ(create_queue(R"("rateLimits":{"maxConcurrentDispatches":5001})"),
            "INVALID_ARGUMENT: RateLimits.maxConcurrentDispatches must be less than or equal to 5000.");
}

TEST_F(CloudTasksErrors, RetriesOutOfBounds) {
  EXPECT_EQ(create_queue(R"("retryConfig":{"maxAttempts":-2})"),
            "INVALID_ARGUMENT: RetryConfig.maxAttempts must be greater or equal to -1.");
  EXPECT_EQ(create_queue(R"("retryConfig":{"maxDoublings":-1})"),
            "INVALID_ARGUMENT: RetryConfig.maxDoublings cannot be negative.");
  EXPECT_EQ(create_queue(R"("retryConfig":{"minBackoff":"-1s"})"),
            "INVALID_ARGUMENT: RetryConfig.minBackoff cannot be negative.");
}

TEST_F(CloudTasksErrors, MinBackoffAboveMaxBackoff) {
  EXPECT_EQ(create_queue(R"("retryConfig":{"minBackoff":"10s","maxBackoff":"9s"})"),
            "INVALID_ARGUMENT: RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff.");
}

TEST_F(CloudTasksErrors, MaxBurstSizeIsIgnored) {
  EXPECT_TRUE(create_queue(R"("rateLimits":{"maxBurstSize":-7})").starts_with("{"));
}

TEST_F(CloudTasksErrors, TaskWithoutTarget) {
  make_queue();
  EXPECT_EQ(create_task(""), "INVALID_ARGUMENT: Task.payload_type is not set.");
  EXPECT_EQ(said(post(kTasksPath, "{}")), "INVALID_ARGUMENT: Task.payload_type is not set.");
  EXPECT_EQ(said(post(kTasksPath, "")), "INVALID_ARGUMENT: Task.payload_type is not set.");
}

TEST_F(CloudTasksErrors, PermissionDenied) {
  const auto viewer = key(Role::viewer);
  EXPECT_EQ(said(ask({"POST", kTasksPath, task("")}, viewer)),
            lacks("cloudtasks.tasks.create", "projects/p1/locations/us-east1/queues/q1"));
  EXPECT_EQ(said(ask({"GET", kLocation + std::string("/queues")}, viewer)),
            lacks("cloudtasks.queues.list", "projects/p1/locations/us-east1"));
  EXPECT_EQ(said(ask({"POST", kQueue + std::string(":pause"), "{}"}, key(Role::editor))),
            lacks("cloudtasks.queues.pause", "projects/p1/locations/us-east1/queues/q1"));
  EXPECT_EQ(said(ask({"GET", kQueue}, key(Role::owner))), kNoQueue);
}

TEST_F(CloudTasksErrors, ActAsDenied) {
  make_queue();
  EXPECT_EQ(create_request(R"("url":"https://example.org/","oidcToken":{"serviceAccountEmail":)"
                           R"("boss@p1.iam.gserviceaccount.com"})"),
            lacks("iam.serviceAccounts.actAs", "boss@p1.iam.gserviceaccount.com"));
}

TEST_F(CloudTasksErrors, ServiceAccountUnknown) {
  make_queue();
  const std::string nobody = R"("oidcToken":{"serviceAccountEmail":"nobody@p1.iam.gserviceaccount.com"})";
  EXPECT_EQ(create_request(R"("url":"https://example.org/",)" + nobody),
            "NOT_FOUND: Service account nobody@p1.iam.gserviceaccount.com does not exist.");
  // What is wrong with the request itself comes first.
  EXPECT_EQ(create_request(nobody), "INVALID_ARGUMENT: HttpRequest.url is required.");
}

TEST_F(CloudTasksErrors, NoCredential) {
  const auto answer = ask({"GET", kQueue});
  EXPECT_EQ(answer.status, 401);
  EXPECT_TRUE(said(answer).starts_with(
      "UNAUTHENTICATED: Request is missing required authentication credential. Expected OAuth 2 access token, login "
      "cookie or other valid authentication credential. See "));
  EXPECT_EQ(detail(answer).at("reason"), "CREDENTIALS_MISSING");
  EXPECT_EQ(detail(answer).at("@type"), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(said(ask({"GET", kQueue}, "pr_key_wrong")).substr(0, 64),
            "UNAUTHENTICATED: Request had invalid authentication credentials.");
}

TEST_F(CloudTasksErrors, WhatWeCannotDo) {
  make_queue();
  const std::string rows[] = {
      create_task(R"("appEngineHttpRequest":{"relativeUri":"/a"})"),
      create_request(R"("url":"https://example.org/","oauthToken":{"serviceAccountEmail":"a@b"})"),
      create_queue(R"("httpTarget":{"httpMethod":"POST"})"),
      create_queue(R"("appEngineRoutingOverride":{"service":"s"})"),
      said(post("/google.cloud.tasks.v2.CloudTasks/CreateTask", "x"))};
  for (const auto& row : rows) EXPECT_TRUE(row.starts_with("UNIMPLEMENTED: ")) << row;
  EXPECT_TRUE(create_task(R"("httpRequest":{"url":"https://example.org/"},"appEngineHttpRequest":{})")
                  .starts_with("INVALID_ARGUMENT: Invalid value at 'task' (oneof), "));
}

TEST_F(CloudTasksErrors, HeadersAndBodiesThatCannotBeSent) {
  make_queue();
  for (const auto* headers : {R"({"A":"b\r\nC: d"})", R"({"A B":"c"})", R"({"":"c"})", R"({"A:":"c"})"}) {
    EXPECT_TRUE(create_request(R"("url":"https://example.org/","headers":)" + std::string(headers))
                    .starts_with("INVALID_ARGUMENT: HttpRequest.headers: "))
        << headers;
  }
  for (const auto* method : {"GET", "HEAD", "DELETE", "OPTIONS"}) {
    EXPECT_TRUE(create_request(R"("url":"https://example.org/","body":"aGk=","httpMethod":")" +
                               std::string(method) + "\"")
                    .starts_with("INVALID_ARGUMENT: HttpRequest.body "))
        << method;
  }
}

TEST_F(CloudTasksErrors, UnknownFieldsAndBadJson) {
  make_queue();
  EXPECT_EQ(
      create_task(R"("x":1)"),
      "INVALID_ARGUMENT: Invalid JSON payload received. Unknown name \"x\" at 'task': Cannot find field.");
  EXPECT_EQ(
      create_queue(R"("rateLimits":{"x":1})"),
      "INVALID_ARGUMENT: Invalid JSON payload received. Unknown name \"x\" at 'queue.rate_limits': Cannot find "
      "field.");
  for (const auto* body : {"{", "[]", "5", R"({"task":{},"task":{}})"}) {
    EXPECT_TRUE(said(post(kTasksPath, body)).starts_with("INVALID_ARGUMENT: Invalid JSON payload received. "))
        << body;
  }
  EXPECT_TRUE(said(patch(kQueue + std::string("?updateMask=colour"), "{}"))
                  .starts_with("INVALID_ARGUMENT: Invalid FieldMask 'colour': "));
  EXPECT_TRUE(said(get(kQueue + std::string("?colour=red")))
                  .starts_with("INVALID_ARGUMENT: Invalid JSON payload received. Unknown name \"colour\""));
}

}  // namespace
}  // namespace postrider
