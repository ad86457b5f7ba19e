#include "catcher/catching_sessions.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>

#include "catcher/catch_log.h"

namespace postrider {
namespace {

/// Work posted from other threads, done by the test's own.
class PostingLoop : public Loop {
 public:
  void post(std::function<void()> work) override {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    woken_.notify_one();
  }
  TimerId call_at(BootTime, std::function<void()>) override { return 0; }
  void cancel(TimerId) override {}
  void run_until(const bool& done) {
    while (!done) {
      std::unique_lock lock(mutex_);
      ASSERT_TRUE(woken_.wait_for(lock, std::chrono::seconds{30}, [this] { return !posted_.empty(); }));
      auto work = std::move(posted_.front());
      posted_.pop_front();
      lock.unlock();
      work();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<std::function<void()>> posted_;
};

TEST(CatchingSessions, KeepEveryMessageAndReachNobody) {
  std::string name = (std::filesystem::temp_directory_path() / "postrider-caught-XXXXXX").string();
  const std::filesystem::path directory = ::mkdtemp(name.data());
  FakeClock clock;
  PostingLoop loop;
  Background background(loop);
  const auto sessions = make_catching_sessions(loop, background, clock, (directory / "caught").string());
  bool done = false;
  const auto send = [&]() -> Async<void> {
    const MailServer server{.host = "mail.invalid"};
    for (const char* to : {"ana", "bo"}) {
      auto opened = co_await sessions->open(MailboxId{1}, server);
      const Envelope envelope{.from = {"me", "example.com"}, .to = {to, "example.org"}};
      const auto trouble = co_await (*opened)->offer(envelope);
      EXPECT_FALSE(trouble);
      const MessageView message{"Subject: Hi\r\nMessage-ID: <1@example.com>\r\n\r\nbody\r\n", "tail\r\n"};
      const auto reply = co_await (*opened)->commit(message);
      EXPECT_EQ(reply->code, 250);
    }
    done = true;
  };
  spawn(send());
  loop.run_until(done);

  const auto caught = list_caught((directory / "caught").string()).value();
  ASSERT_EQ(caught.size(), 2u);
  EXPECT_EQ(caught[0].to, std::vector<std::string>{"ana@example.org"});
  EXPECT_EQ(caught[1].from, "me@example.com");
  EXPECT_TRUE(read_caught((directory / "caught").string(), 2)->ends_with("\r\n\r\nbody\r\ntail\r\n"));
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace postrider
