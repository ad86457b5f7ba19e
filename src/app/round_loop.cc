#include "app/round_loop.h"

#include <pthread.h>

namespace postrider {
namespace {

constexpr auto kLookEvery = std::chrono::seconds{2};

}  // namespace

RoundLoop::~RoundLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void RoundLoop::start() {
  thread_ = std::thread([this] { run(); });
}

bool RoundLoop::stop(std::chrono::milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  if (!thread_.joinable()) return true;
  if (end_.wait_for(patience) != std::future_status::ready) return false;
  thread_.join();
  return true;
}

void RoundLoop::round_now(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  hurry_ = true;
  woken_.notify_all();
  const auto next = begun_ + 1;  // one under way may have looked already
  rounded_.wait_for(lock, patience, [&] { return done_ >= next || stopping_; });
}

void RoundLoop::run() {
  ::pthread_setname_np(::pthread_self(), name_);
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    ++begun_;
    hurry_ = false;
    lock.unlock();
    try {
      round_();
    } catch (const std::exception& fault) {  // the top of this loop
      log_.write(LogLevel::warning, "round_failed", {{"of", name_}, {"why", fault.what()}});
    }
    lock.lock();
    done_ = begun_;
    rounded_.notify_all();
    woken_.wait_for(lock, kLookEvery, [this] { return stopping_ || hurry_; });
  }
  ended_.set_value();
}

}  // namespace postrider
