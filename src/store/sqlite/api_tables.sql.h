#pragma once
// The tables of who may ask, of what was asked with a key of its own, and of templates: a migration each, see
// schema.sql.h.

namespace postrider::sqlite {

// Who may ask. Of passwords and tokens only hashes are here.
inline constexpr const char* kAccountTables = R"sql(
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,       -- in lower case
  role INTEGER NOT NULL,
  password_hash TEXT NOT NULL,         -- argon2id
  created INTEGER NOT NULL,
  disabled INTEGER NOT NULL DEFAULT 0
);

-- One-time links that make an account.
CREATE TABLE invitation (
  hash TEXT PRIMARY KEY,               -- SHA-256 of its token, as in the tables below
  setup INTEGER NOT NULL,              -- makes the first owner
  role INTEGER NOT NULL,
  invited_by TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE api_key (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role INTEGER,
  scopes TEXT NOT NULL,                -- words, one space between
  prefix TEXT NOT NULL,
  created INTEGER NOT NULL,
  last_used INTEGER,                   -- to the minute
  expires INTEGER,
  revoked INTEGER
);

CREATE TABLE account_session (
  hash TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL,
  created INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,          -- to the minute
  expires INTEGER NOT NULL,
  address TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX account_session_by_account ON account_session(account_id, created);
CREATE INDEX account_session_by_expiry ON account_session(expires);

-- Failed logins of an account's name or a caller's address.
CREATE TABLE login_throttle (
  key TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  last_failure INTEGER NOT NULL,
  blocked_until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX login_throttle_by_age ON login_throttle(last_failure);
)sql";

// Requests with an Idempotency-Key.
inline constexpr const char* kRequestTables = R"sql(
CREATE TABLE keyed_request (           -- with an Idempotency-Key, kept for a day
  caller TEXT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,               -- SHA-256 of what was asked
  created INTEGER NOT NULL,
  state INTEGER NOT NULL,              -- 0 at work, 1 answered, 2 nobody knows
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  location TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (caller, key)
) WITHOUT ROWID;
CREATE INDEX keyed_request_by_age ON keyed_request(created);
)sql";

// Subjects and messages kept for use in campaigns, and what they were before.
inline constexpr const char* kTemplateTables = R"sql(
CREATE TABLE template (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,              -- in lower case
  description TEXT NOT NULL,
  subject TEXT NOT NULL,
  format INTEGER NOT NULL,
  variables TEXT NOT NULL,             -- JSON array
  names_variables INTEGER NOT NULL,    -- a person named them
  version INTEGER NOT NULL,            -- of subject, message and format
  changes INTEGER NOT NULL,            -- of anything
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  message TEXT NOT NULL                -- last: lists are read without it
);
CREATE INDEX template_by_name ON template(name_key);

CREATE TABLE template_version (
  id INTEGER PRIMARY KEY,
  template_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  subject TEXT NOT NULL,
  format INTEGER NOT NULL,
  saved INTEGER NOT NULL,
  saved_by TEXT NOT NULL,
  message TEXT NOT NULL
);
CREATE UNIQUE INDEX template_version_once ON template_version(template_id, number);

-- What a campaign was filled from; the template may be gone.
ALTER TABLE campaign_content ADD COLUMN template_id INTEGER;
ALTER TABLE campaign_content ADD COLUMN template_version INTEGER;
)sql";

}  // namespace postrider::sqlite
