#pragma once
// The schema of the SQLite store. Migrations only move forward; number n is kMigrations[n-1] and
// user_version says how many have run. Times are microseconds since 1970 (UTC), enums the numbers
// of their C++ enums. AUTOINCREMENT or the sequence wherever an id leaves the house: ids are never used
// again.

#include <array>

#include "store/sqlite/alarm_states.h"
#include "store/sqlite/alert_tables.sql.h"
#include "store/sqlite/api_tables.sql.h"
#include "store/sqlite/http_tables.sql.h"
#include "store/sqlite/sheet_tables.sql.h"
#include "store/sqlite/statistics.sql.h"

namespace postrider::sqlite {

inline constexpr std::array kMigrations = {
    R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE crew (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  joined INTEGER NOT NULL,
  process INTEGER NOT NULL             -- pid, for people
);

CREATE TABLE mailbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  sender TEXT NOT NULL,                -- From and envelope
  sender_name TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  tls INTEGER NOT NULL,
  user TEXT NOT NULL,
  password_sealed TEXT NOT NULL,
  cap_24h INTEGER NOT NULL,
  per_minute INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  from_environment INTEGER NOT NULL DEFAULT 0,
  mock INTEGER NOT NULL DEFAULT 0,
  status INTEGER NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '',
  paused_until INTEGER,
  faults_in_a_row INTEGER NOT NULL DEFAULT 0,
  next_slot INTEGER NOT NULL DEFAULT 0, -- pace: no gate opens before
  created INTEGER NOT NULL
);

-- The send log of capped mailboxes: one row a slot taken, kept 24 hours.
CREATE TABLE mailbox_slot (
  mailbox_id INTEGER NOT NULL,
  taken INTEGER NOT NULL,
  email_id INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, taken, email_id)
) WITHOUT ROWID;

CREATE TABLE queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  per_second REAL NOT NULL,            -- 0: no limit
  concurrent INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  max_retry INTEGER NOT NULL,
  min_backoff INTEGER NOT NULL,
  max_backoff INTEGER NOT NULL,
  max_doublings INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0,
  purged_at INTEGER,
  tokens REAL NOT NULL DEFAULT 0,
  refilled INTEGER NOT NULL DEFAULT 0,
  created INTEGER NOT NULL
);

-- What every attempt reads stands first, the long texts last: SQLite reads a row only as far as it
-- must, and a long row goes on in pages of its own.
CREATE TABLE campaign (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  status INTEGER NOT NULL,
  queue_id INTEGER NOT NULL REFERENCES queue(id),
  pace_min INTEGER NOT NULL,
  pace_max INTEGER NOT NULL,
  window TEXT NOT NULL,                -- '' or "start end weekdays zone"
  seed INTEGER NOT NULL,
  max_tries INTEGER,                   -- NULL: its queue's
  max_age INTEGER,                     -- NULL: its queue's
  on_uncertain INTEGER NOT NULL,
  skip_unresolved INTEGER NOT NULL,
  brake_refusals INTEGER NOT NULL,
  brake_percent INTEGER NOT NULL,
  total INTEGER NOT NULL DEFAULT 0,    -- recipients
  plan_cursor INTEGER NOT NULL DEFAULT 0, -- ordinals up to here have an email row and had a task
  plan_task INTEGER,                   -- id of its plan task while there is one
  repair_cursor INTEGER,               -- while set: emails above it, up to plan_cursor, may lack a task
  purged INTEGER NOT NULL DEFAULT 0,   -- a purge took tasks away; resume sets repair_cursor
  hidden INTEGER NOT NULL DEFAULT 0,   -- being copied or removed: nobody sees it; what a crash leaves goes at the next open
  generation INTEGER NOT NULL DEFAULT 0,
  backed_up INTEGER,                   -- for a restored database
  scheduled_at INTEGER, started_at INTEGER, completed_at INTEGER,
  created INTEGER NOT NULL, updated INTEGER NOT NULL,
  why TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL,
  required TEXT NOT NULL DEFAULT '[]', -- JSON, column indices that must not be empty
  source TEXT NOT NULL,
  columns TEXT NOT NULL,               -- JSON [{header, empty, empty_rows}]
  description TEXT NOT NULL,
  subject TEXT NOT NULL,
  message TEXT NOT NULL
);
CREATE INDEX campaign_by_status ON campaign(status, id);

