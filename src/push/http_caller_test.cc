#include "push/http_caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <map>

#include "web/recording_server_test.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Gives a token that says whom it is for.
class NamingSigner final : public IdTokenSigner {
 public:
  std::string token(std::string_view account, std::string_view audience) override {
    return std::string(account) + "|" + std::string(audience);
  }
  std::string key_set() const override { return {}; }
  std::string configuration() const override { return {}; }
};

class NotingLog final : public Log {
 public:
  void write(LogLevel level, std::string_view, std::initializer_list<Field> fields) override {
    const std::lock_guard lock(mutex_);
    if (level != LogLevel::warning) return;
    std::string line;
    for (const auto& field : fields) line += field.value + " ";
    lines_.push_back(line);
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The value of a header, spelled exactly so; "none" where it is not there.
std::string header(const std::string& request, const std::string& name) {
  const auto begin = request.find("\r\n" + name + ":");
  if (begin == request.npos) return "none";
  const auto value = begin + name.size() + 3;
  const auto text = request.substr(value, request.find("\r\n", value) - value);
  return text.starts_with(' ') ? text.substr(1) : text;
}

class HttpCallerTest : public testing::Test {
 protected:
  explicit HttpCallerTest(std::string_view allowed = "127.0.0.0/8") : allowed_(allowed) {}

  HttpTask task(const std::string& url) const {
    HttpTask task{.queue = {"p", "l", "mail"},
                  .id = "first",
                  .schedule = from_micros(1'795'510'800'250'000),
                  .url = url,
                  .dispatch_count = 1};
    task.last = HttpAttempt{.schedule = from_micros(1'795'510'800'000'042)};
    return task;
  }
  HttpOutcome call(const HttpTask& task) {
    std::promise<HttpOutcome> ended;
    caller_->call(task, [&](HttpOutcome outcome) { ended.set_value(outcome); });
    return ended.get_future().get();
  }
  /// What the store does between attempts.
  static void count(HttpTask& task, const HttpOutcome& outcome) {
    if (outcome.status != kNoResponse) ++task.response_count;
    if (outcome.status != kNoResponse && outcome.status / 100 != 5) ++task.execution_count;
    task.previous_status = outcome.status;
    ++task.dispatch_count;
  }

  const std::string allowed_;
  FakeClock clock_;
  NotingLog log_;
  NamingSigner signer_;
  std::unique_ptr<WebClient> web_ = make_web_client();
  std::unique_ptr<HttpTarget> caller_ =
      make_http_caller(*web_, signer_, clock_, log_,
                       {.targets = *TargetRules::parse(allowed_), .service_accounts = {"robot@p.example"}});
};

TEST_F(HttpCallerTest, SaysWhatGooglesDispatcherSaysAndNothingElse) {
  RecordingServer server([](const std::string&) { return http_answer(200); });
  auto one = task(server.url("/work?a=b"));
  one.headers = {{"X-Custom", "Kept"}, {"content-TYPE", "application/json"}, {"User-Agent", "mine"}};
  one.body = R"({"n":1})";
  EXPECT_EQ(call(one).status, 200);
  const auto host = server.url("").substr(7);
  EXPECT_THAT(server.requests(), ElementsAre("POST /work?a=b HTTP/1.1\r\n"
                                             "Host: " +
                                             host +
                                             "\r\n"
                                             "User-Agent: Google-Cloud-Tasks\r\n"
                                             "X-Custom: Kept\r\n"
                                             "content-TYPE: application/json\r\n"
                                             "X-CloudTasks-QueueName: mail\r\n"
                                             "X-CloudTasks-TaskName: first\r\n"
                                             "X-CloudTasks-TaskRetryCount: 0\r\n"
                                             "X-CloudTasks-TaskExecutionCount: 0\r\n"
                                             "X-CloudTasks-TaskETA: 1795510800.000042\r\n"
                                             "Content-Length: 7\r\n"
                                             "\r\n"
                                             R"({"n":1})"));
}

/// As it was recorded of Google's service.
TEST_F(HttpCallerTest, CountsRetriesExecutionsAndPreviousResponses) {
  const std::vector<int> answers{503, 404, 429, 500, 302, 200};
  std::atomic<std::size_t> next = 0;
  RecordingServer server([&](const std::string&) {
    const int status = answers[next++];
    return http_answer(status, "", status == 302 ? "Location: http://127.0.0.1:1/\r\n" : "");
  });
  auto one = task(server.url());
  std::vector<int> statuses;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto outcome = call(one);
    statuses.push_back(outcome.status);
    count(one, outcome);
  }
  EXPECT_EQ(statuses, answers) << "redirects are not followed";
  std::vector<std::string> retries, executions, previous, reasons;
  for (const auto& request : server.requests()) {
    retries.push_back(header(request, "X-CloudTasks-TaskRetryCount"));
    executions.push_back(header(request, "X-CloudTasks-TaskExecutionCount"));
    previous.push_back(header(request, "X-CloudTasks-TaskPreviousResponse"));
    reasons.push_back(header(request, "X-CloudTasks-TaskRetryReason"));
  }
  EXPECT_THAT(retries, ElementsAre("0", "1", "2", "3", "4", "5"));
  EXPECT_THAT(executions, ElementsAre("0", "0", "1", "2", "2", "3"));
  EXPECT_THAT(previous, ElementsAre("none", "503", "404", "429", "500", "302"));
  EXPECT_THAT(reasons, ElementsAre("none", "", "", "", "", ""));
  EXPECT_EQ(server.connections(), 1u) << "a target's connection is kept";
}

TEST_F(HttpCallerTest, AnAttemptWithoutAnAnswerIsATimeoutToTheNext) {
  RecordingServer* self = nullptr;
  RecordingServer silent([&](const std::string&) -> std::optional<std::string> {
    self->held();
    return std::nullopt;
  });
  self = &silent;
  RecordingServer server([](const std::string&) { return http_answer(204); });
  auto one = task(silent.url());
  one.dispatch_deadline = 50ms;
  const auto outcome = call(one);
  EXPECT_EQ(outcome.status, kNoResponse);
  count(one, outcome);
  one.url = server.url();
  one.dispatch_deadline = 10s;
  EXPECT_EQ(call(one).status, 204);
  const auto second = server.requests().at(0);
  EXPECT_EQ(header(second, "X-CloudTasks-TaskPreviousResponse"), "504");
  EXPECT_EQ(header(second, "X-CloudTasks-TaskRetryCount"), "1");
  EXPECT_EQ(header(second, "X-CloudTasks-TaskExecutionCount"), "0");
}

TEST_F(HttpCallerTest, ABrokenConnectionIsNoAnswer) {
  for (const std::string answer : {"", "HTTP/1.1 20", "nonsense\r\n\r\n",
                                   "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf"}) {
    RecordingServer server([&](const std::string&) -> std::optional<std::string> {
      if (answer.empty()) return std::nullopt;
      return answer + (answer.ends_with("half") ? "" : "\r\nConnection: close\r\n");
    });
    EXPECT_EQ(call(task(server.url())).status, kNoResponse) << answer;
  }
  EXPECT_EQ(call(task("http://127.0.0.1:1/")).status, kNoResponse);
  EXPECT_EQ(call(task("http://nobody.invalid/")).status, kNoResponse);
  EXPECT_THAT(log_.lines(), IsEmpty()) << "a target's trouble is not the operator's";
  for (const auto* url : {"", "ftp://127.0.0.1/", "http://", "http://[::1", "http://127.0.0.1:99999/"})
    EXPECT_EQ(call(task(url)).status, kNoResponse) << url;
}

TEST_F(HttpCallerTest, AnAnswersBodyIsNotWaitedForEndlessly) {
  RecordingServer server([](const std::string&) { return http_answer(201, std::string(8'000'000, 'x')); });
  EXPECT_EQ(call(task(server.url())).status, 201);
}

TEST_F(HttpCallerTest, HeadersThatAreNotTheCallersToSetAreNot) {
  RecordingServer server([](const std::string&) { return http_answer(200); });
  auto one = task(server.url());
  one.body = "12345";
  one.headers = {{"Host", "evil.example"},
                 {"content-length", "0"},
                 {"Transfer-Encoding", "chunked"},
                 {"Connection", "X-Custom"},
                 {"Expect", "100-continue"},
                 {"X-CloudTasks-TaskRetryCount", "9"},
                 {"x-cloudtasks-queuename", "other"},
                 {"X-AppEngine-TaskName", "t"},
                 {"X-Google-Internal", "1"},
                 {"Bad Name", "1"},
                 {"", "1"},
                 {"Colon:", "1"},
                 {"Cookie", "a=b"},
                 {"X-Split", "a\r\nX-Forged: 1\nX-Too: 2"},
                 {"X-Empty", ""},
                 {"X-Semicolon;", "1"},
                 {"Authorization", "Basic eDp5"},
                 {"aCCEPT", "text/*"}};
  EXPECT_EQ(call(one).status, 200);
  const auto request = server.requests().at(0);
  EXPECT_EQ(request,
            "POST / HTTP/1.1\r\n"
            "Host: " +
                server.url("").substr(7) +
                "\r\n"
                "User-Agent: Google-Cloud-Tasks\r\n"
                "Cookie: a=b\r\n"
                "X-Split: a  X-Forged: 1 X-Too: 2\r\n"
                "X-Empty:\r\n"
                "Authorization: Basic eDp5\r\n"
                "aCCEPT: text/*\r\n"
                "X-CloudTasks-QueueName: mail\r\n"
                "X-CloudTasks-TaskName: first\r\n"
                "X-CloudTasks-TaskRetryCount: 0\r\n"
                "X-CloudTasks-TaskExecutionCount: 0\r\n"
                "X-CloudTasks-TaskETA: 1795510800.000042\r\n"
                "Content-Length: 5\r\n"
                "\r\n"
                "12345");
}

TEST_F(HttpCallerTest, EveryMethodIsMade) {
  RecordingServer server([](const std::string& request) {
    return request.starts_with("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
                                       : http_answer(200, "x");
  });
  const std::map<HttpMethod, std::string> methods{
      {HttpMethod::post, "POST"},      {HttpMethod::get, "GET"},    {HttpMethod::head, "HEAD"},
      {HttpMethod::put, "PUT"},        {HttpMethod::del, "DELETE"}, {HttpMethod::patch, "PATCH"},
      {HttpMethod::options, "OPTIONS"}};
  for (const auto& [method, name] : methods) {
    for (const auto* body : {"", "body"}) {
      auto one = task(server.url());
      one.method = method;
      one.body = body;
      EXPECT_EQ(call(one).status, 200) << name;
      const auto request = server.requests().back();
      EXPECT_TRUE(request.starts_with(name + " / HTTP/1.1\r\n")) << request;
      const bool takes = name == "POST" || name == "PUT" || name == "PATCH";
      EXPECT_EQ(header(request, "Content-Length"), takes ? std::to_string(std::string(body).size()) : "none");
      EXPECT_EQ(header(request, "Content-Type"), "none");
    }
  }
}

TEST_F(HttpCallerTest, ATokenIsSignedForNamedAccountsAndStandsAboveTheCallersOwn) {
  RecordingServer server([](const std::string&) { return http_answer(200); });
  auto one = task(server.url("/a?b"));
  one.headers = {{"authorization", "Bearer mine"}};
  one.token = {HttpTaskToken::Kind::oidc, "robot@p.example", ""};
  EXPECT_EQ(call(one).status, 200);
  one.token.audience = "https://elsewhere.example";
  EXPECT_EQ(call(one).status, 200);
  const auto requests = server.requests();
  EXPECT_EQ(header(requests.at(0), "Authorization"), "Bearer robot@p.example|" + server.url("/a?b"));
  EXPECT_EQ(header(requests.at(1), "Authorization"), "Bearer robot@p.example|https://elsewhere.example");
  EXPECT_THAT(requests.at(0), Not(HasSubstr("mine")));

  one.token.service_account = "other@p.example";
  EXPECT_EQ(call(one).status, kNoResponse);
  one.token = {HttpTaskToken::Kind::oauth, "robot@p.example", "scope"};
  EXPECT_EQ(call(one).status, kNoResponse);
  EXPECT_EQ(call(one).status, kNoResponse);
  EXPECT_EQ(server.requests().size(), 2u) << "without its token a target is not called";
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("account_not_named"), HasSubstr("no_access_tokens")));
  clock_.advance(1min);
  call(one);
  EXPECT_EQ(log_.lines().size(), 3u);
}

TEST_F(HttpCallerTest, HearsWhenToComeBack) {
  const std::map<std::string, std::optional<Micros>> said{{"30", 30s},
                                                          {"86400", 1h},
                                                          {"Mon, 23 Nov 2026 09:02:00 GMT", 2min},
                                                          {"later", std::nullopt},
                                                          {"", std::nullopt}};
  for (const auto& [text, wait] : said) {
    RecordingServer server([&](const std::string&) {
      return http_answer(503, "", text.empty() ? "" : "retry-after: " + text + "\r\n");
    });
    EXPECT_EQ(call(task(server.url())).retry_after, wait) << text;
  }
  RecordingServer done([](const std::string&) { return http_answer(200, "", "Retry-After: 5\r\n"); });
  EXPECT_EQ(call(task(done.url())).retry_after, std::nullopt);
}

TEST_F(HttpCallerTest, WhatIsUnderWayEndsWithTheWebClient) {
  RecordingServer* self = nullptr;
  RecordingServer server([&](const std::string&) {
    self->held();
    return http_answer(200);
  });
  self = &server;
  std::promise<HttpOutcome> ended;
  caller_->call(task(server.url()), [&](HttpOutcome outcome) { ended.set_value(outcome); });
  server.await(1);
  caller_.reset();
  web_.reset();
  EXPECT_EQ(ended.get_future().get().status, kNoResponse);
}

/// As a server is without settings: whoever may make tasks may not speak to its neighbours.
class GuardedCallerTest : public HttpCallerTest {
 protected:
  GuardedCallerTest() : HttpCallerTest("") {}
};

TEST_F(GuardedCallerTest, NeverReachesThisMachineNorAMetadataServer) {
  RecordingServer server([](const std::string&) { return http_answer(200); });
  const auto port = server.url("").substr(16);
  // The connection is there and kept: somebody else's rules made it.
  ASSERT_TRUE(web_->call({.url = server.url()}));
  for (const auto* host :
       {"127.0.0.1", "localhost", "LOCALHOST", "127.1", "0x7f000001", "2130706433", "0", "[::1]",
        "[::ffff:127.0.0.1]", "user:pass@127.0.0.1", "10.0.0.1", "192.168.0.1", "100.64.0.1",
        "169.254.169.254", "2852039166", "[::ffff:a9fe:a9fe]", "[fd00:ec2::254]"}) {
    auto one = task("http://" + std::string(host) + port + "/latest/meta-data/");
    one.dispatch_deadline = 2s;
    EXPECT_EQ(call(one).status, kNoResponse) << host;
  }
  EXPECT_EQ(server.requests().size(), 1u);
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("target_not_allowed http://127.0.0.1")));
}

TEST_F(GuardedCallerTest, APublicTargetCannotSendItInside) {
  // Redirects are answers: whoever follows them by hand makes a task of the new URL, which is judged anew.
  HttpCallerTest::caller_ = make_http_caller(
      *web_, signer_, clock_, log_, {.targets = *TargetRules::parse("127.0.0.1"), .service_accounts = {}});
  RecordingServer inner([](const std::string&) { return http_answer(200); });
  RecordingServer outer(
      [&](const std::string&) { return http_answer(307, "", "Location: " + inner.url() + "\r\n"); });
  EXPECT_EQ(call(task(outer.url())).status, 307);
  EXPECT_THAT(inner.requests(), IsEmpty());
}

}  // namespace
}  // namespace postrider
