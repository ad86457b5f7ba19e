#pragma once
// The tables of queues of HTTP tasks. A task costs one row and no index entry where it is due when it is
// created, has no name of its own and succeeds; what else a task needs, it pays for itself.

namespace postrider::sqlite {

inline constexpr auto kHttpTables = R"sql(
CREATE TABLE http_queue (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: what a deleted queue left behind goes by and by
  project TEXT NOT NULL,
  location TEXT NOT NULL,
  name TEXT NOT NULL,
  state INTEGER NOT NULL,
  rate REAL NOT NULL,
  concurrent INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  max_retry INTEGER NOT NULL,
  min_backoff INTEGER NOT NULL,
  max_backoff INTEGER NOT NULL,
  max_doublings INTEGER NOT NULL,
  sampling REAL NOT NULL,
  purged_at INTEGER,
  purged INTEGER NOT NULL DEFAULT 0,   -- the number of the last task that a purge removed
  last INTEGER NOT NULL DEFAULT 0,     -- the number of the last task that was created
  claimed INTEGER NOT NULL DEFAULT 0,  -- immediate tasks up to this number were given out
  tokens REAL NOT NULL DEFAULT 0,
  refilled INTEGER NOT NULL DEFAULT 0,
  throttle REAL NOT NULL DEFAULT 1,
  throttled INTEGER NOT NULL DEFAULT 0,
  UNIQUE (project, location, name)
);

-- A task is not given out yet where it waits for a time (due > 0), or where it has none (due IS NULL: it was
-- due when it was created) and a number above its queue's `claimed`. Under way it is -due, which has the
-- length of the due time, so that the row is written over where it stands.
CREATE TABLE http_task (
  key INTEGER PRIMARY KEY,             -- see http_key.h
  queue_id INTEGER NOT NULL,
  id TEXT,                             -- as its caller named it; NULL: made of the key
  due INTEGER,
  created INTEGER NOT NULL,
  deadline INTEGER NOT NULL,           -- of a dispatch, in milliseconds
  method INTEGER NOT NULL,
  url TEXT NOT NULL,
  headers TEXT NOT NULL,               -- "Name:value\n" each
  token TEXT,                          -- kind, service account, "\n", audience
  dispatches INTEGER,                  -- NULL, as all below: it has had none
  responses INTEGER,
  executions INTEGER,
  first_dispatch INTEGER,
  last_schedule INTEGER,
  last_dispatch INTEGER,
  last_response INTEGER,
  last_status INTEGER,
  body TEXT NOT NULL
);
CREATE INDEX http_task_waiting ON http_task(queue_id, due) WHERE due > 0;

-- The names that callers gave. A name without its task is that of one that has ended, and is taken still.
CREATE TABLE http_task_name (
  queue_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (queue_id, id)
) WITHOUT ROWID;
-- Names of tasks that have ended, in the order of their ends: those in front are the next to be free again.
-- Apart from the names, which lie in no order that helps: a row at the end costs less than a change of one.
CREATE TABLE http_task_tombstone (
  place INTEGER PRIMARY KEY,
  ended INTEGER NOT NULL,
  queue_id INTEGER NOT NULL,
  id TEXT NOT NULL,
  key INTEGER NOT NULL
);

-- The attempts of one claim, while one of them is under way: what a crash leaves to be tried again. A row a
-- claim costs less than a change of each task's row.
CREATE TABLE http_claim (
  id INTEGER PRIMARY KEY,
  dispatched INTEGER NOT NULL,
  tasks TEXT NOT NULL                  -- see http_attempts.h
);

CREATE TABLE http_queue_tombstone (
  project TEXT NOT NULL,
  location TEXT NOT NULL,
  name TEXT NOT NULL,
  deleted INTEGER NOT NULL,
  PRIMARY KEY (project, location, name)
) WITHOUT ROWID;

-- Purged and deleted queues whose tasks' rows are still there. Nobody sees these tasks any more.
CREATE TABLE http_removal (
  queue_id INTEGER PRIMARY KEY,
  up_to INTEGER NOT NULL,              -- the number of the last task that goes
  ended INTEGER                        -- NULL: the queue is gone, and its names go too
);
INSERT INTO meta (key, value) VALUES ('http_task_ids', lower(hex(randomblob(16))));
)sql";

}  // namespace postrider::sqlite