CREATE TABLE campaign_mailbox (
  campaign_id INTEGER NOT NULL REFERENCES campaign(id),
  position INTEGER NOT NULL,
  mailbox_id INTEGER NOT NULL REFERENCES mailbox(id),
  next_free INTEGER NOT NULL DEFAULT 0, -- the plan's next slot there
  PRIMARY KEY (campaign_id, position)
) WITHOUT ROWID;
CREATE INDEX campaign_mailbox_by_mailbox ON campaign_mailbox(mailbox_id);

-- The last 200 finished emails of a campaign, newest last: '.' fine, 'x' refused for good. Apart from
-- its row, for this moves with every group of emails.
CREATE TABLE brake (
  campaign_id INTEGER PRIMARY KEY,
  recent TEXT NOT NULL
);

-- Counters move in the transaction of what they count: one row per campaign and crew.
CREATE TABLE tally (
  campaign_id INTEGER NOT NULL,
  crew_id INTEGER NOT NULL,
  sent INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  bounced INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  uncertain INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (campaign_id, crew_id)
) WITHOUT ROWID;

CREATE TABLE recipient (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  campaign_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  source_row INTEGER NOT NULL,
  address TEXT NOT NULL,
  address_key TEXT NOT NULL,
  name TEXT NOT NULL,
  vals TEXT NOT NULL                   -- JSON array, in the order of campaign.columns
);
CREATE UNIQUE INDEX recipient_in_list ON recipient(campaign_id, ordinal);

-- Each address once in a campaign. A table of its own, because it is filled in key order at the end
-- of an import: as an index it would be written at random, ten times the size of the list.
CREATE TABLE recipient_key (
  campaign_id INTEGER NOT NULL,
  address_key TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  PRIMARY KEY (campaign_id, address_key)
) WITHOUT ROWID;

