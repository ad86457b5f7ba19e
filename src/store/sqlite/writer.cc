#include "store/sqlite/writer.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "campaign/schedule.h"

namespace postrider::sqlite {

namespace {

constexpr std::string_view kNothingSent = "no email of it could be sent";

// A lane with everything that rules when it may be claimed from.
constexpr auto kLaneRules = R"sql(
SELECT l.running, l.not_before, l.mailbox_id, q.paused, c.status,
       m.status, m.paused_until, m.next_slot, m.sessions, m.faults_in_a_row, m.per_minute, c.pace_min,
       (SELECT min(due) FROM task t WHERE t.lane_id = l.id AND t.state = 0),
       (SELECT sum(running) FROM lane s WHERE s.mailbox_id = l.mailbox_id), l.wake
FROM lane l JOIN queue q ON q.id = l.queue_id JOIN campaign c ON c.id = l.campaign_id
LEFT JOIN mailbox m ON m.id = l.mailbox_id
WHERE l.id = ?)sql";

std::vector<LaneId> collect(Statement& lanes) {
  std::vector<LaneId> ids;
  while (lanes.step()) ids.push_back(LaneId{lanes.integer(0)});
  lanes.reset();
  return ids;
}

}  // namespace

Micros least_gap(Micros pace_min, int per_minute) {
  return std::max(pace_min, gap_of_rate(per_minute));
}

int concurrent_places(int sessions, int faults_in_a_row, Micros gap) {
  if (faults_in_a_row > 0) return 1;
  if (gap == Micros{0}) return 2 * sessions;
  return static_cast<int>(std::min<std::int64_t>(sessions, 1 + std::chrono::seconds{1} / gap));
}

struct Writer::Statements {
  explicit Statements(Database& db)
      : lane_rules(db, kLaneRules),
        drop_lane(db, "DELETE FROM lane WHERE id = ?"),
        set_wake(db, "UPDATE lane SET wake = ?2 WHERE id = ?1"),
        lanes_of_campaign(db, "SELECT id FROM lane WHERE campaign_id = ?"),
        lanes_of_mailbox(db, "SELECT id FROM lane WHERE mailbox_id = ?"),
        lanes_of_queue(db, "SELECT id FROM lane WHERE queue_id = ?"),
        find_lane(db, "SELECT id FROM lane WHERE campaign_id = ? AND mailbox_id = ?"),
        add_lane(db,
                 "INSERT INTO lane (queue_id, campaign_id, mailbox_id) "
                 "SELECT queue_id, id, ?2 FROM campaign WHERE id = ?1"),
        add_task(db, "INSERT INTO task (id, lane_id, kind, state, due, attempt) VALUES (?, ?, ?, 0, ?, ?)"),
        add_waiting(db, "UPDATE lane SET waiting = waiting + ?2 WHERE id = ?1"),
        counts(db,
               "SELECT c.total, coalesce(sum(t.sent), 0), coalesce(sum(t.failed), 0), "
               "coalesce(sum(t.bounced), 0), coalesce(sum(t.skipped), 0), coalesce(sum(t.uncertain), 0) "
               "FROM campaign c LEFT JOIN tally t ON t.campaign_id = c.id WHERE c.id = ?"),
        settle(db,
               "UPDATE campaign SET status = ?2, completed_at = ?3, updated = ?3, why = ?4 "
               "WHERE id = ?1 AND status IN (2, 3)"),
        plan_task(db, "SELECT plan_task FROM campaign WHERE id = ?"),
        set_plan_task(db, "UPDATE campaign SET plan_task = ?2 WHERE id = ?1"),
        hurry_task(db, "UPDATE task SET due = min(due, ?2) WHERE id = ?1 AND state = 0"),
        take_ids(db, "UPDATE sequence SET last = last + ? WHERE name = 'task' RETURNING last"),
        drop_tasks(db, "DELETE FROM task WHERE lane_id = ? AND state = 0"),
        no_waiting(db, "UPDATE lane SET waiting = 0 WHERE id = ?") {
    const char* columns[] = {"sent", "failed", "bounced", "skipped", "uncertain"};
    for (const char* column : columns) {
      const std::string name = column;
      count.emplace_back(db, "INSERT INTO tally (campaign_id, crew_id, " + name +
                                 ") VALUES (?1, ?2, ?3) ON CONFLICT (campaign_id, crew_id) DO UPDATE SET " +
                                 name + " = " + name + " + ?3");
      series.emplace_back(db, "INSERT INTO series (campaign_id, hour, " + name +
                                  ") VALUES (?1, ?2, ?3) ON CONFLICT (campaign_id, hour) DO UPDATE SET " +
                                  name + " = " + name + " + ?3");
    }
  }
  Statement lane_rules, drop_lane, set_wake, lanes_of_campaign, lanes_of_mailbox, lanes_of_queue, find_lane,
      add_lane, add_task, add_waiting, counts, settle, plan_task, set_plan_task, hurry_task, take_ids,
      drop_tasks, no_waiting;
  std::vector<Statement> count, series;
};

