#pragma once
// The table of alerts and the triggers that fill it. A trigger stands in for a line in each place that moves
// a status: none can be forgotten, and the row is in the same transaction. It has no clock of ours: `made`
// stays empty until the row is taken in.

namespace postrider::sqlite {

inline constexpr auto kAlertTables = R"sql(
CREATE TABLE alert (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,               -- 1, 2: a mailbox is paused, stopped; 3, 4, 5: a campaign braked, completed, failed
  subject INTEGER NOT NULL,            -- id of the mailbox or campaign
  state INTEGER NOT NULL DEFAULT 0,    -- 0 to be told, 1 told, 2 given up
  made INTEGER,                        -- NULL: not taken in yet
  tries INTEGER NOT NULL DEFAULT 0,
  next_try INTEGER NOT NULL DEFAULT 0,
  why TEXT NOT NULL,
  trouble TEXT NOT NULL DEFAULT ''     -- of the last try
);
CREATE INDEX alert_to_be_told ON alert(next_try) WHERE state = 0;
CREATE INDEX alert_by_cause ON alert(kind, subject, made);
CREATE TRIGGER mailbox_stands_still AFTER UPDATE OF status ON mailbox
WHEN NEW.status <> OLD.status AND NEW.status IN (1, 2)
BEGIN INSERT INTO alert (kind, subject, why) VALUES (NEW.status, NEW.id, NEW.why); END;
CREATE TRIGGER campaign_comes_to_an_end AFTER UPDATE OF status ON campaign
WHEN NEW.status <> OLD.status AND (NEW.status IN (4, 5) OR (NEW.status = 3 AND NEW.why LIKE 'braked:%'))
BEGIN INSERT INTO alert (kind, subject, why) VALUES (NEW.status, NEW.id, NEW.why); END;
)sql";

/// The way by POST, apart from that by mail. What was there before is not posted later.
inline constexpr auto kAlertPosts = R"sql(
ALTER TABLE alert ADD COLUMN post_state INTEGER NOT NULL DEFAULT 0; -- as state
ALTER TABLE alert ADD COLUMN post_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alert ADD COLUMN post_next_try INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alert ADD COLUMN post_trouble TEXT NOT NULL DEFAULT '';
UPDATE alert SET post_state = 2;
CREATE INDEX alert_to_be_posted ON alert(post_next_try) WHERE post_state = 0;
)sql";

}  // namespace postrider::sqlite
