// The tasks that wait in a queue or are under way, and what a person does to a single one of them.

#include <fmt/format.h>

#include "store/sqlite/campaign_store.h"
#include "store/sqlite/open_emails.h"

namespace postrider::sqlite {
namespace {

constexpr int kLookedAt = 5'000;  // tasks, for one page of a queue that has few of them

constexpr std::string_view kSelect =
    "SELECT t.id, t.kind, t.state, l.campaign_id, l.mailbox_id, t.due, t.attempt, r.address, l.queue_id, "
    "coalesce(c.started_at, c.created) "
    "FROM task t CROSS JOIN lane l ON l.id = t.lane_id CROSS JOIN campaign c ON c.id = l.campaign_id "
    "LEFT JOIN email e ON e.id = t.id AND t.kind = 0 LEFT JOIN recipient r ON r.id = e.recipient_id ";

TaskView read_row(const Statement& row) {
  return {.id = TaskId{row.integer(0)},
          .kind = static_cast<TaskKind>(row.integer(1)),
          .state = static_cast<TaskState>(row.integer(2)),
          .campaign = CampaignId{row.integer(3)},
          .mailbox = MailboxId{row.integer(4)},
          .due = from_micros(row.integer(5)),
          .attempts = static_cast<int>(row.integer(6)),
          .address = std::string{row.text(7)},
          .queue = QueueId{row.integer(8)},
          .created = from_micros(row.integer(9))};
}

/// The last of the tasks behind `after` that one page may look at, and whether there are more.
std::pair<TaskId, bool> reach(Database& db, TaskId after) {
  Statement row(db, "SELECT max(id), count(*) FROM (SELECT id FROM task WHERE id > ? ORDER BY id LIMIT ?)");
  row.query(after.value, kLookedAt).step();
  return {TaskId{row.integer(0)}, row.integer(1) == kLookedAt};
}

std::unexpected<Error> no_task(EmailId id) {
  return not_found("task_not_found",
                   fmt::format("Email {} has no task that waits or is under way.", id.value));
}

}  // namespace

std::vector<TaskView> SqliteCampaignStore::tasks(QueueId id, TaskId after, int limit) {
  return read([&](Database& db) {
    std::vector<TaskView> page;
    Statement rows(db, std::string(kSelect) + "WHERE t.id > ?2 AND l.queue_id = ?1 ORDER BY t.id LIMIT ?3");
    rows.query(id.value, after.value, limit);
    while (rows.step()) page.push_back(read_row(rows));
    return page;
  });
}

TaskPage SqliteCampaignStore::email_tasks(QueueId id, TaskId after, int limit) {
  return read([&](Database& db) {
    TaskPage page;
    const auto [last, more] = reach(db, after);
    Statement rows(db, std::string(kSelect) +
                           "WHERE t.id > ?2 AND t.id <= ?3 AND t.kind = 0 AND l.queue_id = ?1 "
                           "ORDER BY t.id LIMIT ?4");
    rows.query(id.value, after.value, last.value, limit);
    while (rows.step()) page.tasks.push_back(read_row(rows));
    if (std::ssize(page.tasks) == limit) {
      page.next = page.tasks.back().id;
    } else if (more) {
      page.next = last;
    }
    return page;
  });
}

Result<TaskView> SqliteCampaignStore::email_task(EmailId id) {
  return read([&](Database& db) -> Result<TaskView> {
    Statement row(db, std::string(kSelect) + "WHERE t.id = ? AND t.kind = 0");
    if (!row.query(id.value).step()) return no_task(id);
    return read_row(row);
  });
}

Result<void> SqliteCampaignStore::hasten_email(EmailId id) {
  return write([&](Database& db) -> Result<void> {
    Statement lane(db, "SELECT lane_id FROM task WHERE id = ? AND kind = 0");
    if (!lane.query(id.value).step()) return no_task(id);
    const auto time = to_micros(now());
    Statement(db, "UPDATE task SET due = ?2 WHERE id = ?1 AND state = 0 AND due > ?2").run(id.value, time);
    writer_.refresh_lane(LaneId{lane.integer(0)});
    return {};
  });
}

Result<CampaignId> SqliteCampaignStore::skip_email(EmailId id, std::string_view reason) {
  return write([&](Database&) -> Result<CampaignId> {
    OpenEmails open(writer_);
    const auto campaign = open.skip(id, reason);
    if (campaign) open.settle();
    return campaign;
  });
}

}  // namespace postrider::sqlite
