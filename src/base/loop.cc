#include "base/loop.h"

namespace postrider {

bool FakeLoop::run() {
  bool worked = false;
  while (true) {
    if (!posted_.empty()) {
      auto work = std::move(posted_.front());
      posted_.pop_front();
      work();
    } else if (!timers_.empty() && timers_.begin()->first.first <= clock_.boot_now()) {
      auto work = std::move(timers_.extract(timers_.begin()).mapped());
      work();
    } else {
      return worked;
    }
    worked = true;
  }
}

void FakeLoop::advance(Micros d) {
  const BootTime end = clock_.boot_now() + d;
  run();
  while (!timers_.empty() && timers_.begin()->first.first <= end) {
    const BootTime due = timers_.begin()->first.first;
    if (due > clock_.boot_now()) clock_.advance(due - clock_.boot_now());
    run();
  }
  if (end > clock_.boot_now()) clock_.advance(end - clock_.boot_now());
  run();
}

}  // namespace postrider
