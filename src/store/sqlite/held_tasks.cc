#include "store/sqlite/task_store.h"

namespace postrider::sqlite {
namespace {

constexpr std::size_t kMostRemembered = 10'000;  // more than any crew holds

}  // namespace

HeldTasks::HeldTasks(Database& db)
    : find_email_(
          db,
          "SELECT t.lane_id, t.state, t.due, t.started, e.campaign_id, e.mailbox_id, e.recipient_id, "
          "e.ordinal, e.tries, e.first_try, e.resends, r.address_key FROM task t JOIN email e ON e.id = t.id "
          "JOIN recipient r ON r.id = e.recipient_id WHERE t.id = ? AND t.attempt = ? AND t.crew_id = ? AND t.state > 0"),
      find_plan_(db,
                 "SELECT t.lane_id, t.due, l.campaign_id FROM task t JOIN lane l ON l.id = t.lane_id "
                 "WHERE t.id = ? AND t.attempt = ? AND t.crew_id = ? AND t.state > 0 AND t.kind = 1"),
      put_back_(db,
                "UPDATE task SET state = 0, crew_id = 0, due = ?4 WHERE id = ?1 AND attempt = ?2 AND "
                "crew_id = ?3 AND state > 0"),
      remove_(db, "DELETE FROM task WHERE id = ? AND attempt = ? AND crew_id = ? AND state > 0") {}

void HeldTasks::remember(Held held) {
  if (remembered_.size() >= kMostRemembered) remembered_.clear();
  remembered_[held.id] = std::move(held);
}

const Held* HeldTasks::find(CrewId crew, TaskId task, int attempt) {
  const auto known = remembered_.find(task);
  if (known != remembered_.end() && known->second.attempt == attempt && known->second.crew == crew) {
    return &known->second;
  }
  read_ = read(crew, task, attempt);
  return read_ ? &*read_ : nullptr;
}

std::optional<Held> HeldTasks::take(CrewId crew, TaskId task, int attempt) {
  auto known = remembered_.extract(task);
  if (known && known.mapped().attempt == attempt && known.mapped().crew == crew) {
    return std::move(known.mapped());
  }
  return read(crew, task, attempt);
}

std::optional<Held> HeldTasks::read(CrewId crew, TaskId task, int attempt) {
  Held held{.id = task, .attempt = attempt, .crew = crew};
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
    held.address_key = email.text(11);
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

bool HeldTasks::put_back(Work& work, const Held& held, WallTime due) {
  if (put_back_.run(held.id.value, held.attempt, held.crew.value, to_micros(due)) == 0) return false;
  auto& lane = work.rows.lane(held.lane);
  ++lane.waiting_change;
  --lane.running_change;
  return true;
}

bool HeldTasks::remove(Work& work, const Held& held) {
  if (remove_.run(held.id.value, held.attempt, held.crew.value) == 0) return false;
  --work.rows.lane(held.lane).running_change;
  return true;
}

}  // namespace postrider::sqlite
