#pragma once
// Alarms: the seam to a queue elsewhere that wakes us when a task is due, where no process of ours waits for
// it. An alarm holds nothing that matters: the task's row does. One that rings twice, late or for nothing
// does no harm, and one that is lost is found missing and set again. Every call asks the network, many alarms
// at once, and blocks until all answers or `time` is over. Thread safe.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

struct Alarm {
  std::string name;  ///< [A-Za-z0-9_-]{1,500}; never used again for anything else
  WallTime at{};
  std::string path;  ///< of the request it makes: "/api/tasks/send-email"
  std::string body;  ///< JSON
};

struct AlarmQueueState {
  bool paused = false;
  std::optional<WallTime> purged_at;  ///< all alarms that were set before are gone
};

struct AlarmPage {
  std::vector<std::string> names;
  std::string next;  ///< for the next call; empty: that was all
};

/// A permission that the credentials have not, and the command that gives it to them.
struct LackingPermission {
  std::string permission, command;
};

class Alarms {
 public:
  virtual ~Alarms() = default;

  /// For each whether it is set. Setting one again that is set (or rang already) is fine. What may pass is
  /// tried again with jitter as long as `time` allows. Errors: alarm_queue_gone (not_found), alarms_refused
  /// (invalid; says which permission is missing), alarms_unavailable, alarm_too_far (invalid).
  virtual std::vector<Result<void>> set(std::span<const Alarm> alarms, Micros time) = 0;
  /// For each whether it is gone; one that was not there is.
  virtual std::vector<Result<void>> remove(std::span<const std::string> names, Micros time) = 0;
  virtual Result<AlarmQueueState> state() = 0;
  /// Names of alarms that are set, `after` from the page before (empty: from the beginning).
  virtual Result<AlarmPage> list(const std::string& after) = 0;
  /// Which of these permissions the credentials lack ("cloudtasks.tasks.create" …).
  virtual Result<std::vector<LackingPermission>> lacking(const std::vector<std::string>& permissions) = 0;
};

}  // namespace postrider