-- An email is a task and has its id; it outlives the task's row. What came of it stands in its
-- attempts and is not repeated here: sending an email changes three small numbers of this row.
CREATE TABLE email (
  id INTEGER PRIMARY KEY,
  campaign_id INTEGER NOT NULL,
  recipient_id INTEGER NOT NULL,
  step INTEGER NOT NULL DEFAULT 1,
  ordinal INTEGER NOT NULL,
  mailbox_id INTEGER NOT NULL,
  status INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  first_try INTEGER NOT NULL DEFAULT 0,
  resends INTEGER NOT NULL DEFAULT 0,  -- automatic ones after an unknown outcome; at most 1
  last_attempt INTEGER NOT NULL DEFAULT 0, -- number of the last one on record; 0: none
  due INTEGER NOT NULL,                -- as first planned
  sent_at INTEGER,                     -- NULL where the last attempt says it
  finished_at INTEGER,                 -- NULL where the last attempt says it
  reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX email_once ON email(campaign_id, ordinal, step);
CREATE INDEX email_uncertain ON email(id) WHERE status = 5;
-- Everything but pending and sent, so that sending an email never touches it.
CREATE INDEX email_notable ON email(campaign_id, status, ordinal) WHERE status > 1;

CREATE TABLE lane (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  queue_id INTEGER NOT NULL,
  campaign_id INTEGER NOT NULL,
  mailbox_id INTEGER NOT NULL,         -- 0: the campaign's plan task
  waiting INTEGER NOT NULL DEFAULT 0,  -- tasks SCHEDULED
  running INTEGER NOT NULL DEFAULT 0,  -- tasks RUNNING or COMMITTING
  not_before INTEGER NOT NULL DEFAULT 0, -- window: nothing is claimed before
  wake INTEGER,                        -- when a claim may find work; NULL: never, until something changes
  served INTEGER NOT NULL DEFAULT 0    -- last claim; the fair share goes by it
);
CREATE UNIQUE INDEX lane_once ON lane(campaign_id, mailbox_id);
CREATE INDEX lane_by_wake ON lane(wake) WHERE wake IS NOT NULL;
CREATE INDEX lane_by_mailbox ON lane(mailbox_id);
CREATE INDEX lane_by_queue ON lane(queue_id);

-- Where ids of tasks (and so of emails) come from, many at a time; never used again.
CREATE TABLE sequence (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO sequence (name, last) VALUES ('task', 0);

CREATE TABLE task (
  id INTEGER PRIMARY KEY,              -- from the sequence
  lane_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  due INTEGER NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  crew_id INTEGER NOT NULL DEFAULT 0,
  started INTEGER NOT NULL DEFAULT 0   -- of the running attempt
);
CREATE INDEX task_due ON task(lane_id, due, id) WHERE state = 0;

-- Append-only: one row a try that ended.
CREATE TABLE attempt (
  email_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  mailbox_id INTEGER NOT NULL,
  crew_id INTEGER NOT NULL,
  started INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  charged INTEGER NOT NULL,
  disposition INTEGER NOT NULL,
  stage TEXT NOT NULL,
  code INTEGER NOT NULL,
  enhanced TEXT NOT NULL,
  server_text TEXT NOT NULL,
  reason TEXT NOT NULL,
  sent_as TEXT NOT NULL,               -- domain of the From, if it reached its dot: part of the Message-ID
  PRIMARY KEY (email_id, number)
) WITHOUT ROWID;

CREATE TABLE suppression (
  key TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  created INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  what TEXT NOT NULL
);
)sql",
    R"sql(
ALTER TABLE mailbox ADD COLUMN pin TEXT NOT NULL DEFAULT '';         -- of the server's public key
ALTER TABLE mailbox ADD COLUMN quota_clock TEXT NOT NULL DEFAULT '';
ALTER TABLE mailbox ADD COLUMN size_limit INTEGER NOT NULL DEFAULT 0; -- as the server last said

-- Further authorities. Apart from the mailbox's row, for that is written with every slot taken.
CREATE TABLE mailbox_ca (
  mailbox_id INTEGER PRIMARY KEY REFERENCES mailbox(id),
  pem TEXT NOT NULL
);
)sql",
    R"sql(
-- Campaigns in which an address failed for what may pass (a full mailbox). Three make a suppression.
CREATE TABLE soft_bounce (
  address_key TEXT NOT NULL,
  campaign_id INTEGER NOT NULL,
  failed INTEGER NOT NULL,             -- when
  PRIMARY KEY (address_key, campaign_id)
) WITHOUT ROWID;
CREATE TRIGGER soft_bounce_goes_with_its_campaign AFTER DELETE ON campaign
BEGIN DELETE FROM soft_bounce WHERE campaign_id = OLD.id; END;
)sql",
    // What the message is made of besides subject and message, apart from the campaign's row, which every
    // attempt reads. Campaigns made before have no row here and are plain text.
    R"sql(
CREATE TABLE campaign_content (
  campaign_id INTEGER PRIMARY KEY,
  format INTEGER NOT NULL,
  bad_rows INTEGER NOT NULL DEFAULT 0, -- of its list, left out at import
  duplicate_rows INTEGER NOT NULL DEFAULT 0,
  suppressed_rows INTEGER NOT NULL DEFAULT 0,
  from_name TEXT NOT NULL,
  reply_to TEXT NOT NULL,
  headers TEXT NOT NULL,               -- JSON array of "Name: template"
  text TEXT NOT NULL                   -- template of the text part; '': made from the message
);

CREATE TABLE attachment (
  campaign_id INTEGER NOT NULL,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  size INTEGER NOT NULL,
  bytes BLOB NOT NULL,                 -- last: names are read without it
  PRIMARY KEY (campaign_id, position)
);

