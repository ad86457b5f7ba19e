#pragma once
// The SQLite TaskStore. Each verb of the crew is a file of its own: claims, gates, records,
// plan_steps; task_store.cc strings them into one transaction. Store room only.

#include <memory>
#include <unordered_map>

#include "campaign/schedule.h"
#include "store/sqlite/attempt_rows.h"
#include "store/sqlite/hot_rows.h"
#include "store/sqlite/suppression_lookup.h"
#include "store/task_store.h"

namespace postrider::sqlite {

std::unique_ptr<TaskStore> make_task_store(Writer& writer);

/// What every verb works with, for one transaction.
struct Work {
  Writer& writer;
  HotRows& rows;
  SuppressionLookup& suppressions;
  WallTime now;
};

/// The columns that Claims::take_from reads.
inline constexpr auto kClaimedEmails =
    "SELECT t.id, t.due, t.attempt, e.tries, e.first_try, r.id, r.ordinal, r.address, r.name, r.vals, "
    "r.address_key, e.resends FROM task t JOIN email e ON e.id = t.id JOIN recipient r ON r.id = "
    "e.recipient_id ";

/// A task that somebody holds, with what its email knows.
struct Held {
  TaskId id;
  int attempt = 0;
  CrewId crew;
  LaneId lane;
  TaskKind kind = TaskKind::email;
  TaskState state = TaskState::running;
  WallTime due, started;
  CampaignId campaign;
  MailboxId mailbox;
  std::int64_t recipient = 0, ordinal = 0;
  std::string address_key;
  int tries = 0;
  WallTime first_try{};
  int resends = 0;
};

/// The held tasks. While a task is held nothing about it changes but its state, so what its claim read
/// is remembered here and need not be read twice more; the state itself is never remembered. Every
/// statement that ends a hold names (task, attempt, crew) and says whether it still found them.
class HeldTasks {
 public:
  explicit HeldTasks(Database& db);
  /// Of a claim, whether or not its transaction commits: an attempt that never was is never asked for.
  void remember(Held held);
  /// Nothing when (task, attempt) is not held by `crew` any more: a late word, to be ignored. A
  /// remembered one is told by the statement that follows. Good until the next call of any of these.
  const Held* find(CrewId crew, TaskId task, int attempt);
  /// The same for a word that ends the hold: what was remembered is forgotten.
  std::optional<Held> take(CrewId crew, TaskId task, int attempt);
  /// As `find`, from the row alone, with its state.
  std::optional<Held> read(CrewId crew, TaskId task, int attempt);
  /// Back to SCHEDULED at `due`, in its lane. False: not held any more, nothing was done.
  [[nodiscard]] bool put_back(Work& work, const Held& held, WallTime due);
  /// The task is over; its row goes. False: not held any more, nothing was done.
  [[nodiscard]] bool remove(Work& work, const Held& held);

 private:
  std::unordered_map<TaskId, Held> remembered_;
  std::optional<Held> read_;
  Statement find_email_, find_plan_, put_back_, remove_;
};

class Claims {
  friend class SingleClaims;

 public:
  explicit Claims(Database& db);
  Claimed serve(Work& work, HeldTasks& tasks, CrewId crew, int limit);
  Claimed serve_plans(Work& work, HeldTasks& tasks, CrewId crew, int limit);
  /// At the end of the transaction: when the next claim may find more.
  void tell_wake(const Work& work, Claimed& claimed);

