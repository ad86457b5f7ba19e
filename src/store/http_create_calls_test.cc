// Callers who create HTTP tasks at the same time share a transaction.

#include <atomic>
#include <set>
#include <thread>

#include "store/http_task_store_fixture.h"
#include "store/sqlite/http_creates.h"

namespace postrider {
namespace {

using sqlite::HttpCreateCalls;

TEST(HttpCreateCalls, AreTakenTogetherByTheOneWhoCommits) {
  constexpr std::size_t callers = 8;
  HttpCreateCalls calls;
  std::atomic<int> commits = 0;
  // The first caller commits, and finds that all others came meanwhile.
  const auto commit = [&] {
    ++commits;
    std::vector<HttpCreateCalls::Call*> group;
    const auto patience = std::chrono::steady_clock::now() + 1min;
    while (group.size() < callers && std::chrono::steady_clock::now() < patience) {
      const auto more = calls.take();
      group.insert(group.end(), more.begin(), more.end());
      std::this_thread::yield();
    }
    EXPECT_EQ(group.size(), callers);
    calls.answer(group, nullptr);
  };
  std::vector<std::thread> threads;
  for (std::size_t n = 0; n < callers; ++n) {
    threads.emplace_back([&] {
      HttpCreateCalls::Call call;
      calls.wait(call, commit);
      EXPECT_TRUE(call.answered);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(commits, 1);
}

TEST(HttpCreateCalls, ShareAFault) {
  HttpCreateCalls calls;
  HttpCreateCalls::Call call;
  calls.wait(call, [&] { calls.answer(calls.take(), std::make_exception_ptr(std::runtime_error("full"))); });
  EXPECT_THROW(std::rethrow_exception(call.fault), std::runtime_error);
}

TEST(HttpCreateCalls, AreNotTooManyTogether) {
  HttpCreateCalls calls;
  const std::vector<HttpTask> many(15'000);
  HttpCreateCalls::Call call{.tasks = many, .results = {}, .fault = {}};
  std::vector<std::size_t> groups;
  calls.wait(call, [&] {
    HttpCreateCalls::Call second{.tasks = many, .results = {}, .fault = {}};
    HttpCreateCalls::Call third{.tasks = many, .results = {}, .fault = {}};
    std::thread others([&] { calls.wait(second, [] {}); });
    std::thread more([&] { calls.wait(third, [] {}); });
    const auto patience = std::chrono::steady_clock::now() + 1min;
    std::size_t answered = 0;
    while (answered < 3 && std::chrono::steady_clock::now() < patience) {
      const auto group = calls.take();
      if (!group.empty()) groups.push_back(group.size());
      answered += group.size();
      calls.answer(group, nullptr);
      std::this_thread::yield();
    }
    others.join();
    more.join();
  });
  for (const auto size : groups) EXPECT_LE(size, 2U);
}

using HttpCreateManyTest = HttpTaskStoreTest;

TEST_F(HttpCreateManyTest, FromManyThreadsWhileTheCrewStepsLosesNone) {
  constexpr int callers = 6;
  constexpr int each = 40;
  add_queue();
  std::vector<std::thread> threads;
  std::vector<std::set<std::string>> made(callers);
  std::atomic<int> running = callers;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int n = 0; n < each; ++n) {
        const auto one = create(task(n % 2 == 0 ? std::to_string(caller) + "-" + std::to_string(n) : ""));
        if (one) made[static_cast<std::size_t>(caller)].insert(one->id);
      }
      --running;
    });
  }
  std::set<std::string> given;
  std::vector<HttpRecord> records;
  const auto step = [&] {
    const auto claims = tasks().step(records, 50);
    records.clear();
    for (const auto& one : claims.tasks) {
      EXPECT_TRUE(given.insert(one.task.id).second) << "given out twice";
      records.push_back(said(one, 200));
    }
  };
  tasks().update_queue(name(), [](HttpQueue& queue) { queue.max_concurrent_dispatches = 5000; }).value();
  const auto patience = std::chrono::steady_clock::now() + 2min;
  while (running > 0 && std::chrono::steady_clock::now() < patience) step();
  for (auto& thread : threads) thread.join();
  clock_.advance(1h);  // the bucket is full again
  for (int n = 0; n < 20; ++n) {
    step();
    clock_.advance(1s);
  }
  std::set<std::string> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), static_cast<std::size_t>(callers * each));
  EXPECT_EQ(given, all);
  EXPECT_EQ(rows("http_task"), 0);
}

}  // namespace
}  // namespace postrider