Writer::Writer(const std::string& database_file, const Clock& time)
    : db(database_file, Database::Mode::writer), clock(time), file(database_file) {}

Writer::Statements& Writer::statements() {
  if (!statements_) statements_ = std::make_unique<Statements>(db);
  return *statements_;
}

Writer::~Writer() = default;

Writer::LaneRuling Writer::rule(LaneId lane) {
  auto& rules = statements().lane_rules.query(lane.value);
  if (!rules.step()) {
    rules.reset();
    return {};
  }
  const auto own_running = rules.integer(0);
  const auto not_before = rules.integer(1);
  const bool plans = rules.integer(2) == 0;
  const bool queue_paused = rules.integer(3) != 0;
  const auto status = static_cast<CampaignStatus>(rules.integer(4));
  const auto mailbox_status = rules.integer(5);
  const auto paused_until = rules.maybe_integer(6);
  const auto next_slot = rules.integer(7);
  const int places =
      concurrent_places(static_cast<int>(rules.integer(8)), static_cast<int>(rules.integer(9)),
                        least_gap(Micros{rules.integer(11)}, static_cast<int>(rules.integer(10))));
  const auto first_due = rules.maybe_integer(12);
  const bool full = !plans && rules.integer(13) >= places;
  const auto wake_before = rules.maybe_integer(14);
  rules.reset();

  if (is_final(status) && !first_due && own_running == 0) return {.exists = true, .over = true};
  const bool may_send = status == CampaignStatus::sending || (plans && status == CampaignStatus::scheduled);
  std::optional<std::int64_t> wake = first_due;
  if (queue_paused || !may_send || full) wake.reset();
  if (wake && !plans) {
    wake = std::max({*wake, not_before, next_slot});
    if (mailbox_status == 1) wake = std::max(*wake, paused_until.value_or(0));
    if (mailbox_status == 2) wake.reset();
  }
  return {.exists = true, .wake = wake, .written = wake_before};
}

void Writer::refresh_lane(LaneId lane) {
  const auto ruling = rule(lane);
  if (ruling.over) {
    statements().drop_lane.run(lane.value);
  } else if (ruling.exists && ruling.wake != ruling.written) {
    statements().set_wake.run(lane.value, ruling.wake);
  }
}

std::optional<std::int64_t> Writer::wake_of(LaneId lane) {
  return rule(lane).wake;
}

std::vector<LaneId> Writer::lanes_of(CampaignId campaign) {
  return collect(statements().lanes_of_campaign.query(campaign.value));
}
std::vector<LaneId> Writer::lanes_of(MailboxId mailbox) {
  return collect(statements().lanes_of_mailbox.query(mailbox.value));
}

void Writer::refresh_lanes_of(CampaignId campaign) {
  for (const auto lane : lanes_of(campaign)) refresh_lane(lane);
}
void Writer::refresh_lanes_of(MailboxId mailbox) {
  for (const auto lane : lanes_of(mailbox)) refresh_lane(lane);
}
void Writer::refresh_lanes_of(QueueId queue) {
  for (const auto lane : collect(statements().lanes_of_queue.query(queue.value))) refresh_lane(lane);
}

void Writer::recount_lanes() {
  db.execute(
      "UPDATE lane SET waiting = (SELECT count(*) FROM task t WHERE t.lane_id = lane.id AND t.state = 0),"
      " running = 0");
  db.execute(
      "UPDATE lane SET running = held.n FROM "
      "(SELECT lane_id, count(*) AS n FROM task WHERE state > 0 GROUP BY lane_id) AS held WHERE held.lane_id "
      "= lane.id");
  Statement all(db, "SELECT id FROM lane");
  for (const auto lane : collect(all.query())) refresh_lane(lane);
}

void Writer::count(CampaignId campaign, EmailStatus status, std::int64_t n, WallTime ended) {
  if (status == EmailStatus::pending || n == 0) return;
  const auto column = static_cast<std::size_t>(status) - static_cast<std::size_t>(EmailStatus::sent);
  statements().count[column].run(campaign.value, crew.value, n);
  const auto hour = std::chrono::floor<std::chrono::hours>(ended).time_since_epoch().count();
  statements().series[column].run(campaign.value, hour, n);
}

