#pragma once
// Background: one thread for short blocking work (a read from the store, a file) that a loop must
// not do itself. `co_await background.run(work)` resumes on the loop when the work is done.
// Work is done in order. An exception of the work is thrown to the awaiter.

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "base/loop.h"

namespace postrider {

class Background {
 public:
  explicit Background(Loop& loop) : loop_(loop), thread_([this] { serve(); }) {}
  /// Finishes the work at hand and drops what has not begun; nobody may be waiting any more.
  ~Background();

  class Run {
   public:
    Run(Background& background, std::function<void()> work)
        : background_(background), work_(std::move(work)) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter);
    void await_resume() {
      if (error_) std::rethrow_exception(error_);
    }

   private:
    Background& background_;
    std::function<void()> work_;
    std::exception_ptr error_;
  };
  Run run(std::function<void()> work) { return Run(*this, std::move(work)); }

 private:
  void serve();

  Loop& loop_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace postrider
