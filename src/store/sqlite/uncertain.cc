// Uncertain emails: nobody knows whether they arrived, and they are never resent by themselves. A
// person looks at them here and decides.

#include <fmt/format.h>

#include <limits>

#include "queue/verdict.h"
#include "store/sqlite/campaign_store.h"
#include "store/sqlite/email_view.h"
#include "store/sqlite/sent_blocks.h"

namespace postrider::sqlite {

std::vector<std::pair<CampaignId, EmailView>> SqliteCampaignStore::uncertain(EmailId before, int limit) {
  return read([&](Database& db) {
    std::string sql = select_email_view();
    sql += kFromEmails;
    sql += "WHERE e.status = 5 AND e.id < ?1 AND c.hidden = 0 ORDER BY e.id DESC LIMIT ?2";
    std::vector<std::pair<CampaignId, EmailView>> page;
    Statement rows(db, sql);
    rows.query(before ? before.value : std::numeric_limits<std::int64_t>::max(), limit);
    while (rows.step()) page.emplace_back(CampaignId{rows.integer(19)}, read_email_view(rows));
    return page;
  });
}

namespace {

struct Uncertain {
  CampaignId campaign;
  MailboxId mailbox;
  CampaignStatus status = CampaignStatus::draft;
  int max_tries = 1;
  WallTime since{};  ///< when it became uncertain
  std::int64_t ordinal = 0;
};

constexpr auto kFind =
    "SELECT e.campaign_id, e.mailbox_id, c.status, e.status, c.max_tries, q.max_attempts, "
    "coalesce(e.finished_at, (SELECT ended FROM attempt a WHERE a.email_id = e.id AND a.number = "
    "e.last_attempt), 0), e.ordinal FROM email e "
    "JOIN campaign c ON c.id = e.campaign_id JOIN queue q ON q.id = c.queue_id "
    "WHERE e.id = ? AND c.hidden = 0";

Result<Uncertain> find(Database& db, EmailId id) {
  Statement row(db, kFind);
  if (!row.query(id.value).step()) {
    return not_found("email_not_found",
                     fmt::format("There is no email {}. See `postrider uncertain list`.", id.value));
  }
  const auto status = static_cast<EmailStatus>(row.integer(3));
  if (status != EmailStatus::uncertain) {
    return conflict("email_not_uncertain",
                    fmt::format("Email {} is {}: there is nothing to decide.", id.value, to_string(status)));
  }
  const QueueSettings queue{.max_attempts = static_cast<int>(row.integer(5))};
  return Uncertain{CampaignId{row.integer(0)},
                   MailboxId{row.integer(1)},
                   static_cast<CampaignStatus>(row.integer(2)),
                   retry_rules(row.maybe_count(4), std::nullopt, queue).max_tries,
                   from_micros(row.integer(6)),
                   row.integer(7)};
}

constexpr auto kSettleEmail =
    "UPDATE email SET status = ?2, reason = ?3, finished_at = ?4, "
    "sent_at = CASE WHEN ?2 = 1 THEN coalesce(sent_at, finished_at, (SELECT ended FROM attempt a "
    "WHERE a.email_id = email.id AND a.number = email.last_attempt), ?4) ELSE sent_at END WHERE id = ?1";

// One more attempt, although its tries may be used up: a person asked for it.
constexpr auto kPendAgain =
    "UPDATE email SET status = 0, reason = '', finished_at = NULL, tries = min(tries, ?2 - 1), "
    "first_try = 0 WHERE id = ?1";
constexpr auto kSendingAgain =
    "UPDATE campaign SET status = ?2, completed_at = NULL, why = '', updated = ?3 WHERE id = ?1 AND status "
    "IN (4, 5)";
constexpr auto kLastAttempt = "SELECT coalesce(max(number), 0) FROM attempt WHERE email_id = ?";
constexpr auto kAudit = "INSERT INTO audit (at, who, what) VALUES (?, ?, ?)";

}  // namespace

Result<void> SqliteCampaignStore::resolve_uncertain(EmailId id, Resolution resolution, std::string_view by) {
  return write([&](Database& db) -> Result<void> {
    const auto email = find(db, id);
    if (!email) return std::unexpected(email.error());
    const auto time = now();
    const auto settle_as = [&](EmailStatus status) {
      const std::string reason = fmt::format("Resolved as {} by {}", to_string(status), by);
      Statement(db, kSettleEmail)
          .run(id.value, static_cast<int>(status), std::string_view{reason}, to_micros(time));
      writer_.count(email->campaign, status, 1, time);
    };

    std::string_view decided;
    writer_.count(email->campaign, EmailStatus::uncertain, -1, email->since);
    switch (resolution) {
      case Resolution::sent:
        decided = "sent";
        settle_as(EmailStatus::sent);
        mark_sent(db, email->campaign, email->ordinal, true);
        break;
      case Resolution::failed:
        decided = "failed";
        settle_as(EmailStatus::failed);
        break;
      case Resolution::resend: {
        decided = "to be resent";
        if (email->status == CampaignStatus::cancelled) {
          return conflict(
              "campaign_cancelled",
              fmt::format("Campaign {} was cancelled: its emails cannot be resent. Resolve this one as sent "
                          "or failed.",
                          email->campaign.value));
        }
        if (!Statement(db, "SELECT 1 FROM mailbox WHERE id = ?").query(email->mailbox.value).step()) {
          return conflict("mailbox_removed",
                          "The mailbox it was sent from was removed. Resolve it as sent or failed.");
        }
        Statement last(db, kLastAttempt);
        last.query(id.value).step();
        const int attempt = static_cast<int>(last.integer(0));
        Statement(db, kPendAgain).run(id.value, email->max_tries);
        writer_.add_task(id, writer_.lane(email->campaign, email->mailbox), TaskKind::email, time, attempt);
        Statement(db, kSendingAgain)
            .run(email->campaign.value, static_cast<int>(CampaignStatus::sending), to_micros(time));
        break;
      }
    }
    if (resolution != Resolution::resend) writer_.settle_anew(email->campaign);
    const std::string what = fmt::format("email {} of campaign {}: uncertain, decided {}", id.value,
                                         email->campaign.value, decided);
    Statement(db, kAudit).run(to_micros(time), by, std::string_view{what});
    writer_.refresh_lanes_of(email->campaign);
    return {};
  });
}

}  // namespace postrider::sqlite