 private:
  int places(Work& work, HotLane& lane, Claimed& claimed);
  void take(Work& work, HeldTasks& tasks, CrewId crew, HotLane& lane, int n, Claimed& claimed);
  void take_from(Statement& due, Work& work, HeldTasks& tasks, CrewId crew, HotLane& lane, Claimed& claimed);
  void hold_from(Statement& due, Work& work, HeldTasks& tasks, CrewId crew, HotLane& lane, Claimed& claimed);
  void count_taken(Work& work, HotLane& lane, int taken);
  void hold(std::span<const ClaimedTask> tasks, WallTime now, CrewId crew);
  Statement candidates_, running_of_mailbox_, running_of_queue_, slots_, forget_slots_, shut_lane_,
      due_emails_, due_plans_, take_, take_many_, taken_, tokens_, next_wake_, plan_lanes_;
};

/// Claims of single tasks, whose alarms rang, and what becomes of those alarms (see alarm_store.h).
class SingleClaims {
 public:
  SingleClaims(Database& db, Claims& claims);
  /// A transaction begins.
  void begin() { open_ = {}; }
  /// What the transaction has gathered must be written (HotRows::write_changes).
  OneClaimed serve(Work& work, HeldTasks& tasks, const ClaimOne& claim);
  /// After the last of a transaction.
  void write_back(Work& work);

 private:
  /// The lane that was claimed from last, and how many more of its tasks may start: alarms of one campaign
  /// ring together.
  struct Open {
    LaneId lane;
    int places = 0, taken = 0;
  };
  OneClaimed judge(Work& work, HeldTasks& tasks, const ClaimOne& claim);
  std::optional<WallTime> opens(Work& work, HotLane& lane);
  Micros turn(Work& work, const HotLane& lane, const ClaimOne& claim, WallTime due);
  Claims& claims_;
  Open open_;
  Statement find_, email_, not_before_, ahead_, rung_, again_, asleep_, next_number_;
};

class Gates {
 public:
  explicit Gates(Database& db);
  GateAnswer pass(Work& work, HeldTasks& tasks, const Held& held);
  /// False: not held any more.
  bool release(Work& work, HeldTasks& tasks, const Held& held, const GateAnswer& why);

 private:
  Statement commit_, slots_, take_slot_, next_slot_, skip_;
};

class Records {
 public:
  explicit Records(Database& db);
  /// A transaction begins.
  void begin() { attempts_.begin(); }
  /// False: not held any more. The attempt's row stands at the next write_back().
  bool record(Work& work, HeldTasks& tasks, const Held& held, const AttemptOutcome& outcome);
  /// Before anything reads attempts, and before the commit.
  void write_back() { attempts_.write(); }

 private:
  void move_mailbox(Work& work, const Held& held, const Verdict& verdict, const AttemptOutcome& outcome);
  std::optional<WallTime> next_quota_day(Work& work, MailboxId mailbox);
  void suppress(Work& work, const Held& held, std::string_view why);
  void count_soft(Work& work, const Held& held, const AttemptOutcome& outcome);
  void brake(Work& work, const Held& held, bool refused);
  AttemptRows attempts_;
  Statement later_, sent_, finish_, suppress_, soft_, soft_campaigns_, forget_soft_, quota_clock_,
      mailbox_fault_, mailbox_healthy_, pause_campaign_;
};

class PlanSteps {
 public:
  explicit PlanSteps(Database& db);
  /// False: not held any more.
  bool step(Work& work, HeldTasks& tasks, const Held& held);
  /// Wakes the sleeping plan task of a campaign whose lanes run low; asked for each campaign that
  /// lost a waiting task in this transaction. True when it woke.
  bool wake_low(Work& work, CampaignId campaign);

 private:
  /// An email that gets its row and its task.
  struct Planned {
    TaskId id;
    std::int64_t recipient, ordinal;
    MailboxId mailbox;
    LaneId lane;
    std::int64_t due;
  };
  Plan make_plan(Work& work, const HotCampaign& campaign);
  void add(Work& work, CampaignId campaign, std::span<const Planned> emails);
  void keep_plan(const HotCampaign& campaign, const Plan& plan);
  void repair(Work& work, HotCampaign& campaign);
  void extend(Work& work, HotCampaign& campaign);
  std::int64_t waiting(CampaignId campaign);
  Statement begin_, timetables_, planned_, taken_, required_, waiting_, lacking_, recipients_, add_email_,
      add_emails_, add_tasks_, move_cursor_, move_repair_, set_next_free_, forget_plan_, plan_task_,
      wake_plan_;
};

}  // namespace postrider::sqlite
