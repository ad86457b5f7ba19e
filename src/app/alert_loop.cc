#include "app/alert_loop.h"

#include <pthread.h>

namespace postrider {
namespace {

constexpr auto kLookEvery = std::chrono::seconds{2};

}  // namespace

AlertLoop::~AlertLoop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void AlertLoop::start() {
  thread_ = std::thread([this] { run(); });
}

bool AlertLoop::stop(std::chrono::milliseconds patience) {
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

void AlertLoop::run() {
  ::pthread_setname_np(::pthread_self(), "alerts");
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    try {
      round_();
    } catch (const std::exception& fault) {  // the top of this loop
      log_.write(LogLevel::warning, "alerts_failed", {{"why", fault.what()}});
    }
    lock.lock();
    woken_.wait_for(lock, kLookEvery, [this] { return stopping_; });
  }
  ended_.set_value();
}

}  // namespace postrider
