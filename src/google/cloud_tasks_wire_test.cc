// The client with the real WebClient, over real connections that break.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "google/cloud_tasks_client.h"
#include "google/google_world_test.h"

namespace postrider {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

/// Makes each task and hangs up without an answer; says ALREADY_EXISTS from then on. The first requests wait
/// until `together` of them are there at once.
class ForgetfulGoogle {
 public:
  explicit ForgetfulGoogle(int together) : together_(together) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 256), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { take_connections(); });
  }
  ~ForgetfulGoogle() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (const int caller : callers_) ::shutdown(caller, SHUT_RDWR);
    for (auto& one : threads_) one.join();
    for (const int caller : callers_) ::close(caller);
    ::close(listener_);
  }

  std::string url;
  std::map<std::string, int> asked;
  int most_at_once = 0;

 private:
  void take_connections() {
    for (int caller = 0; (caller = ::accept(listener_, nullptr, nullptr)) >= 0;) {
      callers_.push_back(caller);
      threads_.emplace_back([this, caller] { serve(caller); });
    }
  }

  void serve(int caller) {
    std::string heard;
    char block[16384];
    for (;;) {
      const auto head = heard.find("\r\n\r\n");
      const auto length = heard.find("Content-Length: ");
      if (head != heard.npos && heard.size() >= head + 4 + std::stoul(heard.substr(length + 16))) {
        const auto answer = answer_to(heard.substr(head + 4));
        if (answer.empty()) break;
        ::send(caller, answer.data(), answer.size(), MSG_NOSIGNAL);
        heard.clear();
      }
      const auto n = ::recv(caller, block, sizeof block, 0);
      if (n <= 0) break;
      heard.append(block, static_cast<std::size_t>(n));
    }
    ::shutdown(caller, SHUT_RDWR);
  }

  std::string answer_to(const std::string& body) {
    const std::string name(json::parse(body).at("task").at("name").as_string());
    std::unique_lock lock(mutex_);
    most_at_once = std::max(most_at_once, ++at_once_);
    came_.notify_all();
    came_.wait_for(lock, 30s, [this] { return most_at_once >= together_; });
    --at_once_;
    if (++asked[name] == 1) return {};
    const std::string error = R"({"error":{"code":409,"message":"exists","status":"ALREADY_EXISTS"}})";
    return "HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(error.size()) + "\r\n\r\n" + error;
  }

  const int together_;
  int listener_, at_once_ = 0;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<int> callers_;
  std::vector<std::thread> threads_;
  std::thread thread_;
};

TEST(CloudTasksWire, EveryAlarmIsSetThoughEveryFirstAnswerIsLost) {
  constexpr int kAlarms = 200, kInFlight = 20;
  ForgetfulGoogle google(kInFlight);
  const auto web = make_web_client();
  const SystemClock clock;
  FakeTokens tokens;
  const auto alarms =
      make_google_alarms({.queue = "projects/p1/locations/us-east1/queues/q1",
                          .target = "https://postrider.example.run.app",
                          .url = google.url,
                          .pump = {.in_flight = kInFlight, .first_pause = 1ms, .longest_pause = 10ms}},
                         tokens, "", *web, clock);
  std::vector<Alarm> all;
  for (int n = 0; n < kAlarms; ++n)
    all.push_back({.name = "a" + std::to_string(n), .at = {}, .path = "/ring", .body = "{}"});
  for (const auto& one : alarms->set(all, 60s)) EXPECT_TRUE(one) << one.error().message;
  EXPECT_EQ(google.most_at_once, kInFlight);
  EXPECT_EQ(google.asked.size(), static_cast<std::size_t>(kAlarms));
  for (const auto& [name, times] : google.asked) EXPECT_GE(times, 2) << name;
}

TEST(CloudTasksWire, NobodyAnswersInTime) {
  ForgetfulGoogle google(2);  // the only one there is waits for another
  const auto web = make_web_client();
  const SystemClock clock;
  FakeTokens tokens;
  const auto alarms = make_google_alarms({.queue = "projects/p1/locations/us-east1/queues/q1",
                                          .target = "https://postrider.example.run.app",
                                          .url = google.url},
                                         tokens, "", *web, clock);
  const auto began = clock.boot_now();
  const Alarm alarm{.name = "a", .at = {}, .path = "/ring", .body = "{}"};
  EXPECT_EQ(alarms->set(std::span(&alarm, 1), 50ms).front().error().code, "alarms_unavailable");
  EXPECT_GE(clock.boot_now() - began, 50ms);
  EXPECT_LT(clock.boot_now() - began, 20s);
  EXPECT_TRUE(alarms->set(std::span(&alarm, 1), 20s).front());  // which that one is
}

}  // namespace
}  // namespace postrider
