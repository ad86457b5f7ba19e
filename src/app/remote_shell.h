#pragma once
// RemoteShell: runs the verbs that arrive over HTTP (POST /api/shell), each on a thread of its own, as
// ControlServer does for callers on this machine. A verb runs only if its caller's role may (verb_access),
// and sees no file but those that were sent along (SentFiles). start() and stop() by one thread; answer() by
// many.

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "app/control_server.h"
#include "http/access.h"
#include "http/message.h"

namespace postrider {

class RemoteShell {
 public:
  static constexpr int kMostCalls = 8;  ///< at a time; more are told to try again

  /// Files are kept in `folder` while a verb runs; what an earlier process left there is removed. `run`
  /// answers the exit code; it is called on many threads at once and must not throw.
  RemoteShell(std::filesystem::path folder, std::function<int(ControlCall&)> run);
  ~RemoteShell();

  void start();
  HttpAnswer answer(const Caller& caller, HttpBody body);
  /// Tells the running verbs to end. Any thread, does not wait.
  void hush();
  /// hush(), then waits for them, at most so long. False: some still run.
  bool stop(Micros patience);

 private:
  class Verb;
  void reap();

  std::filesystem::path folder_;
  std::function<int(ControlCall&)> run_;
  std::atomic<bool> ending_{false};
  std::atomic<int> calls_{0};
  std::mutex mutex_;
  std::list<std::shared_ptr<Verb>> verbs_;
};

}  // namespace postrider
