#pragma once
// TaskHandler and Gate: the seam between the crew, which knows tasks and leases, and what a task
// does. A handler does the work of one claimed task and says what came of it; the crew records.

#include <string>
#include <variant>

#include "base/async.h"
#include "queue/task.h"
#include "queue/verdict.h"

namespace postrider {

/// The gate's answer. Anything but `open` means: do not do what cannot be undone.
struct GateAnswer {
  enum class Kind {
    open,        ///< the intent is on disk: go
    lease_lost,  ///< somebody else has it, or our lease ran out
    cancelled,   ///< the campaign was stopped or paused, or the task is gone
    suppressed,  ///< the address must not be mailed
    unresolved,  ///< a value the email needs is missing, and its campaign skips such recipients
    not_before,  ///< window, pace or cap: not before `due`
    unavailable  ///< the intent could not be made durable
  };
  Kind kind = Kind::open;
  WallTime due{};
  std::string why;
};

/// The door before the final dot. Passed at most once per attempt.
class Gate {
 public:
  virtual ~Gate() = default;
  virtual Async<GateAnswer> pass() = 0;
};

/// The gate stayed shut and nothing was sent: the crew puts the task where the answer says.
struct ShutOut {
  GateAnswer answer;
};

using HandlerResult = std::variant<AttemptOutcome, ShutOut>;

class TaskHandler {
 public:
  virtual ~TaskHandler() = default;
  virtual Async<HandlerResult> handle(const ClaimedTask& task, Gate& gate) = 0;
};

}  // namespace postrider
