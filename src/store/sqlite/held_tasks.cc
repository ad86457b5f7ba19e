#include "store/sqlite/task_store.h"

namespace postrider::sqlite {

HeldTasks::HeldTasks(Database& db)
    : find_email_(db,
                  "SELECT t.lane_id, t.state, t.due, t.started, e.campaign_id, e.mailbox_id, e.recipient_id, "
                  "e.ordinal, e.tries, e.first_try, e.resends FROM task t JOIN email e ON e.id = t.id "
                  "WHERE t.id = ? AND t.attempt = ? AND t.crew_id = ? AND t.state > 0"),
      find_plan_(db,
                 "SELECT t.lane_id, t.due, l.campaign_id FROM task t JOIN lane l ON l.id = t.lane_id "
                 "WHERE t.id = ? AND t.attempt = ? AND t.crew_id = ? AND t.state > 0 AND t.kind = 1"),
      put_back_(db, "UPDATE task SET state = 0, crew_id = 0, due = ?2 WHERE id = ?1"),
      remove_(db, "DELETE FROM task WHERE id = ?") {}

std::optional<Held> HeldTasks::find(CrewId crew, TaskId task, int attempt) {
  Held held{.id = task, .attempt = attempt};
  auto& email = find_email_.query(task.value, attempt, crew.value);
  if (email.step()) {
    held.lane = LaneId{email.integer(0)};
    held.state = static_cast<TaskState>(email.integer(1));
    held.due = from_micros(email.integer(2));
    held.started = from_micros(email.integer(3));
    held.campaign = CampaignId{email.integer(4)};
    held.mailbox = MailboxId{email.integer(5)};
    held.recipient = email.integer(6);
    held.ordinal = email.integer(7);
    held.tries = static_cast<int>(email.integer(8));
    held.first_try = from_micros(email.integer(9));
    held.resends = static_cast<int>(email.integer(10));
    email.reset();
    return held;
  }
  email.reset();
  auto& plan = find_plan_.query(task.value, attempt, crew.value);
  const bool found = plan.step();
  if (found) {
    held.kind = TaskKind::plan;
    held.lane = LaneId{plan.integer(0)};
    held.due = from_micros(plan.integer(1));
    held.campaign = CampaignId{plan.integer(2)};
  }
  plan.reset();
  return found ? std::optional{held} : std::nullopt;
}

void HeldTasks::put_back(Work& work, const Held& held, WallTime due) {
  put_back_.run(held.id.value, to_micros(due));
  auto& lane = work.rows.lane(held.lane);
  ++lane.waiting_change;
  --lane.running_change;
}

void HeldTasks::remove(Work& work, const Held& held) {
  remove_.run(held.id.value);
  --work.rows.lane(held.lane).running_change;
}

}  // namespace postrider::sqlite
