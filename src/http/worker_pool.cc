#include "http/worker_pool.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace postrider {
namespace {

constexpr std::size_t kMayWait = 3;  // jobs, for each worker that is awake
constexpr std::chrono::milliseconds kMoment{5};

}  // namespace

WorkerPool::WorkerPool(int threads) : threads_(static_cast<std::size_t>(threads)) {
  for (std::size_t i = 0; i < threads_; ++i) {
    crew_.emplace_back([this] {
      ::pthread_setname_np(::pthread_self(), "worker");
      work();
    });
  }
  lookout_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "lookout");
    look_out();
  });
}

void WorkerPool::post(Job job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
  if (jobs_.size() > kMayWait * (threads_ - asleep_.size())) {
    call_one();
  } else if (!watching_) {
    watching_ = true;
    watch_.notify_one();
  }
}

/// Under the mutex.
void WorkerPool::call_one() {
  if (asleep_.empty()) return;
  asleep_.back()->called = true;
  asleep_.back()->bell.notify_one();
  asleep_.pop_back();
}

void WorkerPool::work() {
  Sleeper self;
  std::unique_lock lock(mutex_);
  while (true) {
    if (!jobs_.empty()) {
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      ++taken_;
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    } else if (ending_) {
      return;
    } else {
      asleep_.push_back(&self);
      self.bell.wait(lock, [&self] { return self.called; });
      self.called = false;
    }
  }
}

/// Those who are awake may all be blocked by what they do.
void WorkerPool::look_out() {
  std::unique_lock lock(mutex_);
  while (!ending_) {
    watch_.wait(lock, [this] { return watching_ || ending_; });
    const auto before = taken_;
    watch_.wait_for(lock, kMoment, [this] { return ending_; });
    if (taken_ != before) continue;
    watching_ = !jobs_.empty();
    if (watching_) call_one();
  }
}

void WorkerPool::join() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    while (!asleep_.empty()) call_one();
  }
  watch_.notify_one();
  for (auto& worker : crew_) worker.join();
  crew_.clear();
  if (lookout_.joinable()) lookout_.join();
}

}  // namespace postrider
