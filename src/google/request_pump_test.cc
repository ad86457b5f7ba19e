#include "google/request_pump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "google/google_world_test.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;

class RequestPumpTest : public testing::Test {
 protected:
  RequestPumpTest() {
    options_.wait = [this](BootTime until) { google_.wait(until); };
    google_.says = [](const WebRequest&) { return FakeGoogle::Said{answer_of(200)}; };
  }

  std::vector<Result<WebAnswer>> run(std::size_t count, Micros time = 60s) {
    began_ = google_.clock.boot_now();
    const auto number = [](std::size_t n) { return std::to_string(n); };
    return RequestPump(google_, tokens_, google_.clock, options_, quota_project_)
        .run({.count = count,
              .request = [&](std::size_t n) { return WebRequest{.url = "https://g.example/" + number(n)}; },
              .name = number,
              .is_for_all = [](const WebAnswer& answer) { return answer.status == 403; }},
             time);
  }
  Micros took() const { return google_.clock.boot_now() - began_; }
  /// The statuses of answers, or the codes of errors.
  static std::vector<std::string> words(const std::vector<Result<WebAnswer>>& answers) {
    std::vector<std::string> words;
    for (const auto& answer : answers)
      words.push_back(answer ? std::to_string(answer->status) : answer.error().code);
    return words;
  }
  /// Says this, then 200.
  void first_say(Result<WebAnswer> answer, int times = 1) {
    google_.says = [answer, times](const WebRequest&) mutable {
      return FakeGoogle::Said{times-- > 0 ? answer : Result<WebAnswer>(answer_of(200))};
    };
  }

  FakeGoogle google_;
  FakeTokens tokens_;
  PumpOptions options_;
  std::string quota_project_;
  BootTime began_{};
};

TEST_F(RequestPumpTest, KeepsAsManyUnderWayAsItMayAndNoMore) {
  options_.in_flight = 20;
  google_.says = [](const WebRequest& request) {
    return FakeGoogle::Said{answer_of(200, request.url), 50ms};
  };
  const auto answers = run(250);
  ASSERT_EQ(answers.size(), 250u);
  for (std::size_t n = 0; n < answers.size(); ++n)
    EXPECT_EQ(answers[n]->body, "https://g.example/" + std::to_string(n));
  EXPECT_EQ(google_.most_in_flight, 20);
  EXPECT_EQ(took(), 13 * 50ms);
}

TEST_F(RequestPumpTest, NothingToAskTakesNoTime) {
  EXPECT_TRUE(run(0).empty());
  EXPECT_EQ(took(), 0s);
}

TEST_F(RequestPumpTest, AsksAgainWhatMayPass) {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    google_.asked.clear();
    first_say(google_error(status, "UNAVAILABLE", "not now"), 3);
    EXPECT_THAT(words(run(1)), ElementsAre("200")) << status;
    EXPECT_EQ(google_.asked.size(), 4u) << status;
  }
  for (const auto* code : {"timed_out", "connection_broke", "cannot_connect", "name_not_found"}) {
    google_.asked.clear();
    first_say(unavailable(code, "."));
    EXPECT_THAT(words(run(1)), ElementsAre("200")) << code;
    EXPECT_EQ(google_.asked.size(), 2u) << code;
  }
  first_say(google_error(409, "ABORTED", "at the same time"));
  EXPECT_THAT(words(run(1)), ElementsAre("200"));
}

TEST_F(RequestPumpTest, AsksOnceWhatDoesNotPass) {
  for (const int status : {200, 204, 302, 400, 403, 404, 409, 412, 501}) {
    google_.asked.clear();
    first_say(answer_of(status));
    EXPECT_THAT(words(run(1)), ElementsAre(std::to_string(status)));
    EXPECT_EQ(google_.asked.size(), 1u) << status;
  }
  for (const auto* code : {"tls_failed", "answer_too_large", "client_closed"}) {
    google_.asked.clear();
    first_say(unavailable(code, "."));
    EXPECT_THAT(words(run(1)), ElementsAre(code));
    EXPECT_EQ(google_.asked.size(), 1u) << code;
  }
}

TEST_F(RequestPumpTest, PausesAreJitteredBetweenNothingAndADoublingBound) {
  first_say(answer_of(503), 6);
  run(1, 10min);
  ASSERT_EQ(google_.asked.size(), 7u);
  for (int n = 1; n < 7; ++n) {
    const auto pause = google_.asked[n].at - google_.asked[n - 1].at - 10ms;
    EXPECT_EQ(pause, jittered_pause(options_, "0", n));
    EXPECT_LE(pause, options_.first_pause * (1 << (n - 1)));
  }
}