Counts Writer::counts(CampaignId campaign) {
  auto& row = statements().counts.query(campaign.value);
  Counts counts;
  if (row.step()) {
    counts = {row.integer(1), row.integer(2), row.integer(3), row.integer(4), row.integer(5), 0};
    counts.pending = row.integer(0) - counts.total();
  }
  row.reset();
  CHECK(counts.pending >= 0);
  return counts;
}

bool Writer::settle(CampaignId campaign) {
  const auto now = counts(campaign);
  if (now.pending > 0) return false;
  // Nothing sent although something was tried is a failure; a list of which all were skipped is not.
  const bool failed = now.sent == 0 && now.uncertain == 0 && now.failed + now.bounced > 0;
  const auto status = failed ? CampaignStatus::failed : CampaignStatus::completed;
  const std::string_view why = failed ? kNothingSent : "";
  const int changed =
      statements().settle.run(campaign.value, static_cast<int>(status), to_micros(clock.wall_now()), why);
  return changed > 0;
}

// Seldom: not worth a prepared statement.
constexpr auto kEndStatus =
    "UPDATE campaign SET status = ?2, why = ?3, updated = ?4 WHERE id = ?1 AND status IN (4, 5)";

void Writer::settle_anew(CampaignId campaign) {
  const auto now = counts(campaign);
  const bool failed = now.sent == 0 && now.uncertain == 0 && now.failed + now.bounced > 0;
  const auto status = failed ? CampaignStatus::failed : CampaignStatus::completed;
  const std::string_view why = failed ? kNothingSent : "";
  Statement(db, kEndStatus).run(campaign.value, static_cast<int>(status), why, to_micros(clock.wall_now()));
}

LaneId Writer::lane(CampaignId campaign, MailboxId mailbox) {
  auto& found = statements().find_lane.query(campaign.value, mailbox.value);
  const LaneId id{found.step() ? found.integer(0) : 0};
  found.reset();
  if (id) return id;
  CHECK(statements().add_lane.run(campaign.value, mailbox.value) == 1);
  return LaneId{db.last_id()};
}

TaskId Writer::take_task_ids(std::int64_t n) {
  auto& row = statements().take_ids.query(n);
  CHECK(row.step());
  const TaskId first{row.integer(0) - n + 1};
  CHECK(!row.step());
  row.reset();
  return first;
}

void Writer::add_uncounted_task(TaskId id, LaneId lane, TaskKind kind, WallTime due, int attempt) {
  statements().add_task.run(id.value, lane.value, static_cast<int>(kind), to_micros(due), attempt);
}

void Writer::add_waiting(LaneId lane, std::int64_t n) {
  if (n != 0) statements().add_waiting.run(lane.value, n);
}

void Writer::add_task(TaskId id, LaneId lane, TaskKind kind, WallTime due, int attempt) {
  add_uncounted_task(id, lane, kind, due, attempt);
  add_waiting(lane, 1);
}

void Writer::wake_planner(CampaignId campaign, WallTime due) {
  auto& row = statements().plan_task.query(campaign.value);
  CHECK(row.step());
  const TaskId existing{row.integer(0)};
  row.reset();
  const LaneId plans = lane(campaign, MailboxId{});
  if (existing) {
    statements().hurry_task.run(existing.value, to_micros(due));
  } else {
    const TaskId added = take_task_ids(1);
    add_task(added, plans, TaskKind::plan, due);
    statements().set_plan_task.run(campaign.value, added.value);
  }
  refresh_lane(plans);
}

std::int64_t Writer::drop_waiting_tasks(CampaignId campaign) {
  std::int64_t emails = 0;
  for (const auto id : collect(statements().lanes_of_campaign.query(campaign.value))) {
    const int dropped = statements().drop_tasks.run(id.value);
    statements().no_waiting.run(id.value);
    refresh_lane(id);
    if (id != lane(campaign, MailboxId{})) emails += dropped;
  }
  // A plan task that is being worked on right now finds its campaign changed and removes itself.
  auto& row = statements().plan_task.query(campaign.value);
  CHECK(row.step());
  const TaskId plan{row.integer(0)};
  row.reset();
  if (plan) {
    Statement held(db, "SELECT 1 FROM task WHERE id = ?");
    const bool alive = held.query(plan.value).step();
    held.reset();
    if (!alive) statements().set_plan_task.run(campaign.value, std::nullopt);
  }
  return emails;
}

}  // namespace postrider::sqlite
