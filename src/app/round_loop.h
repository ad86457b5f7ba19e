#pragma once
// RoundLoop: a thread that does a round of something every few seconds: it tells the owner, or writes to
// sheets. A round looks for what is due, which costs little when there is nothing. One that breaks is logged
// and tried again. start() and stop() are the main thread's.

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "base/time.h"

namespace postrider {

class RoundLoop {
 public:
  /// `name`: of the thread, and in the log: "alerts".
  RoundLoop(const char* name, std::function<void()> round, Log& log)
      : name_(name), round_(std::move(round)), log_(log) {}
  ~RoundLoop();
  RoundLoop(const RoundLoop&) = delete;
  RoundLoop& operator=(const RoundLoop&) = delete;

  void start();
  /// False: another server still has it wait after `patience`; then the process ends without it. What it was
  /// about to do is done after the next start. Any number of times.
  bool stop(std::chrono::milliseconds patience);
  /// Has a round begin at once and waits for its end, for `patience` at most. Any thread.
  void round_now(std::chrono::milliseconds patience);

 private:
  void run();

  const char* const name_;
  const std::function<void()> round_;
  Log& log_;
  std::mutex mutex_;
  std::condition_variable woken_, rounded_;
  bool stopping_ = false, hurry_ = false;
  std::uint64_t begun_ = 0, done_ = 0;
  std::promise<void> ended_;
  std::future<void> end_ = ended_.get_future();
  std::thread thread_;
};

}  // namespace postrider
