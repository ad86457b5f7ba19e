// The crew of HTTP tasks with a store that follows a script and a target that answers as the test wants. All
// waits are for signals.

#include "dispatch/http_crew.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <filesystem>

#include "store/sqlite/sqlite_store.h"
#include "store/task_store.h"

namespace postrider {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;

/// Something that several threads tell, and one waits for.
class Signal {
 public:
  template <class Change>
  void tell(Change&& change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_all();
  }
  template <class Condition>
  bool wait(Condition&& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

/// Gives out what the test puts there, and remembers what it was told.
class ScriptedStore : public HttpTaskStore {
 public:
  struct Step {
    std::vector<HttpRecord> records;
    int places = 0;
    WallTime at{};
  };

  HttpClaims step(std::span<const HttpRecord> records, int places) override {
    HttpClaims claims;
    std::optional<StoreFault> fault;
    signal.tell([&] {
      steps.push_back({{records.begin(), records.end()}, places, clock.wall_now()});
      if (!faults.empty()) {
        fault = faults.front();
        faults.pop_front();
        return;
      }
      while (!waiting.empty() && std::ssize(claims.tasks) < places) {
        claims.tasks.push_back(std::move(waiting.front()));
        waiting.pop_front();
      }
      claims.wake = waiting.empty() ? wake : clock.wall_now();
      recorded.insert(recorded.end(), records.begin(), records.end());
    });
    if (fault) throw StoreFault(*fault);
    return claims;
  }
  void put(std::int64_t key, WallTime schedule = {}) {
    signal.tell([&] {
      ClaimedHttpTask claimed{.key = key, .task = {}};
      claimed.task.id = std::to_string(key);
      claimed.task.schedule = schedule;
      claimed.task.dispatch_count = 1;
      waiting.push_back(std::move(claimed));
    });
  }
  bool wait_for_records(std::size_t n) {
    return signal.wait([&] { return recorded.size() >= n; });
  }
  bool wait_for_steps(std::size_t n) {
    return signal.wait([&] { return steps.size() >= n; });
  }

  // Nothing else is asked of it.
  Result<HttpQueue> create_queue(const HttpQueue& queue) override { return queue; }
  Result<HttpQueue> queue(const QueueName&) override { return HttpQueue{}; }
  std::vector<HttpQueue> queues(std::string_view, std::string_view, std::string_view, int) override {
    return {};
  }
  Result<HttpQueue> update_queue(const QueueName&, const std::function<void(HttpQueue&)>&) override {
    return HttpQueue{};
  }
  Result<void> delete_queue(const QueueName&) override { return {}; }
  Result<HttpQueue> set_paused(const QueueName&, bool) override { return HttpQueue{}; }
  Result<HttpQueue> purge(const QueueName&) override { return HttpQueue{}; }
  std::vector<Result<HttpTask>> create(std::span<const HttpTask>) override { return {}; }
  Result<HttpTask> task(const QueueName&, std::string_view) override { return HttpTask{}; }
  Result<std::vector<HttpTask>> tasks(const QueueName&, std::string_view, int) override {
    return std::vector<HttpTask>{};
  }
  Result<void> delete_task(const QueueName&, std::string_view) override { return {}; }
  Result<ClaimedHttpTask> force_run(const QueueName&, std::string_view) override { return ClaimedHttpTask{}; }
  void take_over() override {}
  void on_ring(std::function<void()>) override {}

  Signal signal;
  SystemClock clock;
  std::deque<ClaimedHttpTask> waiting;
  std::deque<StoreFault> faults;
  std::optional<WallTime> wake;
  std::vector<Step> steps;
  std::vector<HttpRecord> recorded;
};

/// Answers at once, or keeps its callers waiting.
class Target : public HttpTarget {
 public:
  void call(const HttpTask& task, std::function<void(HttpOutcome)> done) override {
    signal.tell([&] {
      called.push_back(task.id);
      called_at.push_back(SystemClock().wall_now());
      if (!at_once) waiting.push_back(done);
    });
    if (breaks) throw std::runtime_error("broken on purpose");
    if (at_once) done({.status = 200});
    if (at_once && twice) done({.status = 500});
  }
  bool wait_for_calls(std::size_t n) {
    return signal.wait([&] { return called.size() >= n; });
  }
  /// As a thread of the target would.
  void answer(std::size_t which, int status) {
    std::function<void(HttpOutcome)> done;
    signal.tell([&] { done = waiting.at(which); });
    std::thread([&] { done({.status = status}); }).join();
  }

  Signal signal;
  bool at_once = true, twice = false, breaks = false;
  std::vector<std::string> called;
  std::vector<WallTime> called_at;
  std::vector<std::function<void(HttpOutcome)>> waiting;
};

class HttpCrewTest : public testing::Test {
 protected:
  std::unique_ptr<HttpCrew> crew(int places = 1000) {
    return std::make_unique<HttpCrew>(store_, target_, store_.clock, *log_, places);
  }
  std::unique_ptr<Log> log_ = make_silent_log();
  ScriptedStore store_;
  Target target_;
};

TEST_F(HttpCrewTest, CallsWhatIsDueAndRecordsWhatCame) {
  for (int key = 1; key <= 3; ++key) store_.put(key);
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(store_.wait_for_records(3));
  EXPECT_TRUE(crew->stop(kPatience));
  EXPECT_EQ(target_.called, (std::vector<std::string>{"1", "2", "3"}));
  for (const auto& record : store_.recorded) {
    EXPECT_EQ(record.attempt, 1);
    EXPECT_EQ(record.outcome.status, 200);
  }
}

TEST_F(HttpCrewTest, LooksWhenItIsRung) {
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(store_.wait_for_steps(1));
  store_.put(1);
  crew->ring();
  ASSERT_TRUE(store_.wait_for_records(1));
}

TEST_F(HttpCrewTest, LooksByItselfWhenItWasToldToAndNotBefore) {
  const auto wake = store_.clock.wall_now() + 30ms;
  store_.wake = wake;
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(store_.wait_for_steps(2));
  store_.signal.tell([&] {
    EXPECT_LT(store_.steps[0].at, wake);
    EXPECT_GE(store_.steps[1].at, wake);
    store_.wake.reset();
  });
}

TEST_F(HttpCrewTest, HoldsWhatIsClaimedAheadUntilItIsDue) {
  const auto now = store_.clock.wall_now();
  store_.put(1, now + 40ms);
  store_.put(2, now + 20ms);
  store_.put(3, now);
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(store_.wait_for_records(3));
  EXPECT_EQ(target_.called, (std::vector<std::string>{"3", "2", "1"}));
  EXPECT_GE(target_.called_at[1], now + 20ms);
  EXPECT_GE(target_.called_at[2], now + 40ms);
}

TEST_F(HttpCrewTest, ClaimsNoMoreThanItHasPlacesFor) {
  target_.at_once = false;
  for (int key = 1; key <= 5; ++key) store_.put(key);
  const auto crew = this->crew(2);
  crew->start();
  ASSERT_TRUE(target_.wait_for_calls(2));
  target_.answer(0, 200);
  ASSERT_TRUE(target_.wait_for_calls(3));
  ASSERT_TRUE(store_.wait_for_records(1));
  target_.answer(1, 200);
  target_.answer(2, 404);
  ASSERT_TRUE(target_.wait_for_calls(5));
  target_.answer(3, 200);
  target_.answer(4, kNoResponse);
  ASSERT_TRUE(store_.wait_for_records(5));
  EXPECT_TRUE(crew->stop(kPatience));
  for (const auto& step : store_.steps) EXPECT_LE(step.places, 2);
  EXPECT_EQ(store_.recorded[4].outcome.status, kNoResponse);
}

TEST_F(HttpCrewTest, MakesAttemptsThatWereGivenOutElsewhere) {
  target_.at_once = false;
  store_.put(1);
  const auto crew = this->crew(1);
  crew->start();
  ASSERT_TRUE(target_.wait_for_calls(1));
  ClaimedHttpTask forced{.key = 7, .task = {}};
  forced.task.id = "forced";
  forced.task.dispatch_count = 4;
  crew->call(forced);
  ASSERT_TRUE(target_.wait_for_calls(2)) << "beside its places";
  target_.answer(1, 204);
  ASSERT_TRUE(store_.wait_for_records(1));
  store_.signal.tell([&] {
    EXPECT_EQ(store_.recorded[0].key, 7);
    EXPECT_EQ(store_.recorded[0].attempt, 4);
  });
}

TEST_F(HttpCrewTest, KeepsRecordsWhileTheStoreCannotWrite) {
  store_.put(1);
  target_.at_once = false;
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(target_.wait_for_calls(1));
  store_.signal.tell([&] { store_.faults.emplace_back(StoreFault::Kind::retry, "database is full"); });
  store_.put(2);
  target_.answer(0, 503);
  ASSERT_TRUE(store_.wait_for_records(1));
  store_.signal.tell([&] {
    EXPECT_EQ(store_.recorded[0].key, 1);
    EXPECT_EQ(store_.recorded[0].outcome.status, 503);
  });
  ASSERT_TRUE(target_.wait_for_calls(2)) << "and goes on";
}

TEST_F(HttpCrewTest, SaysWhenTheStoreIsLost) {
  store_.faults.emplace_back(StoreFault::Kind::lost, "a sync failed");
  Signal signal;
  std::string why;
  const auto crew = this->crew();
  crew->on_lost([&](std::string text) { signal.tell([&] { why = std::move(text); }); });
  crew->start();
  EXPECT_TRUE(signal.wait([&] { return why == "a sync failed"; }));
}

TEST_F(HttpCrewTest, CountsTheFirstAnswerOnly) {
  target_.twice = true;
  store_.put(1);
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(store_.wait_for_records(1));
  EXPECT_TRUE(crew->stop(kPatience));
  ASSERT_EQ(store_.recorded.size(), 1U);
  EXPECT_EQ(store_.recorded[0].outcome.status, 200);
}

TEST_F(HttpCrewTest, TakesATargetThatBreaksForOneThatDoesNotAnswer) {
  target_.breaks = true;
  store_.put(1);
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(store_.wait_for_records(1));
  EXPECT_TRUE(crew->stop(kPatience));
  EXPECT_EQ(store_.recorded[0].outcome.status, kNoResponse);
}

TEST_F(HttpCrewTest, StopsOnceAllAttemptsAreRecorded) {
  target_.at_once = false;
  store_.put(1);
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(target_.wait_for_calls(1));
  std::thread stopper([&] { EXPECT_TRUE(crew->stop(kPatience)); });
  target_.answer(0, 200);
  stopper.join();
  EXPECT_EQ(store_.recorded.size(), 1U);
}

TEST_F(HttpCrewTest, DoesNotWaitForeverForATargetAndOutlivesItsAnswer) {
  target_.at_once = false;
  store_.put(1);
  auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(target_.wait_for_calls(1));
  EXPECT_FALSE(crew->stop(1ms));
  EXPECT_FALSE(crew->stop(1ms)) << "again";
  crew.reset();
  target_.answer(0, 200);
  EXPECT_TRUE(store_.recorded.empty());
}

TEST_F(HttpCrewTest, StopsWhileTheStoreCannotWrite) {
  store_.put(1);
  target_.at_once = false;
  const auto crew = this->crew();
  crew->start();
  ASSERT_TRUE(target_.wait_for_calls(1));
  store_.signal.tell([&] {
    for (int n = 0; n < 100; ++n) store_.faults.emplace_back(StoreFault::Kind::retry, "database is full");
  });
  target_.answer(0, 200);
  ASSERT_TRUE(store_.wait_for_steps(2));
  EXPECT_FALSE(crew->stop(1ms)) << "its record is lost";
}

TEST(HttpCrewOnAStore, CallsEveryTaskOnce) {
  std::string name = (std::filesystem::temp_directory_path() / "postrider-test-XXXXXX").string();
  const std::filesystem::path directory = ::mkdtemp(name.data());
  SystemClock clock;
  const auto log = make_silent_log();
  {
    const auto store = std::move(*SqliteStore::open((directory / "test.db").string(), clock));
    auto& tasks = store->http_tasks();
    tasks.take_over();
    const QueueName queue{.project = "p", .location = "l", .queue = "q"};
    ASSERT_TRUE(tasks.create_queue({.name = queue}));
    Target target;
    HttpCrew crew(tasks, target, clock, *log);
    tasks.on_ring([&] { crew.ring(); });
    crew.start();
    std::vector<HttpTask> many(30);
    for (std::size_t n = 0; n < many.size(); ++n) {
      many[n].queue = queue;
      many[n].url = "https://example.com";
      if (n % 2 == 0) many[n].schedule = clock.wall_now() + 50ms;
    }
    const auto made = tasks.create(many);
    ASSERT_TRUE(target.wait_for_calls(many.size()));
    EXPECT_TRUE(crew.stop(kPatience));
    EXPECT_EQ(target.called.size(), many.size());
    EXPECT_TRUE(tasks.tasks(queue, "", 100)->empty());
    for (std::size_t n = 0; n < many.size(); n += 2) {
      const auto called = std::ranges::find(target.called, made[n]->id) - target.called.begin();
      EXPECT_GE(target.called_at[static_cast<std::size_t>(called)], many[n].schedule);
    }
  }
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace postrider