TEST(JitteredPause, IsSpreadBoundedAndTheSameAgain) {
  const PumpOptions options{.first_pause = 100ms, .longest_pause = 2s};
  for (const auto& [repetition, most] : std::vector<std::pair<int, Micros>>{
           {1, 100ms}, {2, 200ms}, {3, 400ms}, {5, 1600ms}, {6, 2s}, {60, 2s}, {100'000, 2s}}) {
    std::set<Micros> pauses;
    Micros sum{0};
    for (int n = 0; n < 1000; ++n) {
      const auto pause = jittered_pause(options, std::to_string(n), repetition);
      EXPECT_GE(pause, 0s);
      EXPECT_LE(pause, most);
      EXPECT_EQ(pause, jittered_pause(options, std::to_string(n), repetition));
      pauses.insert(pause);
      sum += pause;
    }
    EXPECT_GT(pauses.size(), 950u);
    EXPECT_NEAR(static_cast<double>(sum.count()) / 1000, static_cast<double>(most.count()) / 2,
                static_cast<double>(most.count()) / 20);
  }
}

TEST_F(RequestPumpTest, LeavesAServerAloneAsLongAsItAsks) {
  first_say(answer_of(429, "{}", {{"retry-after", "7"}}));
  run(1);
  EXPECT_GE(google_.asked[1].at - google_.asked[0].at, 7s);
  EXPECT_LE(google_.asked[1].at - google_.asked[0].at, 7s + 10ms + options_.first_pause);
}

TEST_F(RequestPumpTest, EndsAtOnceWhatCannotBeAskedAgainInTime) {
  first_say(answer_of(503, "{}", {{"retry-after", "3600"}}));
  EXPECT_THAT(words(run(1)), ElementsAre("503"));
  EXPECT_EQ(took(), 10ms);
}

TEST_F(RequestPumpTest, ReturnsInTimeWhateverHappens) {
  google_.says = [](const WebRequest&) { return FakeGoogle::Said{answer_of(503)}; };
  EXPECT_THAT(words(run(150, 30s)), Each("503"));
  EXPECT_LE(took(), 30s);
  google_.says = [](const WebRequest&) { return std::nullopt; };
  google_.asked.clear();
  EXPECT_THAT(words(run(150, 30s)), Each("timed_out"));
  EXPECT_EQ(took(), 30s);
  for (const auto& asked : google_.asked) {
    EXPECT_LE(asked.request.time, options_.one_try);
    EXPECT_LE(asked.at + asked.request.time, began_ + 30s);
  }
  EXPECT_THAT(words(run(3, 0s)), Each("timed_out"));
}

TEST_F(RequestPumpTest, WhatComesLateChangesNothing) {
  google_.says = [](const WebRequest&) { return FakeGoogle::Said{answer_of(200), 30ms}; };
  EXPECT_THAT(words(run(2, 20ms)), Each("timed_out"));
  google_.finish();
}

TEST_F(RequestPumpTest, WhatWaitsKeepsItsPlace) {
  options_.in_flight = 5;
  google_.says = [](const WebRequest&) { return FakeGoogle::Said{answer_of(503)}; };
  run(1000, 20s);
  std::set<std::string> names;
  for (const auto& asked : google_.asked) names.insert(asked.request.url);
  EXPECT_EQ(names.size(), 5u);
  EXPECT_LT(google_.asked.size(), 5u * 15);
}

TEST_F(RequestPumpTest, WhoIsAskedToComeBackAfterTheEndDoesNotWaitForIt) {
  google_.says = [](const WebRequest&) {
    return FakeGoogle::Said{answer_of(503, "{}", {{"retry-after", "60"}})};
  };
  options_.in_flight = 5;
  EXPECT_THAT(words(run(1000, 20s)), Each("503"));
  EXPECT_EQ(google_.asked.size(), 5u);
  EXPECT_EQ(took(), 10ms);
}

TEST_F(RequestPumpTest, AskingOneInTroubleDoesNotHoldUpTheOthers) {
  options_.in_flight = 5;
  google_.says = [](const WebRequest& request) {
    return FakeGoogle::Said{answer_of(request.url.ends_with("/3") ? 503 : 200)};
  };
  const auto got = words(run(1000, 20s));
  EXPECT_EQ(std::ranges::count(got, "200"), 999);
  EXPECT_EQ(got[3], "503");
}

TEST_F(RequestPumpTest, ARefusedTokenIsReplacedOnce) {
  google_.says = [](const WebRequest& request) {
    const bool good = request.headers.back().second == "Bearer t2";
    return FakeGoogle::Said{answer_of(good ? 200 : 401)};
  };
  EXPECT_THAT(words(run(300)), Each("200"));
  EXPECT_EQ(tokens_.number, 2);
  EXPECT_EQ(google_.asked.size(), 400u);  // the hundred that were under way, twice
  EXPECT_EQ(google_.asked.front().header("Authorization"), "Bearer t1");
}

TEST_F(RequestPumpTest, ATokenThatIsRefusedTwiceEndsAll) {
  google_.says = [](const WebRequest&) { return FakeGoogle::Said{answer_of(401)}; };
  options_.in_flight = 3;
  EXPECT_THAT(words(run(1000)), Each("401"));
  EXPECT_EQ(google_.asked.size(), 6u);
}

TEST_F(RequestPumpTest, AnAnswerToAllIsAskedForOnce) {
  google_.says = [](const WebRequest&) { return FakeGoogle::Said{answer_of(403)}; };
  options_.in_flight = 3;
  EXPECT_THAT(words(run(1000)), Each("403"));
  EXPECT_EQ(google_.asked.size(), 3u);
}

TEST_F(RequestPumpTest, WithoutATokenNothingIsAsked) {
  tokens_.trouble = Error{Error::Kind::invalid, "oauth_refused", "no"};
  EXPECT_THAT(words(run(1000)), Each("oauth_refused"));
  EXPECT_EQ(took(), 0s);
  tokens_.trouble = Error{Error::Kind::unavailable, "oauth_unavailable", "later"};
  EXPECT_THAT(words(run(2, 5s)), Each("oauth_unavailable"));
  EXPECT_TRUE(google_.asked.empty());
}

TEST_F(RequestPumpTest, ATokenThatComesTooLateAsksNothing) {
  tokens_.holds = true;
  EXPECT_THAT(words(run(2, 5s)), Each("timed_out"));
  EXPECT_EQ(took(), 5s);
  for (auto& done : tokens_.held) done("t1");
  EXPECT_TRUE(google_.asked.empty());
}

TEST_F(RequestPumpTest, SaysWhoPays) {
  quota_project_ = "p1";
  run(1);
  EXPECT_EQ(google_.asked.front().header("x-goog-user-project"), "p1");
}

}  // namespace
}  // namespace postrider
