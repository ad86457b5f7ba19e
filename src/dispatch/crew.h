#pragma once
// Crew: the workers of one process, all on one loop. It claims due tasks through the ledger as
// long as it has places, lets the handler of their kind do them, and records what came of each.
// It knows tasks, attempts and leases, and nothing of mail. Everything happens on the loop.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_set>

#include "base/log.h"
#include "base/loop.h"
#include "dispatch/ledger.h"
#include "queue/handler.h"

namespace postrider {

struct CrewOptions {
  int max_running = 500;                               ///< emails under way at a time, over all mailboxes
  Micros longest_gate_wait = std::chrono::seconds{5};  ///< a gate that opens sooner is waited for
  /// Emails are done only when somebody rings for them (ring_for): their alarms are elsewhere.
  bool only_rung = false;
};

/// What came of ringing for one task.
struct Rung {
  enum class Kind {
    ended,       ///< its attempt is over, and what came of it is on disk
    later,       ///< its turn has not come, by one of the rules
    held,        ///< another attempt is under way
    over,        ///< there is no such task (any more)
    unavailable  ///< we end, or nothing can be written now
  };
  Kind kind = Kind::over;
  std::optional<AttemptOutcome> sent;  ///< ended, and the email is sent: what the server said
};

class Crew {
 public:
  Crew(Loop& loop, const Clock& clock, Ledger& ledger, CrewId id, TaskHandler& emails, Log& log,
       CrewOptions options = {});

  /// Begins to claim. On the loop, or before it runs.
  void start();
  /// Claims no more. `done` is called on the loop when nothing is under way (perhaps at once).
  void stop(std::function<void()> done);
  /// Work may have become due. Any thread.
  void ring();
  /// Claims what is due, and calls `done` on the loop once this task's attempt has ended and what came of it
  /// is on disk (true), or when the task is not under way (false): it was not its turn, or it is over. On
  /// the loop.
  void run(TaskId id, std::function<void(bool ended)> done);
  /// Claims this task and no other, past no rule, does it, and calls `done` on the loop. `alarm`: as in
  /// ClaimOne. On the loop.
  void ring_for(TaskId id, std::int64_t alarm, std::function<void(Rung)> done);
  int running() const { return running_; }

 private:
  class LedgerGate;
  void on_claimed(Claimed claimed);
  void sleep_until_wake(std::optional<WallTime> wake);
  Async<void> look_for(TaskId id, std::function<void(bool)> done);
  void tell_ended(TaskId id);
  Async<void> hear_last_claim();
  void end_if_quiet();
  Async<void> work(ClaimedTask task);
  Async<void> answer_ring(TaskId id, std::int64_t alarm, std::function<void(Rung)> done);
  Async<std::optional<AttemptOutcome>> work_email(const ClaimedTask& task);
  Async<HandlerResult> handle(const ClaimedTask& task);
  Async<GateAnswer> pass_gate(const ClaimedTask& task);

  Loop& loop_;
  const Clock& clock_;
  Ledger& ledger_;
  CrewId id_;
  TaskHandler& emails_;
  Log& log_;
  CrewOptions options_;
  int running_ = 0;
  bool stopping_ = false;
  bool heard_last_claim_ = false;
  std::function<void()> done_;
  std::unordered_set<TaskId> under_way_;
  std::multimap<TaskId, std::function<void(bool)>> awaited_;
  std::optional<Loop::TimerId> alarm_;
};

}  // namespace postrider
