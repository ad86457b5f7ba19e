#pragma once
// TaskAlarms: the seam to what wakes us for tasks where no process runs between two requests (actions/
// alarm_keeper.h). Handed in by app; called on worker threads, many at once, and blocks unless it says
// otherwise.

#include <functional>
#include <optional>
#include <string_view>

#include "actions/alarm_keeper.h"
#include "base/id.h"
#include "base/result.h"
#include "queue/verdict.h"

namespace postrider {

/// What came of asking for one email's task now.
enum class TaskRun {
  ended,       ///< its attempt is over; what came of it is on disk
  not_now,     ///< it is not its turn by one of the rules, or it is over already
  under_way,   ///< an attempt goes on
  unavailable  ///< nothing can be written, or the server is ending
};

struct TaskRang {
  TaskRun run = TaskRun::unavailable;
  std::optional<AttemptOutcome> sent;  ///< ended, and the email is sent: what the server said
  Result<void> alarms;                 ///< of one that is sent: what after_request() says, called since
};

class TaskAlarms {
 public:
  virtual ~TaskAlarms() = default;

  /// Whether the caller who shows this token is the queue. An error says why not.
  virtual Result<void> recognise(std::string_view id_token) = 0;
  /// The platform before us lets nobody else through (TASKS_TRUST_PLATFORM).
  virtual bool trusts_everybody() const = 0;

  /// Does this email's task and no other, if its turn has come. Does not block; `done` is called once, on any
  /// thread. `alarm`: the number of the alarm that rang; 0: somebody else asks.
  virtual void ring(EmailId id, std::int64_t alarm, std::function<void(const TaskRang&)> done) = 0;
  /// See AlarmKeeper.
  virtual Result<void> set_for(EmailId id) = 0;
  virtual Result<void> after_request() = 0;
  virtual Result<Ticked> tick(std::int64_t alarm) = 0;
};

}  // namespace postrider
