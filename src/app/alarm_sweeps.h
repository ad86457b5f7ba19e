#pragma once
// AlarmSweeps: AlarmKeeper::after_request for many at once, on a thread of its own, so that emails whose
// outcomes came to the disk together are answered together. Thread safe.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "actions/alarm_keeper.h"

namespace postrider {

class AlarmSweeps {
 public:
  using Swept = std::function<void(const Result<void>&)>;

  /// `keeper` outlives it.
  explicit AlarmSweeps(AlarmKeeper& keeper) : keeper_(keeper), thread_([this] { work(); }) {}
  /// Calls whoever has asked.
  ~AlarmSweeps();

  /// Calls `swept`, on the thread, with what after_request() says that begins no earlier than now.
  void ask(Swept swept);

 private:
  void work();
  Result<void> sweep();

  AlarmKeeper& keeper_;
  std::mutex mutex_;
  std::condition_variable woken_;
  std::vector<Swept> asked_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace postrider
