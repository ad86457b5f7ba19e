// What becomes known of an email after its server took it: it came back, or its recipient complained.

#include <fmt/format.h>

#include "base/text.h"
#include "campaign/suppression.h"
#include "store/sqlite/campaign_store.h"
#include "store/sqlite/open_emails.h"
#include "store/sqlite/sent_blocks.h"

namespace postrider::sqlite {

// By index all the way, as in open_emails.cc. An email whose last attempt did not reach its dot was sent by
// an earlier one, if at all.
constexpr auto kEmailsTo =
    "SELECT e.id, c.id, e.recipient_id, (SELECT a.sent_as FROM attempt a WHERE a.email_id = e.id AND "
    "a.sent_as <> '' ORDER BY a.number DESC LIMIT 1) AS sent_as FROM campaign c "
    "CROSS JOIN recipient_key k ON k.campaign_id = c.id AND k.address_key = ? "
    "CROSS JOIN email e ON e.campaign_id = c.id AND e.ordinal = k.ordinal "
    "WHERE c.hidden = 0 AND c.status > 1 AND sent_as IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM test_mode x WHERE x.campaign_id = c.id) ORDER BY c.id DESC LIMIT 10000";

std::vector<SentEmail> SqliteCampaignStore::emails_to(std::string_view address_key) {
  return read([&](Database& db) {
    std::vector<SentEmail> found;
    Statement rows(db, kEmailsTo);
    rows.query(address_key);
    while (rows.step()) {
      found.push_back({EmailId{rows.integer(0)}, CampaignId{rows.integer(1)}, RecipientId{rows.integer(2)},
                       std::string{rows.text(3)}});
    }
    return found;
  });
}

namespace {

struct Reported {
  CampaignId campaign;
  EmailStatus status = EmailStatus::pending;
  std::string key;
  std::int64_t ordinal = 0;
};

constexpr auto kFind =
    "SELECT e.campaign_id, e.status, r.address_key, e.ordinal FROM email e JOIN recipient r ON r.id = e.recipient_id "
    "JOIN campaign c ON c.id = e.campaign_id WHERE e.id = ? AND c.hidden = 0";

Result<Reported> find(Database& db, EmailId id) {
  Statement row(db, kFind);
  if (!row.query(id.value).step()) {
    return not_found("email_not_found", fmt::format("There is no email {}.", id.value));
  }
  return Reported{CampaignId{row.integer(0)}, static_cast<EmailStatus>(row.integer(1)),
                  std::string{row.text(2)}, row.integer(3)};
}

// The history goes on with the words that came late, and with what made the Message-ID: the last attempt is
// what people are shown.
constexpr auto kAddAttempt =
    "INSERT INTO attempt (email_id, number, mailbox_id, crew_id, started, ended, charged, disposition, stage, "
    "code, enhanced, server_text, reason, sent_as) SELECT e.id, 1 + coalesce((SELECT max(a.number) FROM attempt "
    "a WHERE a.email_id = e.id), 0), e.mailbox_id, ?2, ?3, ?3, 0, 2, 'late', ?4, ?5, ?6, ?7, coalesce((SELECT "
    "a.sent_as FROM attempt a WHERE a.email_id = e.id AND a.sent_as <> '' ORDER BY a.number DESC LIMIT 1), '') "
    "FROM email e WHERE e.id = ?1";
constexpr auto kBounce =
    "UPDATE email SET status = 3, reason = ?2, finished_at = ?3, last_attempt = (SELECT max(a.number) FROM "
    "attempt a WHERE a.email_id = email.id) WHERE id = ?1";

void bounce(Writer& writer, const LateReport& report) {
  const auto now = to_micros(writer.clock.wall_now());
  Statement(writer.db, kAddAttempt)
      .run(report.email.value, writer.crew.value, now, report.code, std::string_view{report.enhanced},
           std::string_view{report.words}, std::string_view{report.reason});
  Statement(writer.db, kBounce).run(report.email.value, std::string_view{report.reason}, now);
}

/// When it came to its present status, as the series counts it.
WallTime ended(Database& db, EmailId id) {
  Statement row(
      db,
      "SELECT coalesce(e.finished_at, a.ended, 0) FROM email e LEFT JOIN attempt a ON a.email_id = e.id "
      "AND a.number = e.last_attempt WHERE e.id = ?");
  return row.query(id.value).step() ? from_micros(row.integer(0)) : WallTime{};
}

/// Whether this was one soft failure too many. As in records.cc, where it happens at the time of sending.
bool is_dead_by_now(Writer& writer, const Reported& email) {
  auto& db = writer.db;
  Statement(db, "INSERT OR IGNORE INTO soft_bounce (address_key, campaign_id, failed) VALUES (?, ?, ?)")
      .run(std::string_view{email.key}, email.campaign.value, to_micros(writer.clock.wall_now()));
  Statement count(db, "SELECT count(*) FROM soft_bounce WHERE address_key = ?");
  count.query(std::string_view{email.key}).step();
  if (count.integer(0) < kSoftCampaigns) return false;
  count.reset();
  Statement(db, "DELETE FROM soft_bounce WHERE address_key = ?").run(std::string_view{email.key});
  return true;
}

}  // namespace

Result<LateAnswer> SqliteCampaignStore::report_late(const LateReport& report) {
  return write([&](Database& db) -> Result<LateAnswer> {
    const auto email = find(db, report.email);
    if (!email) return std::unexpected(email.error());
    LateAnswer answer{.status = email->status};
    Suppression suppression{.key = email->key, .created = now(), .campaign = email->campaign};
    bool suppress = report.complaint;
    if (report.complaint) {
      suppression.kind = SuppressionKind::complained;
      suppression.reason = report.reason;
    } else {
      if (email->status != EmailStatus::sent && email->status != EmailStatus::uncertain) return answer;
      const auto before = ended(db, report.email);
      bounce(writer_, report);
      mark_sent(db, email->campaign, email->ordinal, false);
      writer_.count(email->campaign, email->status, -1, before);
      writer_.count(email->campaign, EmailStatus::bounced, 1, now());
      writer_.settle_anew(email->campaign);
      answer.status = EmailStatus::bounced;
      answer.changed = true;
      suppress = report.suppress || (report.soft && is_dead_by_now(writer_, *email));
      suppression.kind = SuppressionKind::bounced;
      suppression.reason =
          fmt::format("{}: {} {}", report.suppress ? "bounced" : "failed in several campaigns",
                      report.enhanced, one_line(report.words, 200));
    }
    if (!suppress) return answer;
    SuppressAnswer done;
    OpenEmails open(writer_);
    open.suppress(suppression, done);
    open.settle();
    answer.suppressed = done.added > 0;
    answer.changed = answer.changed || done.added > 0;
    answer.cancelled = done.cancelled;
    return answer;
  });
}

}  // namespace postrider::sqlite
