// A campaign's life, one verb each: start, pause, resume, stop, retry (drawn in campaign/status.h).
// Each is one small transaction whatever the size of the list: it moves the campaign's row, what is
// waiting in its lanes, and the planner's alarm; the rest is the planner's.

#include <fmt/format.h>
#include <boost/json.hpp>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

constexpr std::string_view kCancelled = "Campaign was cancelled";

std::string encode_indices(const std::vector<std::size_t>& indices) {
  boost::json::array array;
  for (const auto index : indices) array.emplace_back(static_cast<std::int64_t>(index));
  return boost::json::serialize(array);
}

std::unexpected<Error> wrong_state(CampaignId id, CampaignStatus status, std::string_view code,
                                   std::string_view rule) {
  return conflict(std::string{code},
                  fmt::format("Campaign {} is {}: {}.", id.value, to_string(status), rule));
}

struct LifeRow {
  CampaignStatus status = CampaignStatus::draft;
  std::int64_t total = 0;
  std::int64_t plan_cursor = 0;
  std::optional<std::int64_t> scheduled_at, started_at;
  bool may_lack_tasks = false;  ///< purged, or its repair has not ended
  int mailboxes = 0;
};

constexpr auto kLifeRow =
    "SELECT status, total, plan_cursor, scheduled_at, started_at, purged OR repair_cursor IS NOT NULL, "
    "(SELECT count(*) FROM campaign_mailbox m WHERE m.campaign_id = campaign.id) "
    "FROM campaign WHERE id = ? AND hidden = 0";

Result<LifeRow> life_row(Database& db, CampaignId id) {
  Statement row(db, kLifeRow);
  if (!row.query(id.value).step()) return no_campaign(id);
  return LifeRow{.status = static_cast<CampaignStatus>(row.integer(0)),
                 .total = row.integer(1),
                 .plan_cursor = row.integer(2),
                 .scheduled_at = row.maybe_integer(3),
                 .started_at = row.maybe_integer(4),
                 .may_lack_tasks = row.integer(5) != 0,
                 .mailboxes = static_cast<int>(row.integer(6))};
}

}  // namespace

constexpr auto kStart =
    "UPDATE campaign SET status = ?2, scheduled_at = ?3, started_at = ?4, required = ?5, updated = ?6, why = "
    "'' WHERE id = ?1";
constexpr auto kTest =
    "INSERT INTO test_mode (campaign_id, tester, tester_key) VALUES (?1, ?2, ?3) "
    "ON CONFLICT (campaign_id) DO UPDATE SET tester = ?2, tester_key = ?3";

Result<void> SqliteCampaignStore::start(CampaignId id, std::optional<WallTime> at,
                                        const std::vector<std::size_t>& required,
                                        const std::optional<TestMode>& test) {
  return write([&](Database& db) -> Result<void> {
    constexpr std::string_view code = "campaign_not_startable";
    const auto row = life_row(db, id);
    if (!row) return std::unexpected(row.error());
    if (row->status != CampaignStatus::draft && row->status != CampaignStatus::scheduled) {
      return wrong_state(id, row->status, code, "only a draft or scheduled campaign can be started");
    }
    if (row->total == 0)
      return wrong_state(id, row->status, code, "it has no recipients; give it a list first");
    if (row->mailboxes == 0)
      return wrong_state(id, row->status, code, "it has no mailbox; give it one first");

    const auto now = this->now();
    const bool later = at && *at > now;
    if (later && row->status == CampaignStatus::scheduled && row->scheduled_at == to_micros(*at)) {
      return wrong_state(id, row->status, code, "it is scheduled for this very time already");
    }
    const auto scheduled = later ? std::optional{to_micros(*at)} : row->scheduled_at;
    const auto started = later ? std::nullopt : std::optional{to_micros(now)};
    const auto status = later ? CampaignStatus::scheduled : CampaignStatus::sending;
    Statement(db, kStart)
        .run(id.value, static_cast<int>(status), scheduled, started,
             std::string_view{encode_indices(required)}, to_micros(now));
    if (test) {
      const auto tester = parse_address(test->tester);
      const std::string key = tester ? tester->key() : std::string();
      Statement(db, kTest).run(id.value, std::string_view{test->tester}, std::string_view{key});
    }
    // An alarm set for an earlier time would start it too soon.
    if (row->status == CampaignStatus::scheduled) writer_.drop_waiting_tasks(id);
    writer_.wake_planner(id, later ? *at : now);
    writer_.refresh_lanes_of(id);
    return {};
  });
}

