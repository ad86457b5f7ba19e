#include "base/async.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace postrider {
namespace {

Async<int> answer() {
  co_return 42;
}

Async<int> fail() {
  throw std::runtime_error("broken");
  co_return 0;
}

Async<int> sum(int depth) {
  if (depth == 0) co_return 0;
  auto below = sum(depth - 1);
  co_return 1 + co_await below;
}

/// Suspends until somebody resumes the handle.
struct Pause {
  std::coroutine_handle<>& handle;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) noexcept { handle = h; }
  void await_resume() const noexcept {}
};

struct Trace {
  std::vector<std::string>& lines;
  std::string name;
  ~Trace() { lines.push_back("gone " + name); }
};

TEST(Async, IsLazyAndGivesItsValueToItsAwaiter) {
  int got = 0;
  auto work = [](int& out) -> Async<void> {
    auto first = answer();
    out = co_await first;
  }(got);
  EXPECT_EQ(got, 0);
  spawn(std::move(work));
  EXPECT_EQ(got, 42);
}

TEST(Async, HandsAnExceptionToItsAwaiter) {
  std::string what;
  spawn([](std::string& out) -> Async<void> {
    try {
      auto broken = fail();
      co_await broken;
    } catch (const std::runtime_error& error) {
      out = error.what();
    }
  }(what));
  EXPECT_EQ(what, "broken");
}

TEST(Async, ResumesDeepChains) {
  int got = 0;
  spawn([](int& out) -> Async<void> {
    auto deep = sum(1'000);
    out = co_await deep;
  }(got));
  EXPECT_EQ(got, 1'000);
}

TEST(Async, CarriesAMoveOnlyValueThroughASuspension) {
  std::coroutine_handle<> sleeper;
  std::unique_ptr<std::string> got;
  auto inner = [](std::coroutine_handle<>& h) -> Async<std::unique_ptr<std::string>> {
    Pause pause{h};
    co_await pause;
    co_return std::make_unique<std::string>("moved");
  };
  spawn([](auto make, std::coroutine_handle<>& h, std::unique_ptr<std::string>& out) -> Async<void> {
    auto work = make(h);
    out = co_await work;
  }(inner, sleeper, got));
  ASSERT_FALSE(got);
  sleeper.resume();
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, "moved");
}

TEST(Async, DestroyedBeforeItsEndDestroysWhatItHolds) {
  std::vector<std::string> lines;
  std::coroutine_handle<> sleeper;
  auto inner = [](std::vector<std::string>& out, std::coroutine_handle<>& h) -> Async<void> {
    Trace trace{out, "inner"};
    Pause pause{h};
    co_await pause;
  };
  {
    auto never_started = inner(lines, sleeper);
  }
  EXPECT_TRUE(lines.empty());
  {
    auto started = inner(lines, sleeper);
    started.await_suspend(std::noop_coroutine()).resume();
    EXPECT_TRUE(lines.empty());
  }
  EXPECT_EQ(lines, std::vector<std::string>{"gone inner"});
}

}  // namespace
}  // namespace postrider
