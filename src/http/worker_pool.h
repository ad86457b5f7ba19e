#pragma once
// WorkerPool: threads for jobs that may block. Waking a thread costs more than most jobs take, so whoever is
// awake takes what comes, and another is called only when jobs pile up or none of them is taken for a
// moment. For this room only. Thread safe.

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace postrider {

class WorkerPool {
 public:
  using Job = std::move_only_function<void()>;

  explicit WorkerPool(int threads);
  ~WorkerPool() { join(); }

  /// Runs it soon, in the order of their coming. It must not throw. Not after join().
  void post(Job job);
  /// Does what is left, then ends the threads. Any number of times.
  void join();

 private:
  struct Sleeper {
    std::condition_variable bell;
    bool called = false;
  };

  void work();
  void look_out();
  void call_one();

  const std::size_t threads_;
  std::mutex mutex_;
  std::deque<Job> jobs_;
  std::vector<Sleeper*> asleep_;  ///< the last is called first: its memory is still warm
  std::size_t taken_ = 0;         ///< jobs, ever
  bool watching_ = false;         ///< the lookout sees to it that jobs are taken
  std::condition_variable watch_;
  bool ending_ = false;
  std::vector<std::thread> crew_;
  std::thread lookout_;
};

}  // namespace postrider