constexpr auto kPause = "UPDATE campaign SET status = ?2, why = ?3, updated = ?4 WHERE id = ?1";

Result<void> SqliteCampaignStore::pause(CampaignId id, std::string_view why) {
  return write([&](Database& db) -> Result<void> {
    const auto status = status_of(db, id);
    if (!status) return std::unexpected(status.error());
    if (*status != CampaignStatus::sending && *status != CampaignStatus::scheduled) {
      return wrong_state(id, *status, "campaign_not_pausable",
                         "only a sending or scheduled campaign can be paused");
    }
    Statement(db, kPause).run(id.value, static_cast<int>(CampaignStatus::paused), why, to_micros(now()));
    writer_.refresh_lanes_of(id);
    return {};
  });
}

constexpr auto kResume =
    "UPDATE campaign SET status = ?2, why = '', started_at = ?3, updated = ?4, purged = 0, "
    "repair_cursor = CASE WHEN purged THEN 0 ELSE repair_cursor END WHERE id = ?1";

Result<void> SqliteCampaignStore::resume(CampaignId id) {
  return write([&](Database& db) -> Result<void> {
    const auto row = life_row(db, id);
    if (!row) return std::unexpected(row.error());
    if (row->status != CampaignStatus::paused) {
      return wrong_state(id, row->status, "campaign_not_paused", "only a paused campaign can be resumed");
    }
    const auto now = to_micros(this->now());
    // Paused before its time and resumed before its time: it is scheduled again.
    const bool waits = !row->started_at && row->scheduled_at && *row->scheduled_at > now;
    const auto status = waits ? CampaignStatus::scheduled : CampaignStatus::sending;
    const auto started = waits ? std::nullopt : std::optional{row->started_at.value_or(now)};
    Statement(db, kResume).run(id.value, static_cast<int>(status), started, now);
    writer_.wake_planner(id, from_micros(waits ? *row->scheduled_at : now));
    writer_.settle(id);  // the last emails may have ended while it was paused
    writer_.refresh_lanes_of(id);
    return {};
  });
}

// Emails whose task waits; those a worker holds are refused at the gate and skipped there.
constexpr auto kSkipWaiting =
    "UPDATE email SET status = 4, finished_at = ?2, reason = ?3 WHERE status = 0 AND id IN "
    "(SELECT t.id FROM lane l JOIN task t ON t.lane_id = l.id AND t.state = 0 AND t.kind = 0 WHERE "
    "l.campaign_id = ?1)";
// After a purge or during a repair some have none: only then is the whole list looked at.
constexpr auto kSkipWithoutTask =
    "UPDATE email SET status = 4, finished_at = ?2, reason = ?3 WHERE campaign_id = ?1 AND status = 0 "
    "AND NOT EXISTS (SELECT 1 FROM task t WHERE t.id = email.id)";
constexpr auto kStop =
    "UPDATE campaign SET status = ?2, why = '', completed_at = ?3, updated = ?3, purged = 0, repair_cursor = "
    "NULL WHERE id = ?1";
constexpr auto kCommitting =
    "SELECT count(*) FROM lane l JOIN task t ON t.lane_id = l.id AND t.state > 0 WHERE l.campaign_id = ? AND "
    "t.state = 2";

