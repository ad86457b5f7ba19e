#include "app/alarm_sweeps.h"

#include <pthread.h>

#include <utility>

namespace postrider {

AlarmSweeps::~AlarmSweeps() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void AlarmSweeps::ask(Swept swept) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = asked_.empty();
    asked_.push_back(std::move(swept));
  }
  if (first) woken_.notify_one();
}

void AlarmSweeps::work() {
  ::pthread_setname_np(::pthread_self(), "alarms");
  std::unique_lock lock(mutex_);
  while (true) {
    woken_.wait(lock, [this] { return ending_ || !asked_.empty(); });
    if (asked_.empty()) return;
    auto asked = std::exchange(asked_, {});
    lock.unlock();
    const auto result = sweep();
    for (auto& swept : asked) swept(result);
    lock.lock();
  }
}

Result<void> AlarmSweeps::sweep() {
  try {
    return keeper_.after_request();
  } catch (const std::exception& fault) {
    return unavailable("storage", fault.what());
  }
}

}  // namespace postrider
