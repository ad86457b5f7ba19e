#pragma once
// Writer: the one connection that writes, with the books kept on it. Both seams share it; whoever
// uses it holds `mutex` for the whole transaction. Store room only.
//
// The books are what must move together with every state: tallies, lanes and campaign status.
// Call them inside a Transaction.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "campaign/status.h"
#include "queue/task.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

/// The shortest gap between two emails of a mailbox: its own limit or the campaign's pace.
Micros least_gap(Micros pace_min, int per_minute);

/// How many emails of a mailbox may be under way at once: two for each of its sessions, since the next
/// one's envelope travels ahead; one while it probes after a fault; and under a pace no more than could
/// pass the gate within a second, since each waits there for its slot.
int concurrent_places(int sessions, int faults_in_a_row, Micros gap);

struct Writer {
  Writer(const std::string& file, const Clock& clock);
  ~Writer();

  /// Rings the crew's bell; call it after the commit, without the mutex or with it.
  void ring() const {
    if (bell) bell();
  }

  // ---- the books, inside a transaction ----

  /// Recomputes `wake` of lanes from the rows that rule them (tasks, queue, campaign, mailbox).
  /// Needed after any change to one of these. An empty lane of an ended campaign goes away.
  void refresh_lane(LaneId lane);
  /// What refresh_lane would write, without writing it; none: asleep, or gone.
  std::optional<std::int64_t> wake_of(LaneId lane);
  std::vector<LaneId> lanes_of(CampaignId campaign);
  std::vector<LaneId> lanes_of(MailboxId mailbox);
  void refresh_lanes_of(CampaignId campaign);
  void refresh_lanes_of(MailboxId mailbox);
  void refresh_lanes_of(QueueId queue);

  /// Counts waiting and running of every lane anew from its tasks, and refreshes it.
  void recount_lanes();

  /// Adds `n` (may be negative) to the campaign's counter of `status`, and to its series in the hour of
  /// `ended`: when the emails came to that status, also where they leave it. Pending has no counter: it is
  /// what remains of the total.
  void count(CampaignId campaign, EmailStatus status, std::int64_t n, WallTime ended);
  Counts counts(CampaignId campaign);

  /// A sending or paused campaign without pending emails is completed (or failed, when nothing was
  /// sent and something was tried). Returns true when it ended now.
  bool settle(CampaignId campaign);

  /// The counts of an ended campaign moved (a person's decision, a late bounce): whether it is completed or
  /// failed is judged anew.
  void settle_anew(CampaignId campaign);

  /// The lane of this campaign and mailbox (mailbox 0: of its plan task), made when absent.
  LaneId lane(CampaignId campaign, MailboxId mailbox);

  /// The first of `n` task ids that were never given before. An email that is decided the moment it is
  /// planned has an id, too, and no task.
  TaskId take_task_ids(std::int64_t n);

  /// A new SCHEDULED task, counted in its lane. `attempt`: the number of the last attempt it had in an
  /// earlier life. The lane is refreshed by the caller.
  void add_task(TaskId id, LaneId lane, TaskKind kind, WallTime due, int attempt = 0);

  /// The same for many: the caller counts them, with one add_waiting for each lane.
  void add_uncounted_task(TaskId id, LaneId lane, TaskKind kind, WallTime due, int attempt = 0);
  void add_waiting(LaneId lane, std::int64_t n);

  /// Makes sure the campaign has a plan task, due at `due` at the latest, and refreshes its lane.
  void wake_planner(CampaignId campaign, WallTime due);

  /// Removes the campaign's waiting tasks (SCHEDULED only) and its plan task, and refreshes its
  /// lanes. How many emails lost theirs.
  std::int64_t drop_waiting_tasks(CampaignId campaign);

  Database db;
  const Clock& clock;
  std::mutex mutex;
  std::function<void()> bell;
  std::string file;
  CrewId crew;                            ///< of this process; 0 for verbs that work without a server
  std::atomic<std::int64_t> commits = 0;  ///< that are on disk
  bool quarantined = false;  ///< restored from a backup: claims give nothing until a person ends it
  std::string trouble;       ///< why the last transaction failed; empty when it did not

 private:
  /// A lane by the rows that rule it.
  struct LaneRuling {
    bool exists = false;
    bool over = false;  ///< empty, of an ended campaign
    std::optional<std::int64_t> wake, written;
  };
  LaneRuling rule(LaneId lane);

  // Prepared on first use: the schema must be there by then.
  struct Statements;
  Statements& statements();
  std::unique_ptr<Statements> statements_;
};

}  // namespace postrider::sqlite