Result<StopAnswer> SqliteCampaignStore::stop(CampaignId id) {
  return write([&](Database& db) -> Result<StopAnswer> {
    const auto row = life_row(db, id);
    if (!row) return std::unexpected(row.error());
    if (row->status != CampaignStatus::sending && row->status != CampaignStatus::scheduled &&
        row->status != CampaignStatus::paused) {
      return wrong_state(id, row->status, "campaign_not_stoppable",
                         "only a sending, scheduled or paused campaign can be stopped");
    }
    const auto now = to_micros(this->now());
    StopAnswer answer;
    answer.skipped = Statement(db, kSkipWaiting).run(id.value, now, kCancelled);
    if (row->may_lack_tasks) answer.skipped += Statement(db, kSkipWithoutTask).run(id.value, now, kCancelled);
    writer_.drop_waiting_tasks(id);
    // Beyond the plan's cursor there are no rows to mark: the campaign's status says it for them.
    answer.skipped += row->total - row->plan_cursor;
    writer_.count(id, EmailStatus::skipped, answer.skipped, from_micros(now));
    Statement(db, kStop).run(id.value, static_cast<int>(CampaignStatus::cancelled), now);
    Statement committing(db, kCommitting);
    committing.query(id.value).step();
    answer.in_flight = committing.integer(0);
    writer_.refresh_lanes_of(id);
    return answer;
  });
}

// A mailbox that was removed meanwhile hands its failed emails to the campaign's first.
constexpr auto kRetryEmails =
    "UPDATE email SET status = 0, tries = 0, first_try = 0, resends = 0, finished_at = NULL, reason = '', "
    "mailbox_id = CASE WHEN mailbox_id IN (SELECT mailbox_id FROM campaign_mailbox WHERE campaign_id = ?1) "
    "THEN mailbox_id ELSE (SELECT mailbox_id FROM campaign_mailbox WHERE campaign_id = ?1 ORDER BY position "
    "LIMIT 1) END WHERE campaign_id = ?1 AND status > 1 AND status = 2";
// Before they are pending again: in which hours they failed.
constexpr auto kFailedHours =
    "SELECT coalesce(e.finished_at, a.ended, 0) / 3600000000 AS hour, count(*) FROM email e LEFT JOIN attempt a "
    "ON a.email_id = e.id AND a.number = e.last_attempt WHERE e.campaign_id = ?1 AND e.status > 1 AND e.status "
    "= 2 GROUP BY hour";
constexpr auto kRetry =
    "UPDATE campaign SET status = ?2, why = '', completed_at = NULL, updated = ?3, "
    "repair_cursor = 0 WHERE id = ?1";

Result<std::int64_t> SqliteCampaignStore::retry(CampaignId id) {
  return write([&](Database& db) -> Result<std::int64_t> {
    constexpr std::string_view code = "campaign_not_retryable";
    const auto row = life_row(db, id);
    if (!row) return std::unexpected(row.error());
    if (row->status != CampaignStatus::completed && row->status != CampaignStatus::failed) {
      return wrong_state(id, row->status, code, "only a completed or failed campaign can be retried");
    }
    if (row->mailboxes == 0) {
      return wrong_state(id, row->status, code, "its mailbox was removed; duplicate it and choose another");
    }
    Statement hours(db, kFailedHours);
    for (hours.query(id.value); hours.step();) {
      const WallTime ended{std::chrono::hours{hours.integer(0)}};
      writer_.count(id, EmailStatus::failed, -hours.integer(1), ended);
    }
    const std::int64_t emails = Statement(db, kRetryEmails).run(id.value);
    if (emails == 0) return wrong_state(id, row->status, code, "none of its emails failed");
    const auto now = this->now();
    Statement(db, "DELETE FROM brake WHERE campaign_id = ?").run(id.value);
    Statement(db, kRetry).run(id.value, static_cast<int>(CampaignStatus::sending), to_micros(now));
    writer_.wake_planner(id, now);
    writer_.refresh_lanes_of(id);
    return emails;
  });
}

}  // namespace postrider::sqlite
