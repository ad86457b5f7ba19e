#pragma once
// AlarmKeeper: keeps the alarms of a queue elsewhere (queue/alarm.h) in step with our tasks, where no process
// of ours runs between two requests. An alarm rings for one email, or it is the tick, which does a bounded
// piece of everything else: plans, rounds on sheets, alerts, and a look whether the queue still holds what it
// should. Whoever is woken sees to it before it answers that whatever comes next has its alarm. Thread safe.
// Design: docs/decisions/0023-alarms.md.

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "actions/context.h"
#include "base/log.h"
#include "queue/alarm.h"
#include "store/alarm_store.h"

namespace postrider {

inline constexpr auto kEmailAlarmPath = "/api/tasks/send-email";
inline constexpr auto kTickAlarmPath = "/api/tasks/tick";

struct AlarmRules {
  /// No alarm is set further ahead: Google takes 30 days, and keeps an alarm for 31.
  Micros horizon = std::chrono::days{25};
  Micros tick_time = std::chrono::seconds{20};  ///< what one tick takes at most
  /// How long a request that changed something waits for its alarms; what is left then is a tick's.
  Micros request_time = std::chrono::seconds{5};
  Micros between_looks = std::chrono::minutes{4};      ///< for a purge
  Micros overdue_after = std::chrono::minutes{10};     ///< then the queue is looked through
  Micros heartbeat = std::chrono::hours{6};            ///< a tick at least, while emails wait
  Micros look_through_every = std::chrono::hours{24};  ///< for alarms without an email
};

/// What a tick also does.
struct TickWork {
  std::function<bool()> planning;                       ///< true: emails are being planned this moment
  std::function<void()> wait;                           ///< a moment, for what is being planned
  std::vector<std::function<void()>> rounds;            ///< bounded pieces: sheets, alerts
  std::function<std::optional<WallTime>()> next_round;  ///< when one of them has something to do again
};

struct Ticked {
  int set = 0;      ///< alarms
  int renewed = 0;  ///< alarms that were lost
  int removed = 0;  ///< alarms without an email
  int purged = 0;   ///< campaigns that were paused, because the queue was purged
};

class AlarmKeeper {
 public:
  /// All outlive it. `installation` tells our alarms from another installation's in the same queue.
  AlarmKeeper(AlarmStore& store, Alarms& alarms, const Clock& clock, Log& log, std::string installation,
              AlarmRules rules = {});

  /// Sets the alarm that this task wants, if any. An error: it is not set, so whoever rang should ring again.
  Result<void> set_for(TaskId task);
  /// After a request of any kind: what it made due has its alarm, or a tick has that will see to it. An
  /// error: not even that.
  Result<void> after_request();
  /// A bounded piece of everything, and the next tick's alarm. An error: that one could not be set.
  /// `alarm`: the number of the tick's alarm that rang; 0: somebody else asks.
  Result<Ticked> tick(ActionContext& context, const TickWork& work, std::int64_t alarm);

  /// The alarm that is set for a task; the names of all of an installation's can be told from others'.
  Alarm alarm_of(const WantedAlarm& wanted) const;
  /// The number in a name of ours; nothing: it is not ours.
  std::optional<std::int64_t> number_in(std::string_view name) const;

 private:
  Result<int> set_some(int limit, Micros time);
  void set_until(const TickWork& work, BootTime until, Ticked& ticked);
  Result<void> set_wanted();
  void remove_idle_tick(const WantedAlarm& idle);
  int remove_strays(Micros time);
  void want_tick(WallTime at);
  bool is_time_to_look() const;
  void look_for_purge(ActionContext& context, Ticked& ticked);
  void look_through(Ticked& ticked, BootTime until);
  Result<void> plan_next_tick(const TickWork& work);

  AlarmStore& store_;
  Alarms& alarms_;
  const Clock& clock_;
  Log& log_;
  const std::string installation_;
  const AlarmRules rules_;

  std::timed_mutex ticking_;  ///< one tick at a time
  std::timed_mutex mutex_;    ///< who sets what is wanted
  // What is lost with the process without harm:
  std::int64_t seen_ = -1;                 ///< AlarmStore::commits whose alarms are all set; under mutex_
  std::atomic<std::int64_t> looked_ = -1;  ///< for a purge: microseconds of the boot clock; -1: never
  struct Look {
    std::int64_t number = 0;
    WallTime began{};
    std::string after;
  };
  std::optional<Look> look_;  ///< through the queue, under way
  std::optional<BootTime> looked_through_;
};

}  // namespace postrider
