// Sessions: logins in browsers. A session ends when it is closed, after 30 days, after 7 days without a
// request, when its account changes its password, is disabled or removed.

#include "store/sqlite/account_store.h"

namespace postrider::sqlite {
namespace {

AccountSession read_row(const Statement& row) {
  return {.hash = std::string{row.text(0)},
          .account = AccountId{row.integer(1)},
          .created = from_micros(row.integer(2)),
          .last_seen = from_micros(row.integer(3)),
          .expires = from_micros(row.integer(4)),
          .address = std::string{row.text(5)}};
}

// The dead of all accounts, a few at a time, and of this one what is beyond its share.
constexpr auto kRemoveExpired =
    "DELETE FROM account_session WHERE hash IN (SELECT hash FROM account_session WHERE expires <= ? ORDER BY expires LIMIT 100)";
constexpr auto kRemoveOldest =
    "DELETE FROM account_session WHERE hash IN (SELECT hash FROM account_session WHERE account_id = ? ORDER BY created DESC "
    "LIMIT -1 OFFSET ?)";
constexpr auto kInsert =
    "INSERT INTO account_session (hash, account_id, created, last_seen, expires, address) VALUES (?, ?, ?, ?, ?, ?)";

}  // namespace

void SqliteAccountStore::open_session(const AccountSession& session) {
  write([&](Database& db) {
    Statement(db, kRemoveExpired).run(to_micros(session.created));
    Statement(db, kRemoveOldest).run(session.account.value, kMostSessions - 1);
    return Statement(db, kInsert)
        .run(std::string_view{session.hash}, session.account.value, to_micros(session.created),
             to_micros(session.last_seen), to_micros(session.expires), std::string_view{session.address});
  });
}

constexpr auto kFind =
    "SELECT s.hash, s.account_id, s.created, s.last_seen, s.expires, s.address, a.name, a.role, "
    "a.created FROM account_session s JOIN account a ON a.id = s.account_id "
    "WHERE s.hash = ? AND s.expires > ? AND s.last_seen > ? AND a.disabled = 0";

std::optional<SignedIn> SqliteAccountStore::find_session(std::string_view hash, WallTime now) {
  return read([&](Database& db) -> std::optional<SignedIn> {
    Statement row(db, kFind);
    if (!row.query(hash, to_micros(now), to_micros(now - kSessionIdle)).step()) return std::nullopt;
    SignedIn found{.session = read_row(row), .account = {}};
    found.account = {.id = found.session.account,
                     .name = std::string{row.text(6)},
                     .role = static_cast<Role>(row.integer(7)),
                     .password_hash = {},
                     .created = from_micros(row.integer(8))};
    return found;
  });
}

void SqliteAccountStore::note_seen(const AccountSession& session, WallTime now) {
  if (now < session.last_seen + kNoteEvery) return;
  write([&](Database& db) {
    return Statement(db, "UPDATE account_session SET last_seen = ?1 WHERE hash = ?2 AND last_seen < ?1")
        .run(to_micros(now), std::string_view{session.hash});
  });
}

bool SqliteAccountStore::close_session(std::string_view hash) {
  return write([&](Database& db) {
           return Statement(db, "DELETE FROM account_session WHERE hash = ?").run(hash);
         }) > 0;
}

int SqliteAccountStore::close_sessions(AccountId account) {
  return write([&](Database& db) {
    return Statement(db, "DELETE FROM account_session WHERE account_id = ?").run(account.value);
  });
}

std::vector<AccountSession> SqliteAccountStore::sessions(AccountId account) {
  return read([&](Database& db) {
    std::vector<AccountSession> all;
    Statement rows(db,
                   "SELECT hash, account_id, created, last_seen, expires, address FROM account_session "
                   "WHERE account_id = ? ORDER BY created DESC LIMIT ?");
    rows.query(account.value, kMostSessions);
    while (rows.step()) all.push_back(read_row(rows));
    return all;
  });
}

}  // namespace postrider::sqlite
