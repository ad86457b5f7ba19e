// What WebClient makes of its connections, and what it says on them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "web/recording_server_test.h"
#include "web/web_client.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

TargetRules rules(std::string_view text) {
  return *TargetRules::parse(text);
}

RecordingServer::Script yes() {
  return [](const std::string&) { return http_answer(200, "yes"); };
}

std::string code_of(const Result<WebAnswer>& answer) {
  return answer ? std::to_string(answer->status) : answer.error().code;
}

TEST(WebConnections, AreReusedUnderRulesToo) {
  RecordingServer server(yes());
  const auto client = make_web_client();
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(code_of(client->call({.url = server.url(), .targets = rules("127.0.0.0/8")})), "200");
  EXPECT_EQ(server.requests().size(), 5u);
  EXPECT_EQ(server.connections(), 1u);
}

TEST(WebConnections, AKeptOneIsNotLentToARequestWhoseRulesForbidItsAddress) {
  RecordingServer server(yes());
  const auto client = make_web_client();
  for (const auto* host : {"127.0.0.1", "localhost"}) {
    const auto asked = server.requests().size();
    EXPECT_EQ(code_of(client->call({.url = server.url("/", host)})), "200");
    EXPECT_EQ(code_of(client->call({.url = server.url("/", host), .targets = rules("true")})), "200");
    const auto refused = client->call({.url = server.url("/", host), .targets = rules("")});
    EXPECT_EQ(code_of(refused), "target_not_allowed");
    EXPECT_THAT(refused.error().message, testing::HasSubstr("127.0.0.1 is not a public address"));
    EXPECT_EQ(code_of(client->call({.url = server.url("/", host), .targets = rules("10.0.0.0/8")})),
              "target_not_allowed");
    EXPECT_EQ(server.requests().size(), asked + 2) << "not a byte of a refused request goes out";
  }
}

TEST(WebConnections, NeverLeadToAMetadataServerHoweverItIsSpelled) {
  const auto client = make_web_client();
  for (const auto* host : {"169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
                           "169.254.43518", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]",
                           "100.100.100.200", "[fd00:ec2::254]", "168.63.129.16"}) {
    for (const auto* allowed : {"", "true", "127.0.0.0/8"}) {
      const auto answer = client->call({.url = "http://" + std::string(host) + "/computeMetadata/v1/",
                                        .headers = {{"Metadata-Flavor", "Google"}},
                                        .time = 2s,
                                        .targets = rules(allowed)});
      EXPECT_EQ(code_of(answer), "target_not_allowed") << host << " with " << allowed;
    }
  }
}

TEST(WebConnections, CarryNothingThatTheCallerDidNotSay) {
  RecordingServer server(yes());
  const auto host = "\r\nHost: 127.0.0.1:" + server.url().substr(17, server.url().size() - 18) + "\r\n";
  const auto client = make_web_client();
  client->call({.url = server.url("/a")});
  client->call({.method = "POST", .url = server.url("/b")});
  client->call({.method = "PATCH", .url = server.url("/c")});
  client->call({.method = "DELETE", .url = server.url("/d")});
  client->call({.method = "PUT",
                .url = server.url("/e"),
                .headers = {{"x-CASE", "Kept"}, {"Empty", ""}, {"Blank", "  "}, {"accept", "text/plain"}},
                .body = "hi"});
  EXPECT_THAT(server.requests(),
              testing::ElementsAre("GET /a HTTP/1.1" + host + "\r\n",
                                   "POST /b HTTP/1.1" + host + "Content-Length: 0\r\n\r\n",
                                   "PATCH /c HTTP/1.1" + host + "Content-Length: 0\r\n\r\n",
                                   "DELETE /d HTTP/1.1" + host + "\r\n",
                                   "PUT /e HTTP/1.1" + host +
                                       "x-CASE: Kept\r\nEmpty:\r\nBlank:\r\naccept: text/plain\r\n"
                                       "Content-Length: 2\r\n\r\nhi"));
}

