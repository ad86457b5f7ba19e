#pragma once
// A world for tests of this room's clients: one thread, a clock that jumps from answer to answer, and a
// server that says what the test tells it to.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "oauth/token_source.h"
#include "web/web_client.h"

namespace postrider {

/// Hands out "t1", and "t2" once that is forgotten; or says what the test sets.
class FakeTokens final : public TokenSource {
 public:
  void token(Done done) override {
    if (holds) return held.push_back(std::move(done));
    done(trouble ? Result<std::string>(std::unexpected(*trouble)) : "t" + std::to_string(number));
  }
  void forget(const std::string& token) override {
    if (token == "t" + std::to_string(number)) ++number;
  }
  int number = 1;
  bool holds = false;
  std::vector<Done> held;
  std::optional<Error> trouble;
};

class FakeGoogle final : public WebClient {
 public:
  struct Said {
    Result<WebAnswer> answer;
    Micros after = std::chrono::milliseconds{10};
  };
  struct Asked {
    WebRequest request;
    BootTime at{};
    std::string header(std::string_view name) const {
      for (const auto& [known, value] : request.headers) {
        if (known == name) return value;
      }
      return {};
    }
  };

  /// What is said to a request; nothing: no answer comes, and the request's own time ends it.
  std::function<std::optional<Said>(const WebRequest&)> says;
  std::vector<Asked> asked;
  int in_flight = 0, most_in_flight = 0;

  void start(WebRequest request, Done done) override {
    asked.push_back({request, clock.boot_now()});
    most_in_flight = std::max(most_in_flight, ++in_flight);
    auto said = says(request);
    if (!said || said->after > request.time)
      said = Said{unavailable("timed_out", "was not answered in time"), request.time};
    coming_.emplace(clock.boot_now() + said->after, [this, done, answer = std::move(said->answer)] {
      --in_flight;
      done(answer);
    });
  }

  /// For PumpOptions::wait.
  void wait(BootTime until) {
    if (!coming_.empty()) until = std::min(until, coming_.begin()->first);
    if (until > clock.boot_now()) clock.advance(until - clock.boot_now());
    while (!coming_.empty() && coming_.begin()->first <= clock.boot_now()) {
      const auto arrive = std::move(coming_.begin()->second);
      coming_.erase(coming_.begin());
      arrive();
    }
  }
  /// All that still comes.
  void finish() {
    while (!coming_.empty()) wait(coming_.begin()->first);
  }

  FakeClock clock;

 private:
  std::multimap<BootTime, std::function<void()>> coming_;
};

inline WebAnswer answer_of(int status, std::string body = "{}",
                           std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {.status = status, .headers = std::move(headers), .body = std::move(body)};
}
/// As Google writes it.
inline WebAnswer google_error(int http, const std::string& status, const std::string& message) {
  return answer_of(http, R"({"error":{"code":)" + std::to_string(http) + R"(,"message":")" + message +
                             R"(","status":")" + status + R"("}})");
}

}  // namespace postrider
