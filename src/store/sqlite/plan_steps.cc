// The planner's work in the database: a few hundred emails at a time get their row, due time and
// task, so that a campaign of a million starts at once and its tasks stay a small table. The plan
// task sleeps while enough emails wait, and is gone when all have been planned.

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/check.h"
#include "store/sqlite/campaign_rows.h"
#include "store/sqlite/many_rows.h"
#include "store/sqlite/task_store.h"
#include "store/values.h"

namespace postrider::sqlite {
namespace {

constexpr int kChunk = 500;
constexpr std::int64_t kEnough = 3000;  // waiting emails of one campaign
constexpr std::int64_t kLow = 1500;     // below this its planner wakes

/// Asleep: due when nobody is alive any more; wake_low pulls it forward.
constexpr WallTime kAsleep{Micros{std::int64_t{4'000'000'000'000'000}}};

/// A lane that a chunk of the plan fills.
struct Filling {
  LaneId lane;
  std::int64_t added = 0;
};

constexpr std::size_t kRowsAtOnce = 25;  // emails, and their tasks, in one statement

std::vector<std::size_t> indices(std::string_view json) {
  std::vector<std::size_t> out;
  std::size_t value = 0;
  bool digits = false;
  for (const char c : json) {
    if (c >= '0' && c <= '9') {
      value = value * 10 + static_cast<std::size_t>(c - '0');
      digits = true;
    } else if (digits) {
      out.push_back(value);
      value = 0;
      digits = false;
    }
  }
  return out;
}

}  // namespace

PlanSteps::PlanSteps(Database& db)
    : begin_(db,
             "UPDATE campaign SET status = 2, started_at = coalesce(started_at, ?2), updated = ?2 "
             "WHERE id = ?1 AND status = 1"),
      timetables_(db,
                  "SELECT m.id, max(cm.next_free, m.next_slot), m.cap_24h, m.per_minute "
                  "FROM campaign_mailbox cm JOIN mailbox m ON m.id = cm.mailbox_id "
                  "WHERE cm.campaign_id = ? ORDER BY cm.position"),
      planned_(db,
               "SELECT due FROM email WHERE campaign_id = ? AND mailbox_id = ? AND due > ? "
               "ORDER BY ordinal DESC LIMIT ?"),
      taken_(db, "SELECT taken FROM mailbox_slot WHERE mailbox_id = ? AND taken > ? ORDER BY taken"),
      required_(db, "SELECT required, columns FROM campaign WHERE id = ?"),
      waiting_(db, "SELECT coalesce(sum(waiting), 0) FROM lane WHERE campaign_id = ? AND mailbox_id > 0"),
      lacking_(
          db,
          "SELECT e.id, e.ordinal, e.mailbox_id, (SELECT max(number) FROM attempt a WHERE a.email_id = e.id) "
          "FROM email e WHERE e.campaign_id = ? AND e.ordinal > ? AND e.ordinal <= ? AND e.status = 0 "
          "AND NOT EXISTS (SELECT 1 FROM task t WHERE t.id = e.id) ORDER BY e.ordinal"),
      recipients_(
          db,
          "SELECT id, ordinal, address_key, vals FROM recipient WHERE campaign_id = ? AND ordinal > ? "
          "ORDER BY ordinal LIMIT ?"),
      add_email_(
          db,
          "INSERT INTO email (id, campaign_id, recipient_id, ordinal, mailbox_id, status, due, finished_at, "
          "reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      add_emails_(
          db, many_rows("INSERT INTO email (id, campaign_id, recipient_id, ordinal, mailbox_id, due, status)",
                        "(#, ?1, #, #, #, #, 0)", kRowsAtOnce, 2)),
      add_tasks_(
          db, many_rows("INSERT INTO task (id, lane_id, due, kind, state)", "(#, #, #, 0, 0)", kRowsAtOnce)),
      move_cursor_(db, "UPDATE campaign SET plan_cursor = ?2 WHERE id = ?1"),
      move_repair_(db, "UPDATE campaign SET repair_cursor = ?2 WHERE id = ?1"),
      set_next_free_(db,
                     "UPDATE campaign_mailbox SET next_free = ?3 WHERE campaign_id = ?1 AND mailbox_id = ?2"),
      forget_plan_(db, "UPDATE campaign SET plan_task = NULL WHERE id = ?"),
      plan_task_(db, "SELECT plan_task FROM campaign WHERE id = ? AND plan_task IS NOT NULL"),
      wake_plan_(db, "UPDATE task SET due = ?2 WHERE id = ?1 AND state = 0 AND due > ?2 RETURNING lane_id") {}

bool PlanSteps::step(Work& work, HeldTasks& tasks, const Held& held) {
  auto& campaign = work.rows.campaign(held.campaign);
  if (campaign.status == CampaignStatus::scheduled) {
    begin_.run(campaign.id.value, to_micros(work.now));
    campaign.status = CampaignStatus::sending;
    work.rows.touch(campaign.id);
  }
  if (campaign.status == CampaignStatus::paused) {
    return tasks.put_back(work, held, held.due);
  }
  if (campaign.status == CampaignStatus::sending) {
    if (campaign.repair_cursor) {
      repair(work, campaign);
    } else if (waiting(campaign.id) < kEnough) {
      extend(work, campaign);
    }
    work.rows.touch(campaign.id);
    const bool more = campaign.repair_cursor || campaign.plan_cursor < campaign.total;
    if (more) {
      const bool enough = !campaign.repair_cursor && waiting(campaign.id) >= kEnough;
      return tasks.put_back(work, held, enough ? kAsleep : work.now);
    }
  }
  // All planned, or the campaign has ended meanwhile.
  if (!tasks.remove(work, held)) return false;
  forget_plan_.run(campaign.id.value);
  work.rows.touch(campaign.id);
  return true;
}

std::int64_t PlanSteps::waiting(CampaignId campaign) {
  waiting_.query(campaign.value).step();
  const auto n = waiting_.integer(0);
  waiting_.reset();
  return n;
}

Plan PlanSteps::make_plan(Work& work, const HotCampaign& campaign) {
  std::vector<Timetable> tables;
  timetables_.query(campaign.id.value);
  while (timetables_.step()) {
    tables.push_back({.mailbox = MailboxId{timetables_.integer(0)},
                      .next_free = from_micros(timetables_.integer(1)),
                      .cap_24h = static_cast<int>(timetables_.integer(2)),
                      .least_gap = gap_of_rate(static_cast<int>(timetables_.integer(3)))});
  }
  timetables_.reset();
  const auto day_ago = to_micros(work.now - std::chrono::days{1});
  for (auto& table : tables) {
    if (table.cap_24h == 0) continue;
    taken_.query(table.mailbox.value, day_ago);
    while (taken_.step()) table.recent.push_back(from_micros(taken_.integer(0)));
    taken_.reset();
    planned_.query(campaign.id.value, table.mailbox.value, to_micros(work.now), table.cap_24h);
    while (planned_.step()) table.recent.push_back(from_micros(planned_.integer(0)));
    planned_.reset();
    std::ranges::sort(table.recent);
  }
  return Plan({.window = campaign.window, .pace = campaign.pace, .seed = campaign.seed, .start = work.now},
              std::move(tables));
}

void PlanSteps::keep_plan(const HotCampaign& campaign, const Plan& plan) {
  for (const auto& table : plan.timetables()) {
    set_next_free_.run(campaign.id.value, table.mailbox.value, to_micros(table.next_free));
  }
}

/// New tasks for pending emails that lost theirs (a purge) or are to be tried again.
void PlanSteps::repair(Work& work, HotCampaign& campaign) {
  struct Lacking {
    TaskId id;
    std::int64_t ordinal;
    MailboxId mailbox;
    int attempt;
  };
  const std::int64_t from = *campaign.repair_cursor;
  const std::int64_t to = std::min(from + 10 * kChunk, campaign.plan_cursor);
  std::vector<Lacking> found;
  lacking_.query(campaign.id.value, from, to);
  while (lacking_.step() && found.size() < kChunk) {
    found.push_back({TaskId{lacking_.integer(0)}, lacking_.integer(1), MailboxId{lacking_.integer(2)},
                     static_cast<int>(lacking_.integer(3))});
  }
  lacking_.reset();

  Plan plan = make_plan(work, campaign);
  for (const auto& email : found) {
    const Slot slot = plan.next(email.ordinal);
    const LaneId lane = work.writer.lane(campaign.id, email.mailbox);
    work.writer.add_task(email.id, lane, TaskKind::email, slot.due, email.attempt);
  }
  keep_plan(campaign, plan);
  const std::int64_t reached = found.size() == kChunk ? found.back().ordinal : to;
  campaign.repair_cursor = reached >= campaign.plan_cursor ? std::nullopt : std::optional{reached};
  move_repair_.run(campaign.id.value, campaign.repair_cursor);
}

void PlanSteps::add(Work& work, CampaignId campaign, std::span<const Planned> emails) {
  for (; emails.size() >= kRowsAtOnce; emails = emails.subspan(kRowsAtOnce)) {
    add_emails_.query(campaign.value);
    add_tasks_.query();
    int email = 1, task = 0;
    for (const auto& planned : emails.first(kRowsAtOnce)) {
      for (const auto value :
           {planned.id.value, planned.recipient, planned.ordinal, planned.mailbox.value, planned.due}) {
        add_emails_.bind(++email, value);
      }
      for (const auto value : {planned.id.value, planned.lane.value, planned.due})
        add_tasks_.bind(++task, value);
    }
    add_emails_.finish();
    add_tasks_.finish();
  }
  for (const auto& planned : emails) {
    add_email_.run(planned.id.value, campaign.value, planned.recipient, planned.ordinal,
                   planned.mailbox.value, static_cast<int>(EmailStatus::pending), planned.due, std::nullopt,
                   std::string_view{});
    work.writer.add_uncounted_task(planned.id, planned.lane, TaskKind::email, from_micros(planned.due));
  }
}

void PlanSteps::extend(Work& work, HotCampaign& campaign) {
  required_.query(campaign.id.value).step();
  const auto required = indices(required_.text(0));
  const auto columns = required.empty() ? std::vector<Column>{} : decode_columns(required_.text(1));
  required_.reset();

  Plan plan = make_plan(work, campaign);
  const auto now = to_micros(work.now);
  std::int64_t skipped = 0, planned = 0;
  std::unordered_map<MailboxId, Filling> lanes;
  std::vector<Planned> emails;
  const auto most = std::min<std::int64_t>(kChunk, campaign.total - campaign.plan_cursor);
  const auto ids = work.writer.take_task_ids(most);
  recipients_.query(campaign.id.value, campaign.plan_cursor, most);
  while (recipients_.step()) {
    CHECK(planned < most);
    const TaskId id{ids.value + planned++};
    const auto recipient = recipients_.integer(0);
    const auto ordinal = recipients_.integer(1);
    const auto key = recipients_.text(2);
    campaign.plan_cursor = ordinal;

    std::string reason;
    if (!required.empty()) {
      const auto values = decode_values(recipients_.text(3));
      for (const auto column : required) {
        if (column >= values.size() || values[column].empty()) {
          reason = fmt::format("{{{{{}}}}} is empty in this row",
                               column < columns.size() ? columns[column].header : "a field of the message");
          break;
        }
      }
    }
    if (reason.empty()) {
      if (const auto why = work.suppressions.find(key)) reason = "suppressed: " + *why;
    }
    if (!reason.empty()) {
      const MailboxId nobody{};
      add_email_.run(id.value, campaign.id.value, recipient, ordinal, nobody.value,
                     static_cast<int>(EmailStatus::skipped), now, now, std::string_view{reason});
      ++skipped;
      continue;
    }
    const Slot slot = plan.next(ordinal);
    auto& filling = lanes[slot.mailbox];
    if (!filling.lane) filling.lane = work.writer.lane(campaign.id, slot.mailbox);
    ++filling.added;
    emails.push_back({id, recipient, ordinal, slot.mailbox, filling.lane, to_micros(slot.due)});
  }
  recipients_.reset();
  add(work, campaign.id, emails);
  for (const auto& [mailbox, filling] : lanes) work.writer.add_waiting(filling.lane, filling.added);
  if (planned == 0) campaign.plan_cursor = campaign.total;
  keep_plan(campaign, plan);
  move_cursor_.run(campaign.id.value, campaign.plan_cursor);
  work.rows.count(campaign.id, EmailStatus::skipped, skipped);
}

bool PlanSteps::wake_low(Work& work, CampaignId campaign) {
  plan_task_.query(campaign.value);
  const bool has_plan = plan_task_.step();
  const auto plan = plan_task_.integer(0);
  plan_task_.reset();
  if (!has_plan || waiting(campaign) >= kLow) return false;
  wake_plan_.query(plan, to_micros(work.now));
  const bool woke = wake_plan_.step();
  if (woke) work.rows.touch(LaneId{wake_plan_.integer(0)});
  wake_plan_.reset();
  return woke;
}

}  // namespace postrider::sqlite
