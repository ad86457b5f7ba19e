#pragma once
// TaskStore: durable tasks, leases and the gate, in business verbs. This is the seam between the
// crew and the database; SQLite and PostgreSQL stand behind it and one conformance suite
// (conformance_test) proves every promise written here for each.
//
// All verbs but `ring` are blocking: the crew reaches them only through the ledger's thread.
// Broken surroundings are a StoreFault. Thread safe.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "queue/handler.h"
#include "queue/task.h"
#include "queue/verdict.h"

namespace postrider {

/// The database could not do it. `retry`: nothing was changed and it may work later (disk full,
/// busy). `lost`: a sync or a read failed; what is on disk is no longer known to this process,
/// which must end and start again from the file.
class StoreFault : public Fault {
 public:
  enum class Kind { retry, lost };
  StoreFault(Kind kind, const std::string& text) : Fault(text), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Takes up to `limit` due tasks from open lanes, a fair share each, then by due time; never more
/// than queue rate, queue concurrency and mailbox sessions allow. Moves them to RUNNING.
struct Claim {
  CrewId crew;
  int limit = 0;
  bool plans_only = false;  ///< emails are claimed one by one, by ClaimOne
};

/// Takes this email's task and no other, if its turn has come by every rule: its alarm rang. `alarm` is that
/// alarm's number (see alarm_store.h); 0: somebody else asks.
struct ClaimOne {
  CrewId crew;
  TaskId task;
  std::int64_t alarm = 0;
};

/// Asks for the gate: RUNNING → COMMITTING if lease, campaign, suppression, window, pace and cap
/// allow it; takes the mailbox's slot in the same transaction.
struct Intend {
  CrewId crew;
  TaskId task;
  int attempt = 0;
};

/// What came of an attempt. Refused (`stale`) when (task, attempt) is not held any more.
struct Record {
  CrewId crew;
  TaskId task;
  int attempt = 0;
  AttemptOutcome outcome;
};

/// The attempt ended before its gate and nothing was sent: back to SCHEDULED as the gate's answer
/// says (or skipped, if suppressed or its campaign stopped). Charges no try.
struct Release {
  CrewId crew;
  TaskId task;
  int attempt = 0;
  GateAnswer why;
};

/// One bounded step of a claimed plan task: the next emails of its campaign get rows, due times
/// and tasks. The plan task itself is then due again, asleep until its lanes run low, or gone.
struct PlanStep {
  CrewId crew;
  TaskId task;
  int attempt = 0;
};

using Entry = std::variant<Claim, ClaimOne, Intend, Record, Release, PlanStep>;

struct Claimed {
  std::vector<ClaimedTask> tasks;
  /// Nothing can be claimed before this moment unless the bell rings. None: nothing at all waits.
  std::optional<WallTime> wake;
};
struct OneClaimed {
  enum class Kind {
    claimed,
    later,  ///< its turn has not come: not before `next`; none: somebody has to resume something first
    busy,   ///< its turn has come, and all places are taken
    held,   ///< an attempt is under way
    over    ///< there is no such task (any more)
  };
  Kind kind = Kind::over;
  std::optional<ClaimedTask> task;
  std::optional<WallTime> next;
};
enum class Ack { done, stale };
using EntryResult = std::variant<Claimed, OneClaimed, GateAnswer, Ack>;

class TaskStore {
 public:
  virtual ~TaskStore() = default;

  /// Registers this process as a crew and takes over what dead crews left: RUNNING back to
  /// SCHEDULED, COMMITTING to uncertain (or as the campaign's policy says). On SQLite whoever
  /// holds the file's lock knows all earlier crews are dead.
  virtual CrewId join() = 0;

  /// One transaction over many entries, on disk when it returns. Results stand in the order of
  /// entries. Idempotent by (task, attempt): a batch whose commit answer was lost may be applied
  /// again. Claims are served after all other entries of the batch.
  virtual std::vector<EntryResult> apply(std::span<const Entry> entries) = 0;

  /// Called (from any thread, after a commit) when work may have become due earlier than the last
  /// `wake` said. Set once, before the crew starts.
  virtual void on_ring(std::function<void()> bell) = 0;
};

}  // namespace postrider
