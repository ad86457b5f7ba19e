// Purge: a queue loses all its waiting emails' tasks at once. The campaigns they belonged to are
// paused and say so, so that no email is ever without a task in silence; resume makes new tasks for
// exactly those that lost theirs.

#include <fmt/format.h>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

struct Affected {
  CampaignId id;
  bool sending = false;
  std::int64_t past_gate = 0;  ///< emails whose dot may be out: they end in their true state
};

constexpr auto kAffected =
    "SELECT c.id, c.status = 2, (SELECT count(*) FROM lane l JOIN task t ON t.lane_id = l.id AND t.state = 2 "
    "WHERE l.campaign_id = c.id AND t.kind = 0) FROM campaign c "
    "WHERE c.queue_id = ? AND c.status IN (2, 3) AND c.hidden = 0";

std::vector<Affected> affected(Database& db, QueueId queue) {
  std::vector<Affected> all;
  Statement rows(db, kAffected);
  rows.query(queue.value);
  while (rows.step()) all.push_back({CampaignId{rows.integer(0)}, rows.integer(1) != 0, rows.integer(2)});
  return all;
}

constexpr auto kPurge =
    "DELETE FROM task WHERE kind = 0 AND state = 0 AND lane_id IN (SELECT id FROM lane WHERE queue_id = ?)";
constexpr auto kNoWaiting = "UPDATE lane SET waiting = 0 WHERE queue_id = ? AND mailbox_id <> 0";
constexpr auto kPause =
    "UPDATE campaign SET status = ?2, purged = 1, why = CASE WHEN ?3 OR why = '' THEN ?4 ELSE why || '; ' || "
    "?4 END, updated = ?5 WHERE id = ?1";

}  // namespace

Result<std::int64_t> SqliteCampaignStore::purge_queue(QueueId id, std::string_view local_time) {
  return write([&](Database& db) -> Result<std::int64_t> {
    const auto time = to_micros(now());
    if (Statement(db, "UPDATE queue SET purged_at = ?2, untouched = 0 WHERE id = ?1").run(id.value, time) ==
        0) {
      return not_found("queue_not_found",
                       fmt::format("There is no queue {}. See `postrider queue list`.", id.value));
    }
    const std::int64_t removed = Statement(db, kPurge).run(id.value);
    Statement(db, kNoWaiting).run(id.value);
    for (const auto& campaign : affected(db, id)) {
      // Emails the plan has not reached yet count too: they wait in this queue as well.
      const auto without = writer_.counts(campaign.id).pending - campaign.past_gate;
      if (without <= 0) continue;
      const std::string why = fmt::format("queue purged {}, {} emails without a task", local_time, without);
      Statement(db, kPause)
          .run(campaign.id.value, static_cast<int>(CampaignStatus::paused), campaign.sending,
               std::string_view{why}, time);
    }
    writer_.refresh_lanes_of(id);
    return removed;
  });
}

}  // namespace postrider::sqlite
