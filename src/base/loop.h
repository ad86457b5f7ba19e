#pragma once
// Loop: the seam to the event loop. One thread runs it; everything a crew does happens there
// and nothing on it may block. `post` may be called from any thread, all else on the loop only.
// In production it stands on Asio; in tests FakeLoop runs it on a clock that only moves when told.

#include <algorithm>
#include <coroutine>
#include <deque>
#include <functional>
#include <map>

#include "base/async.h"
#include "base/clock.h"

namespace postrider {

class Loop {
 public:
  using TimerId = std::uint64_t;
  virtual ~Loop() = default;

  /// Runs `work` on the loop, later, in order of posting. Thread safe.
  virtual void post(std::function<void()> work) = 0;

  /// Calls `work` on the loop at `due` or soon after, once. Calls that are due come in order of
  /// their times, those of one time in the order in which they were asked for.
  virtual TimerId call_at(BootTime due, std::function<void()> work) = 0;

  /// A cancelled call does not run. Cancelling one that ran is harmless.
  virtual void cancel(TimerId id) = 0;
};

/// `co_await sleep_until(loop, t)`. The sleeper must live until it is woken.
inline auto sleep_until(Loop& loop, BootTime due) {
  struct Awaiter {
    Loop& loop;
    BootTime due;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> sleeper) {
      loop.call_at(due, [sleeper] { sleeper.resume(); });
    }
    void await_resume() const noexcept {}
  };
  return Awaiter{loop, due};
}

/// Single-threaded, on a FakeClock: `run` does all that is posted or due, and `advance` walks
/// the clock from timer to timer. Ten years pass in as long as the work in them takes.
class FakeLoop : public Loop {
 public:
  explicit FakeLoop(FakeClock& clock) : clock_(clock) {}
  void post(std::function<void()> work) override { posted_.push_back(std::move(work)); }
  TimerId call_at(BootTime due, std::function<void()> work) override {
    timers_.emplace(std::pair{due, ++last_id_}, std::move(work));
    return last_id_;
  }
  void cancel(TimerId id) override {
    std::erase_if(timers_, [id](const auto& timer) { return timer.first.second == id; });
  }

  /// True when something was done.
  bool run();
  /// Moves the clock by `d`, doing whatever falls due on the way, in order.
  void advance(Micros d);

 private:
  FakeClock& clock_;
  std::deque<std::function<void()>> posted_;
  std::map<std::pair<BootTime, TimerId>, std::function<void()>> timers_;
  TimerId last_id_ = 0;
};

}  // namespace postrider
