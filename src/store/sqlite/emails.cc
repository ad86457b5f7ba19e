// Emails as their owner sees them, page by page. No question walks a whole campaign in one read
// transaction: a status that few emails have is found by index, any other by looking at bounded
// ranges of ordinals, each in a transaction of its own, so that the log can be checkpointed.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "store/sqlite/campaign_store.h"
#include "store/sqlite/email_view.h"

namespace postrider::sqlite {
namespace {

constexpr std::int64_t kRange = 20'000;  // ordinals looked at in one read transaction

std::vector<EmailView> collect(Statement& rows) {
  std::vector<EmailView> page;
  while (rows.step()) page.push_back(read_email_view(rows));
  return page;
}

/// Any status, or one address: by the order of the list.
std::vector<EmailView> list(Database& db, CampaignId id, const EmailFilter& filter) {
  std::string sql = select_email_view();
  sql += kFromRecipients;
  sql += "WHERE c.id = ?1 AND c.hidden = 0 AND r.ordinal > ?2 ";
  if (!filter.address.empty())
    sql += "AND r.ordinal = (SELECT ordinal FROM recipient_key WHERE campaign_id = ?1 AND address_key = ?4) ";
  if (filter.status) sql += fmt::format("AND {} = {} ", kDerivedStatus, static_cast<int>(*filter.status));
  sql += "ORDER BY r.ordinal LIMIT ?3";
  Statement rows(db, sql);
  rows.query(id.value, filter.after, filter.limit);
  if (!filter.address.empty()) rows.bind(4, std::string_view{filter.address});
  return collect(rows);
}

/// A status other than pending and sent, by its index.
std::vector<EmailView> list_notable(Database& db, CampaignId id, EmailStatus status, std::int64_t after,
                                    int limit) {
  std::string sql = select_email_view();
  sql += kFromEmails;
  sql +=
      "WHERE e.campaign_id = ?1 AND e.status > 1 AND e.status = ?2 AND e.ordinal > ?3 AND c.hidden = 0 "
      "ORDER BY e.ordinal LIMIT ?4";
  Statement rows(db, sql);
  rows.query(id.value, static_cast<int>(status), after, limit);
  return collect(rows);
}

/// Pending or sent, within (after, upto].
std::vector<EmailView> list_range(Database& db, CampaignId id, EmailStatus status, std::int64_t after,
                                  std::int64_t upto, int limit) {
  std::string sql = select_email_view();
  sql += kFromEmails;
  sql +=
      "WHERE e.campaign_id = ?1 AND e.ordinal > ?2 AND e.ordinal <= ?3 AND +e.status = ?4 AND c.hidden = 0 "
      "ORDER BY e.ordinal LIMIT ?5";
  Statement rows(db, sql);
  rows.query(id.value, after, upto, static_cast<int>(status), limit);
  return collect(rows);
}

void append(std::vector<EmailView>& to, std::vector<EmailView> more) {
  std::ranges::move(more, std::back_inserter(to));
}

}  // namespace

std::vector<EmailView> SqliteCampaignStore::emails(CampaignId id, const EmailFilter& filter) {
  if (!filter.status || !filter.address.empty()) {
    return read([&](Database& db) { return list(db, id, filter); });
  }
  const auto status = *filter.status;
  const auto room = [&](const auto& page) { return filter.limit - static_cast<int>(page.size()); };
  std::int64_t cursor = 0;
  CampaignStatus campaign = CampaignStatus::draft;
  read([&](Database& db) {
    Statement row(db, "SELECT plan_cursor, status FROM campaign WHERE id = ? AND hidden = 0");
    if (row.query(id.value).step()) {
      cursor = row.integer(0);
      campaign = static_cast<CampaignStatus>(row.integer(1));
    }
    return 0;
  });

  std::vector<EmailView> page;
  if (status == EmailStatus::pending || status == EmailStatus::sent) {
    for (std::int64_t at = filter.after; at < cursor && room(page) > 0; at += kRange) {
      append(page, read([&](Database& db) {
               return list_range(db, id, status, at, std::min(at + kRange, cursor), room(page));
             }));
    }
  } else {
    page = read([&](Database& db) { return list_notable(db, id, status, filter.after, filter.limit); });
  }
  // Recipients the plan has not reached come last, in the order of the list.
  const auto implied = campaign == CampaignStatus::cancelled ? EmailStatus::skipped : EmailStatus::pending;
  if (status == implied && room(page) > 0) {
    const EmailFilter rest{.status = status, .after = std::max(filter.after, cursor), .limit = room(page)};
    append(page, read([&](Database& db) { return list(db, id, rest); }));
  }
  return page;
}

constexpr auto kAttempts =
    "SELECT number, mailbox_id, started, ended, charged, stage, code, enhanced, server_text, reason, "
    "disposition FROM attempt WHERE email_id = ? ORDER BY number";

std::vector<AttemptView> SqliteCampaignStore::attempts(EmailId id) {
  constexpr std::string_view dispositions[] = {"delivered", "deferred", "refused", "unknown"};
  return read([&](Database& db) {
    std::vector<AttemptView> all;
    Statement rows(db, kAttempts);
    rows.query(id.value);
    while (rows.step()) {
      AttemptView attempt;
      attempt.number = static_cast<int>(rows.integer(0));
      attempt.mailbox = MailboxId{rows.integer(1)};
      attempt.started = from_micros(rows.integer(2));
      attempt.ended = from_micros(rows.integer(3));
      attempt.charged = rows.integer(4) != 0;
      attempt.stage = rows.text(5);
      attempt.code = static_cast<int>(rows.integer(6));
      attempt.enhanced = rows.text(7);
      attempt.server_text = rows.text(8);
      attempt.reason = rows.text(9);
      attempt.disposition = dispositions[rows.integer(10) & 3];
      all.push_back(std::move(attempt));
    }
    return all;
  });
}

}  // namespace postrider::sqlite
