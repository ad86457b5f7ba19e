#pragma once
// AlarmStore: which alarms the emails' tasks want, and which are set, where a queue elsewhere wakes us (see
// queue/alarm.h). A task that becomes due wants an alarm in the same transaction, whoever makes it due; the
// database itself sees to that. One call = one transaction. Blocking. Broken surroundings are a StoreFault.
// Thread safe.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/id.h"
#include "base/time.h"
#include "queue/task.h"

namespace postrider {

/// An alarm that is to be set. The task 0 is the tick, which does whatever is no email.
struct WantedAlarm {
  TaskId task;
  std::int64_t number = 0;  ///< never used again, for any alarm
  WallTime at{};
};

/// What there is to do about alarms, all of one moment.
struct AlarmNeeds {
  bool any_wanted = false;          ///< and not set, within the horizon
  std::optional<WallTime> tick;     ///< one is needed then, and none is wanted or set that is not later
  std::optional<WantedAlarm> idle;  ///< the tick's alarm that nothing needs any more
};

class AlarmStore {
 public:
  virtual ~AlarmStore() = default;

  /// From now on, for as long as this process lives, tasks want alarms. Those that wait and have none want
  /// one now. Once, before the crew joins.
  virtual void begin() = 0;

  /// How many transactions of this process are on disk: while that is the same, so is all that is told here
  /// but for the time. Does not block.
  virtual std::int64_t commits() const = 0;

  /// Wanted and not set, to ring before `until`, the earliest first.
  virtual std::vector<WantedAlarm> wanted(WallTime until, int limit) = 0;
  /// The one of this task, if it is wanted and not set.
  virtual std::optional<WantedAlarm> wanted_for(TaskId task) = 0;
  /// They are acknowledged. One that is no longer the task's stays as it is.
  virtual void set(std::span<const WantedAlarm> alarms, WallTime now) = 0;
  /// Alarms that rang when nobody knew their turn, and whose lane may be claimed from by now, are wanted
  /// again. How many.
  virtual int wake_sleepers(int limit) = 0;

  /// Set alarms of tasks that are over meanwhile, and ticks that gave their place to others: nobody needs
  /// them.
  virtual std::vector<WantedAlarm> strays(int limit) = 0;
  /// They are gone from the queue.
  virtual void forget(std::span<const WantedAlarm> strays) = 0;

  /// A tick at `at`, unless one that is not later is wanted or set already. One that is set for later is a
  /// stray from then on.
  virtual void want_tick(WallTime at) = 0;
  /// The tick's alarm of this number rang, or was removed. One that took its place meanwhile stays.
  virtual void tick_came(std::int64_t number) = 0;
  /// Whatever alarm the tick has: it may be lost, and is a stray if it is not.
  virtual void forget_tick() = 0;

  /// Emails are being planned this moment, or are to be.
  virtual bool planning(WallTime now) = 0;
  /// When a tick is needed next for plans, sleepers, strays and alarms beyond `horizon`; none: for nothing.
  virtual std::optional<WallTime> next_need(WallTime now, Micros horizon) = 0;
  /// The tick's alarm is idle if it is far off and no email's task has an alarm: nothing is left that it was
  /// to look after.
  virtual AlarmNeeds needs(WallTime now, Micros horizon) = 0;

  /// What is lost: alarms that should have rung before `rang_before`.
  virtual bool any_overdue(WallTime rang_before) = 0;
  /// The queue was purged at `at`: whether alarms were set before, of emails. The tick's own is forgotten.
  virtual bool purged(WallTime at) = 0;
  /// A look through the queue saw these numbers; answers which of them are not the current alarms of
  /// anything.
  virtual std::vector<std::int64_t> not_current(std::span<const std::int64_t> numbers, std::int64_t look) = 0;
  /// The look is over: alarms set before it began that it did not see are wanted anew. How many.
  virtual int renew_unseen(std::int64_t look, WallTime began) = 0;
};

}  // namespace postrider
