// Mailboxes: the accounts we send from. Settings are the user's; status, slots and faults are the
// crew's and are never touched by an update.

#include <fmt/format.h>

#include "store/sqlite/campaign_store.h"

namespace postrider::sqlite {
namespace {

constexpr auto kSelect =
    "SELECT id, name, sender, sender_name, host, port, tls, user, password_sealed, cap_24h, per_minute, "
    "sessions, from_environment, mock, status, why, paused_until, faults_in_a_row, next_slot, created, pin, "
    "quota_clock, size_limit, ifnull((SELECT pem FROM mailbox_ca WHERE mailbox_id = mailbox.id), ''), "
    "ifnull(f.postal_address, ''), ifnull(f.footer, ''), ifnull(f.unsubscribe_address, ''), "
    "o.mailbox_id, o.client_id, o.client_secret_sealed, o.refresh_token_sealed, o.token_uri, o.scope, o.revision "
    "FROM mailbox LEFT JOIN mailbox_footer f ON f.mailbox_id = mailbox.id "
    "LEFT JOIN mailbox_oauth o ON o.mailbox_id = mailbox.id ";

Mailbox read_row(const Statement& row) {
  Mailbox mailbox;
  mailbox.id = MailboxId{row.integer(0)};
  mailbox.name = row.text(1);
  mailbox.from = row.text(2);
  mailbox.from_name = row.text(3);
  mailbox.host = row.text(4);
  mailbox.port = static_cast<std::uint16_t>(row.integer(5));
  mailbox.tls = static_cast<Tls>(row.integer(6));
  mailbox.user = row.text(7);
  mailbox.password_sealed = row.text(8);
  mailbox.cap_24h = static_cast<int>(row.integer(9));
  mailbox.per_minute = static_cast<int>(row.integer(10));
  mailbox.sessions = static_cast<int>(row.integer(11));
  mailbox.from_environment = row.integer(12) != 0;
  mailbox.mock = row.integer(13) != 0;
  mailbox.status = static_cast<MailboxStatus>(row.integer(14));
  mailbox.why = row.text(15);
  if (const auto until = row.maybe_integer(16)) mailbox.paused_until = from_micros(*until);
  mailbox.faults_in_a_row = static_cast<int>(row.integer(17));
  mailbox.next_slot = from_micros(row.integer(18));
  mailbox.created = from_micros(row.integer(19));
  mailbox.pin = row.text(20);
  mailbox.quota_clock = row.text(21);
  mailbox.size_limit = row.integer(22);
  mailbox.ca_pem = row.text(23);
  mailbox.postal_address = row.text(24);
  mailbox.footer = row.text(25);
  mailbox.unsubscribe_address = row.text(26);
  if (row.maybe_integer(27)) {
    mailbox.oauth = MailboxOAuth{.client_id = std::string(row.text(28)),
                                 .client_secret_sealed = std::string(row.text(29)),
                                 .refresh_token_sealed = std::string(row.text(30)),
                                 .token_uri = std::string(row.text(31)),
                                 .scope = std::string(row.text(32)),
                                 .revision = row.integer(33)};
  }
  return mailbox;
}

std::unexpected<Error> no_mailbox(std::string_view which) {
  return not_found("mailbox_not_found",
                   fmt::format("There is no mailbox {}. See `postrider mailbox list`.", which));
}

/// The id that has this name, 0 if none has.
std::int64_t id_of(Database& db, std::string_view name) {
  Statement row(db, "SELECT id FROM mailbox WHERE name = ?");
  return row.query(name).step() ? row.integer(0) : 0;
}

std::unexpected<Error> name_taken(std::string_view name) {
  return conflict(
      "mailbox_exists",
      fmt::format("There is a mailbox {} already. Choose another name, or update that one.", name));
}

constexpr auto kInsert =
    "INSERT INTO mailbox (name, sender, sender_name, host, port, tls, user, password_sealed, cap_24h, "
    "per_minute, sessions, from_environment, mock, pin, quota_clock, created) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

constexpr auto kUpdate =
    "UPDATE mailbox SET name=?, sender=?, sender_name=?, host=?, port=?, tls=?, user=?, password_sealed=?, "
    "cap_24h=?, per_minute=?, sessions=?, from_environment=?, mock=?, pin=?, quota_clock=? WHERE id=?";

template <class... More>
int run_settings(Statement& statement, const Mailbox& m, const More&... more) {
  return statement.run(std::string_view{m.name}, std::string_view{m.from}, std::string_view{m.from_name},
                       std::string_view{m.host}, static_cast<int>(m.port), static_cast<int>(m.tls),
                       std::string_view{m.user}, std::string_view{m.password_sealed}, m.cap_24h, m.per_minute,
                       m.sessions, m.from_environment, m.mock, std::string_view{m.pin},
                       std::string_view{m.quota_clock}, more...);
}

void write_ca(Database& db, std::int64_t mailbox, std::string_view pem) {
  if (pem.empty()) {
    Statement(db, "DELETE FROM mailbox_ca WHERE mailbox_id = ?").run(mailbox);
  } else {
    Statement(db, "INSERT OR REPLACE INTO mailbox_ca (mailbox_id, pem) VALUES (?, ?)").run(mailbox, pem);
  }
}

void write_footer(Database& db, std::int64_t mailbox, const Mailbox& says) {
  if (says.postal_address.empty() && says.footer.empty() && says.unsubscribe_address.empty()) {
    Statement(db, "DELETE FROM mailbox_footer WHERE mailbox_id = ?").run(mailbox);
  } else {
    Statement(db,
              "INSERT OR REPLACE INTO mailbox_footer (mailbox_id, postal_address, footer, "
              "unsubscribe_address) VALUES (?, ?, ?, ?)")
        .run(mailbox, std::string_view{says.postal_address}, std::string_view{says.footer},
             std::string_view{says.unsubscribe_address});
  }
}

/// An unchanged revision stays as it is: its refresh token may have been renewed since it was read.
constexpr auto kWriteOAuth =
    "INSERT INTO mailbox_oauth (mailbox_id, client_id, client_secret_sealed, refresh_token_sealed, token_uri, scope, "
    "revision) VALUES (?,?,?,?,?,?,?) ON CONFLICT (mailbox_id) DO UPDATE SET client_id = excluded.client_id, "
    "client_secret_sealed = excluded.client_secret_sealed, refresh_token_sealed = excluded.refresh_token_sealed, "
    "token_uri = excluded.token_uri, scope = excluded.scope, revision = excluded.revision "
    "WHERE revision <> excluded.revision";

void write_oauth(Database& db, std::int64_t mailbox, const std::optional<MailboxOAuth>& oauth) {
  if (!oauth) {
    Statement(db, "DELETE FROM mailbox_oauth WHERE mailbox_id = ?").run(mailbox);
  } else {
    Statement(db, kWriteOAuth)
        .run(mailbox, std::string_view{oauth->client_id}, std::string_view{oauth->client_secret_sealed},
             std::string_view{oauth->refresh_token_sealed}, std::string_view{oauth->token_uri},
             std::string_view{oauth->scope}, oauth->revision);
  }
}

}  // namespace

Result<MailboxId> SqliteCampaignStore::add_mailbox(const Mailbox& mailbox) {
  return write([&](Database& db) -> Result<MailboxId> {
    if (id_of(db, mailbox.name) != 0) return name_taken(mailbox.name);
    Statement insert(db, kInsert);
    run_settings(insert, mailbox, to_micros(now()));
    const auto id = db.last_id();
    write_ca(db, id, mailbox.ca_pem);
    write_footer(db, id, mailbox);
    write_oauth(db, id, mailbox.oauth);
    return MailboxId{id};
  });
}

Result<void> SqliteCampaignStore::update_mailbox(const Mailbox& mailbox) {
  return write([&](Database& db) -> Result<void> {
    const auto holder = id_of(db, mailbox.name);
    if (holder != 0 && holder != mailbox.id.value) return name_taken(mailbox.name);
    Statement update(db, kUpdate);
    if (run_settings(update, mailbox, mailbox.id.value) == 0)
      return no_mailbox(fmt::to_string(mailbox.id.value));
    write_ca(db, mailbox.id.value, mailbox.ca_pem);
    write_footer(db, mailbox.id.value, mailbox);
    write_oauth(db, mailbox.id.value, mailbox.oauth);
    // A lane that waited for the old cap looks again.
    Statement(db, "UPDATE lane SET not_before = 0 WHERE mailbox_id = ?").run(mailbox.id.value);
    writer_.refresh_lanes_of(mailbox.id);
    return {};
  });
}

constexpr auto kFirstUser =
    "SELECT c.name FROM campaign_mailbox m JOIN campaign c ON c.id = m.campaign_id "
    "WHERE m.mailbox_id = ? AND c.status IN (0, 1, 2, 3) AND c.hidden = 0 ORDER BY c.id LIMIT 1";
constexpr auto kTasksLeft =
    "SELECT 1 FROM lane l JOIN task t ON t.lane_id = l.id WHERE l.mailbox_id = ? LIMIT 1";

Result<void> SqliteCampaignStore::remove_mailbox(MailboxId id) {
  return write([&](Database& db) -> Result<void> {
    Statement user(db, kFirstUser);
    if (user.query(id.value).step()) {
      return conflict("mailbox_in_use",
                      fmt::format("Campaign \"{}\" still sends from this mailbox. Stop or delete the "
                                  "campaign, or give it another mailbox.",
                                  user.text(0)));
    }
    Statement tasks(db, kTasksLeft);
    if (tasks.query(id.value).step()) {
      return conflict("mailbox_in_use", "An email of this mailbox is on its way. Try again in a moment.");
    }
    // Ended campaigns keep their emails' history; they only lose an account they could go on with.
    Statement(db, "DELETE FROM campaign_mailbox WHERE mailbox_id = ?").run(id.value);
    Statement(db, "DELETE FROM lane WHERE mailbox_id = ?").run(id.value);
    Statement(db, "DELETE FROM mailbox_slot WHERE mailbox_id = ?").run(id.value);
    write_ca(db, id.value, {});
    write_footer(db, id.value, {});
    write_oauth(db, id.value, {});
    if (Statement(db, "DELETE FROM mailbox WHERE id = ?").run(id.value) == 0) {
      return no_mailbox(fmt::to_string(id.value));
    }
    return {};
  });
}

std::vector<Mailbox> SqliteCampaignStore::mailboxes() {
  return read([&](Database& db) {
    std::vector<Mailbox> all;
    Statement rows(db, std::string(kSelect) + "ORDER BY name");
    while (rows.step()) all.push_back(read_row(rows));
    return all;
  });
}

Result<Mailbox> SqliteCampaignStore::find_mailbox(std::string_view name) {
  return read([&](Database& db) -> Result<Mailbox> {
    Statement row(db, std::string(kSelect) + "WHERE name = ?");
    if (!row.query(name).step()) return no_mailbox(name);
    return read_row(row);
  });
}

Result<Mailbox> SqliteCampaignStore::mailbox(MailboxId id) {
  return read([&](Database& db) -> Result<Mailbox> {
    Statement row(db, std::string(kSelect) + "WHERE id = ?");
    if (!row.query(id.value).step()) return no_mailbox(fmt::to_string(id.value));
    return read_row(row);
  });
}

constexpr auto kResume =
    "UPDATE mailbox SET status = 0, why = '', paused_until = NULL, faults_in_a_row = 0 WHERE id = ?";

Result<void> SqliteCampaignStore::resume_mailbox(MailboxId id) {
  return write([&](Database& db) -> Result<void> {
    if (Statement(db, kResume).run(id.value) == 0) return no_mailbox(fmt::to_string(id.value));
    writer_.refresh_lanes_of(id);
    return {};
  });
}

constexpr auto kKeepRefreshToken =
    "UPDATE mailbox_oauth SET refresh_token_sealed = ?3 WHERE mailbox_id = ?1 AND revision = ?2";

void SqliteCampaignStore::keep_refresh_token(MailboxId id, std::int64_t revision, std::string_view sealed) {
  write([&](Database& db) -> Result<void> {
    Statement(db, kKeepRefreshToken).run(id.value, revision, sealed);
    return {};
  });
}

void SqliteCampaignStore::note_size_limit(MailboxId id, std::int64_t limit) {
  write([&](Database& db) -> Result<void> {
    Statement(db, "UPDATE mailbox SET size_limit = ?2 WHERE id = ?1 AND size_limit <> ?2")
        .run(id.value, limit);
    return {};
  });
}

// The send log is kept for capped mailboxes only: without a cap nobody asks it before sending.
constexpr auto kSlots = "SELECT count(*) FROM mailbox_slot WHERE mailbox_id = ? AND taken > ? AND taken <= ?";

std::int64_t SqliteCampaignStore::sent_last_24h(MailboxId id, WallTime now) {
  return read([&](Database& db) {
    Statement row(db, kSlots);
    row.query(id.value, to_micros(now - std::chrono::hours{24}), to_micros(now)).step();
    return row.integer(0);
  });
}

}  // namespace postrider::sqlite
