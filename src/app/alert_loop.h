#pragma once
// AlertLoop: a thread that tells the owner, in one way. It looks every few seconds for what is to be told,
// which costs a read of one small index; what it does in a round is actions/alerts.h and alert_posts.h. A
// round that breaks is logged and tried again. start() and stop() are the main thread's.

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/time.h"

namespace postrider {

class AlertLoop {
 public:
  AlertLoop(std::function<void()> round, Log& log) : round_(std::move(round)), log_(log) {}
  ~AlertLoop();
  AlertLoop(const AlertLoop&) = delete;
  AlertLoop& operator=(const AlertLoop&) = delete;

  void start();
  /// False: a mail server still has it wait after `patience`; then the process ends without it. What it was
  /// about to tell is told after the next start. Any number of times.
  bool stop(std::chrono::milliseconds patience);

 private:
  void run();

  const std::function<void()> round_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool stopping_ = false;
  std::promise<void> ended_;
  std::future<void> end_ = ended_.get_future();
  std::thread thread_;
};

}  // namespace postrider
