#include "base/background.h"

namespace postrider {

Background::~Background() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void Background::Run::await_suspend(std::coroutine_handle<> waiter) {
  {
    const std::lock_guard lock(background_.mutex_);
    background_.jobs_.emplace_back([this, waiter] {
      try {
        work_();
      } catch (...) {
        error_ = std::current_exception();
      }
      background_.loop_.post([waiter] { waiter.resume(); });
    });
  }
  background_.woken_.notify_one();
}

void Background::serve() {
  while (true) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace postrider
