#pragma once
// AlarmDesk: everything that TASK_QUEUE=cloud-tasks adds to the server: who rings is recognised, what rings
// is done by the crew on its loop, and the keeper sees to the next alarms. Thread safe.

#include <memory>
#include <string>

#include "actions/alarm_keeper.h"
#include "app/alarm_sweeps.h"
#include "app/owner_alerts.h"
#include "app/settings.h"
#include "app/sheet_writer.h"
#include "base/loop.h"
#include "dispatch/crew.h"
#include "http/task_alarms.h"
#include "oauth/id_token.h"
#include "store/sqlite/sqlite_store.h"

namespace postrider {

struct AlarmDeskParts {
  SqliteStore& store;
  Loop& loop;
  Crew& crew;
  const Clock& clock;
  Log& log;
  WebClient& web;
  SheetWriter& sheets;
  OwnerAlerts& alerts;
  std::function<ActionContext()> actions;
};

class AlarmDesk final : public TaskAlarms {
 public:
  /// All outlive it. `alarms`: the queue.
  AlarmDesk(const CloudTasksSettings& settings, Alarms& alarms, std::string installation,
            AlarmDeskParts parts);

  Result<void> recognise(std::string_view id_token) override;
  bool trusts_everybody() const override { return trusts_everybody_; }
  void ring(EmailId id, std::int64_t alarm, std::function<void(const TaskRang&)> done) override;
  /// The same for whoever may wait, for half a minute at most.
  TaskRun ring_and_wait(EmailId id);
  Result<void> set_for(EmailId id) override { return keeper_.set_for(id); }
  Result<void> after_request() override { return keeper_.after_request(); }
  Result<Ticked> tick(std::int64_t alarm) override;

 private:
  std::optional<WallTime> next_round();
  const bool trusts_everybody_;
  AlarmDeskParts parts_;
  std::unique_ptr<IdTokenVerifier> verifier_;
  AlarmKeeper keeper_;
  AlarmSweeps sweeps_{keeper_};
};

}  // namespace postrider