/// Starts requests and gathers how each ended.
class Ends {
 public:
  explicit Ends(WebClient& client) : client_(client) {}
  void start(WebRequest request) {
    ++left_;
    client_.start(std::move(request), [this](const Result<WebAnswer>& answer) {
      const std::lock_guard lock(mutex_);
      ++count_[code_of(answer)];
      if (--left_ == 0) changed_.notify_all();
    });
  }
  std::map<std::string, int> all() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return left_ == 0; }));
    return count_;
  }

 private:
  WebClient& client_;
  std::atomic<int> left_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> count_;
};
using Counts = std::map<std::string, int>;

TEST(WebConnections, ManyRequestsAreInFlightAtOnce) {
  constexpr int kMany = 200;
  RecordingServer* self = nullptr;
  RecordingServer server([&](const std::string&) {
    self->held();
    return http_answer(204);
  });
  self = &server;
  const auto client = make_web_client();
  Ends ends(*client);
  for (int i = 0; i < kMany; ++i) ends.start({.url = server.url(), .targets = rules("true")});
  server.await(kMany);  // nobody waits for anybody's answer
  server.let_go();
  EXPECT_EQ(ends.all(), (Counts{{"204", kMany}}));
}

TEST(WebConnections, WhatIsBeyondTheLimitWaitsForItsTurn) {
  RecordingServer* self = nullptr;
  RecordingServer server([&](const std::string&) {
    self->held();
    return http_answer(200);
  });
  self = &server;
  const auto client = make_web_client(2);
  Ends ends(*client);
  for (int i = 0; i < 6; ++i) ends.start({.url = server.url()});
  server.await(2);
  EXPECT_EQ(client->call({.url = server.url(), .time = 10ms}).error().code, "timed_out")
      << "the wait for a turn counts";
  EXPECT_EQ(server.requests().size(), 2u);
  server.let_go();
  EXPECT_EQ(ends.all(), (Counts{{"200", 6}}));
  EXPECT_EQ(server.requests().size(), 6u);
  EXPECT_EQ(server.connections(), 2u);
}

TEST(WebConnections, AnIdleOneGivesWayAtTheLimit) {
  RecordingServer one(yes()), two(yes());
  const auto client = make_web_client(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(code_of(client->call({.url = one.url()})), "200");
    EXPECT_EQ(code_of(client->call({.url = two.url()})), "200");
  }
}

TEST(WebConnections, WhoWaitsForAHandshakeElsewhereIsEndedInTimeToo) {
  RecordingServer* self = nullptr;
  RecordingServer server([&](const std::string&) {
    self->held();
    return std::nullopt;
  });
  self = &server;
  auto url = server.url();
  url.replace(0, 4, "https");  // TLS is never spoken there: all but the first wait for its handshake
  const auto client = make_web_client();
  Ends ends(*client);
  for (int i = 0; i < 3; ++i) ends.start({.url = url, .time = 100ms});
  EXPECT_EQ(ends.all(), (Counts{{"timed_out", 3}}));
}

TEST(WebConnections, ABodyOfNoInterestIsThrownAwayAndBounded) {
  RecordingServer server([](const std::string& request) {
    if (request.starts_with("GET /endless")) return http_answer(503, std::string(5'000'000, 'x'));
    return http_answer(429, std::string(50'000, 'x'), "Retry-After: 7\r\n");
  });
  const auto client = make_web_client();
  for (const auto* path : {"/", "/endless", "/"}) {
    const auto answer =
        client->call({.url = server.url(path), .only_status = true, .time = 10s, .most_bytes = 100'000});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, path == std::string("/") ? 429 : 503);
    EXPECT_EQ(answer->body, "");
    if (answer->status == 429) EXPECT_EQ(answer->header("retry-after"), "7");
  }
  RecordingServer broken([](const std::string&) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhalf";
  });
  EXPECT_EQ(code_of(client->call({.url = broken.url(), .only_status = true})), "connection_broke");
}

}  // namespace
}  // namespace postrider
