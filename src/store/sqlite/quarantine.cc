// Resume after a restore. The database is as old as its backup; emails may have gone out since, and
// nobody is mailed twice. So every email that could have gone out becomes uncertain, and a person
// decides; the rest goes on. The mark goes last: a crash on the way begins again where it stopped.

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

constexpr std::string_view kReason = "may have been sent after the backup was taken";
constexpr std::int64_t kPiece = 2'000;  // emails marked in one transaction

/// A campaign that was sending at the backup, or began by itself since.
struct Moving {
  CampaignId id;
  std::int64_t total = 0, plan_cursor = 0, marked = 0;
  Micros pace_min{}, pace_max{};
  std::int64_t mailboxes = 1;
};

constexpr auto kMoving =
    "SELECT c.id, c.total, c.plan_cursor, c.pace_min, c.pace_max, "
    "(SELECT count(*) FROM campaign_mailbox m WHERE m.campaign_id = c.id), "
    "(SELECT count(*) FROM email e WHERE e.campaign_id = c.id AND e.status > 1 AND e.status = 5 AND e.reason "
    "= ?2) FROM campaign c WHERE c.hidden = 0 AND (c.status = 2 OR (c.status = 1 AND c.scheduled_at <= ?1)) "
    "ORDER BY c.id";

std::vector<Moving> moving(Database& db, WallTime now) {
  std::vector<Moving> all;
  Statement rows(db, kMoving);
  rows.query(to_micros(now), kReason);
  while (rows.step()) {
    all.push_back({.id = CampaignId{rows.integer(0)},
                   .total = rows.integer(1),
                   .plan_cursor = rows.integer(2),
                   .marked = rows.integer(6),
                   .pace_min = Micros{rows.integer(3)},
                   .pace_max = Micros{rows.integer(4)},
                   .mailboxes = std::max<std::int64_t>(1, rows.integer(5))});
  }
  return all;
}

/// How many emails the campaign can have sent in that time.
std::int64_t most_sent(const Moving& campaign, Micros since) {
  if (campaign.pace_max == Micros{0}) return std::numeric_limits<std::int64_t>::max();
  const Micros gap = std::max<Micros>(campaign.pace_min, std::chrono::seconds{1});
  return (std::max(since, Micros{0}) / gap + 1) * campaign.mailboxes;
}

// Held tasks count as sent: whoever held them is not this database's crew.
constexpr auto kDueTasks =
    "CREATE TEMP TABLE could_be_sent AS SELECT t.id FROM lane l JOIN task t ON t.lane_id = l.id "
    "WHERE l.campaign_id = ?1 AND t.kind = 0 AND (t.state > 0 OR t.due <= ?2)";
constexpr auto kMark =
    "UPDATE email SET status = 5, reason = ?1, finished_at = ?2 WHERE status = 0 AND id IN (SELECT id FROM "
    "could_be_sent)";

constexpr auto kBeyond =
    "SELECT r.id, r.ordinal FROM recipient r WHERE r.campaign_id = ? AND r.ordinal > ? ORDER BY r.ordinal "
    "LIMIT ?";
constexpr auto kAddUncertain =
    "INSERT INTO email (id, campaign_id, recipient_id, ordinal, mailbox_id, status, due, finished_at, "
    "reason) SELECT ?1, ?2, ?3, ?4, (SELECT mailbox_id FROM campaign_mailbox WHERE campaign_id = ?2 ORDER BY "
    "position LIMIT 1), 5, ?5, ?5, ?6";

/// Emails with a task that was due.
std::int64_t mark_planned(Writer& writer, CampaignId id, WallTime now) {
  auto& db = writer.db;
  Statement(db, kDueTasks).run(id.value, to_micros(now));
  const std::int64_t marked = Statement(db, kMark).run(kReason, to_micros(now));
  Statement(db, "DELETE FROM task WHERE id IN (SELECT id FROM could_be_sent)").run();
  Statement(db, "DROP TABLE could_be_sent").run();
  writer.count(id, EmailStatus::uncertain, marked, now);
  return marked;
}

/// Up to `limit` recipients beyond the plan's cursor.
std::int64_t mark_unplanned(Writer& writer, CampaignId id, std::int64_t limit, WallTime now) {
  auto& db = writer.db;
  Statement cursor(db, "SELECT plan_cursor FROM campaign WHERE id = ?");
  cursor.query(id.value).step();
  std::int64_t reached = cursor.integer(0), marked = 0;
  const TaskId ids = writer.take_task_ids(limit);
  Statement add(db, kAddUncertain), rows(db, kBeyond);
  rows.query(id.value, reached, limit);
  while (rows.step()) {
    reached = rows.integer(1);
    add.run(ids.value + marked, id.value, rows.integer(0), reached, to_micros(now), kReason);
    ++marked;
  }
  rows.reset();
  Statement(db, "UPDATE campaign SET plan_cursor = ?2 WHERE id = ?1").run(id.value, reached);
  writer.count(id, EmailStatus::uncertain, marked, now);
  return marked;
}

constexpr auto kBegun =
    "UPDATE campaign SET status = 2, started_at = coalesce(started_at, scheduled_at) WHERE id = ? AND status "
    "= 1";
// A paused campaign sends nothing before a person resumes it, who must know what to think of first.
constexpr auto kWarnPaused =
    "UPDATE campaign SET why = CASE why WHEN '' THEN ?1 ELSE why || '; ' || ?1 END WHERE status = 3 AND "
    "hidden = 0";

}  // namespace

Result<std::int64_t> SqliteCampaignStore::resume_restored() {
  const auto mark = meta("quarantined_at");
  if (!mark)
    return conflict("not_restored", "This database was not restored from a backup: nothing to resume.");
  const auto time = now();
  const Micros since = time - from_micros(std::stoll(*mark));

  std::int64_t uncertain = 0;
  for (const auto& campaign : read([&](Database& db) { return moving(db, time); })) {
    std::int64_t marked = transact([&](Database&) { return mark_planned(writer_, campaign.id, time); });
    const auto room = std::max<std::int64_t>(0, most_sent(campaign, since) - campaign.marked - marked);
    std::int64_t left = std::min(campaign.total - campaign.plan_cursor, room);
    while (left > 0) {
      const auto piece = transact(
          [&](Database&) { return mark_unplanned(writer_, campaign.id, std::min(left, kPiece), time); });
      if (piece == 0) break;
      left -= piece;
      marked += piece;
    }
    transact([&](Database& db) {
      Statement(db, kBegun).run(campaign.id.value);
      writer_.wake_planner(campaign.id, time);
      writer_.settle(campaign.id);
      return 0;
    });
    uncertain += marked;
  }

  write([&](Database& db) {
    const std::string warning = fmt::format("restored from a backup of {}: was it resumed after that?",
                                            format_rfc3339(from_micros(std::stoll(*mark))));
    Statement(db, kWarnPaused).run(std::string_view{warning});
    writer_.recount_lanes();
    return Statement(db, "DELETE FROM meta WHERE key = 'quarantined_at'").run();
  });
  {
    const std::lock_guard lock(writer_.mutex);
    writer_.quarantined = false;
  }
  writer_.ring();
  return uncertain;
}

}  // namespace postrider::sqlite