-- Campaigns in test mode, and only these. Nothing of them reaches anybody of their list.
CREATE TABLE test_mode (
  campaign_id INTEGER PRIMARY KEY,
  tester TEXT NOT NULL,                -- '': the catch log
  tester_key TEXT NOT NULL             -- as suppressions spell it
);
)sql",
    // What a campaign's owner filled in that has no effect now, kept for when it is switched on. Apart from
    // the campaign's row, which every attempt reads. Campaigns made before have no row here.
    R"sql(
CREATE TABLE campaign_form (
  campaign_id INTEGER PRIMARY KEY,
  pace_min INTEGER NOT NULL,
  pace_max INTEGER NOT NULL,
  window TEXT NOT NULL,
  sheet_id TEXT NOT NULL,
  sheet_range TEXT NOT NULL,
  start_at INTEGER                     -- when a draft is meant to start
);
CREATE TRIGGER campaign_form_goes_with_its_campaign AFTER DELETE ON campaign
BEGIN DELETE FROM campaign_form WHERE campaign_id = OLD.id; END;
)sql",
    kAccountTables,
    kRequestTables,
    kTemplateTables,
    kStatisticsSchema,
    R"sql(
ALTER TABLE suppression ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE suppression ADD COLUMN campaign_id INTEGER; -- left, complained of, or bounced; NULL: none
UPDATE suppression SET kind = 1 WHERE reason LIKE 'bounced: %' OR reason LIKE 'failed in % campaigns: %';

-- What a mailbox adds to its messages. Apart from its row, for that is written with every slot taken.
CREATE TABLE mailbox_footer (
  mailbox_id INTEGER PRIMARY KEY REFERENCES mailbox(id),
  postal_address TEXT NOT NULL,
  footer TEXT NOT NULL,                -- template
  unsubscribe_address TEXT NOT NULL    -- '': the mailbox's From
);

ALTER TABLE campaign_content ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE campaign_content ADD COLUMN list_unsubscribe INTEGER NOT NULL DEFAULT 1;
)sql",
    kAlertTables,
    kSheetTables,
    kAlertPosts,
    // How mailboxes log in by OAuth. Apart from the mailbox's row, for that is written with every slot taken.
    R"sql(
CREATE TABLE mailbox_oauth (
  mailbox_id INTEGER PRIMARY KEY REFERENCES mailbox(id),
  client_id TEXT NOT NULL,
  client_secret_sealed TEXT NOT NULL,  -- '': the client has none
  refresh_token_sealed TEXT NOT NULL,
  token_uri TEXT NOT NULL,
  scope TEXT NOT NULL,
  revision INTEGER NOT NULL            -- a person's change makes another one, a renewed refresh token does not
);
)sql",
    // Where the sent emails of a list stand (sent_blocks.h). Campaigns made before go without.
    R"sql(
CREATE TABLE sent_block (
  campaign_id INTEGER NOT NULL,
  block INTEGER NOT NULL,              -- ordinal / 64
  bits INTEGER NOT NULL,               -- 1 << ordinal % 64 where the email is sent
  PRIMARY KEY (campaign_id, block)
) WITHOUT ROWID;
INSERT INTO meta (key, value)
  VALUES ('sent_blocks_after', coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'campaign'), 0));
)sql",
    // What ties the column of statuses to the sheet; 0: not yet.
    "ALTER TABLE campaign_sheet ADD COLUMN anchor INTEGER NOT NULL DEFAULT 0;",
    kAlarmTable,
    kHttpTables,
    // Whether a queue is as the first start made it. Of older databases the settings tell.
    R"sql(
ALTER TABLE queue ADD COLUMN untouched INTEGER NOT NULL DEFAULT 0; -- nobody has created, changed, paused or purged it
UPDATE queue SET untouched = 1
  WHERE name = 'email-campaign-queue' AND per_second = 0 AND concurrent = 1000 AND max_attempts = 3
    AND max_retry = 3600000000 AND min_backoff = 300000000 AND max_backoff = 3600000000 AND max_doublings = 16
    AND paused = 0 AND purged_at IS NULL;
)sql",
};

}  // namespace postrider::sqlite
