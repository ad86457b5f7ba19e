#pragma once
// The tables and indexes of statistics and lists: one migration, see schema.sql.h.

namespace postrider::sqlite {

// How many emails came to their present final status in which hour, moved with the tally. Those that ended
// before this table was there are counted once, here: as they show, their end is that of their last attempt
// unless their row says it, and of an email without a row that of its cancelled campaign.
inline constexpr const char* kStatisticsSchema = R"sql(
CREATE TABLE series (
  campaign_id INTEGER NOT NULL,
  hour INTEGER NOT NULL,               -- since 1970 (UTC)
  sent INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  bounced INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  uncertain INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign_id, hour)
) WITHOUT ROWID;
CREATE INDEX series_by_hour ON series(hour);
INSERT INTO series (campaign_id, hour, sent, failed, bounced, skipped, uncertain)
  SELECT e.campaign_id, coalesce(e.finished_at, a.ended, 0) / 3600000000, sum(e.status = 1), sum(e.status = 2),
    sum(e.status = 3), sum(e.status = 4), sum(e.status = 5)
  FROM email e LEFT JOIN attempt a ON a.email_id = e.id AND a.number = e.last_attempt
  WHERE e.status > 0 GROUP BY 1, 2;
INSERT INTO series (campaign_id, hour, skipped)
  SELECT id, completed_at / 3600000000, total - plan_cursor FROM campaign
  WHERE status = 6 AND total > plan_cursor AND completed_at IS NOT NULL
  ON CONFLICT (campaign_id, hour) DO UPDATE SET skipped = skipped + excluded.skipped;

CREATE INDEX campaign_by_name ON campaign(name COLLATE NOCASE, id);
CREATE INDEX audit_by_time ON audit(at, id);
CREATE INDEX audit_by_who ON audit(who, at, id);
)sql";

}  // namespace postrider::sqlite
