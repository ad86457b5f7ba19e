#pragma once
// TaskRuns: from a request that asks for one email's task, on a thread of the API, to the crew on its loop,
// and back when the attempt has ended. Thread safe.

#include <condition_variable>
#include <memory>
#include <mutex>

#include "base/loop.h"
#include "dispatch/crew.h"
#include "http/world.h"

namespace postrider {

class TaskRuns {
 public:
  TaskRuns(Loop& loop, Crew& crew, const Ledger& ledger) : loop_(loop), crew_(crew), ledger_(ledger) {}

  /// See ApiWorld::run_task. Only a few may wait at a time, for each keeps a thread: others hear at once that
  /// the attempt is under way.
  TaskRun run(EmailId id);
  /// The server ends: nobody waits any longer.
  void end();

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    int waiting = 0;
    bool ending = false;
  };
  Loop& loop_;
  Crew& crew_;
  const Ledger& ledger_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();  // outlived by no callback
};

}  // namespace postrider
