// Emails as their owner sees them, page by page, from either end of the list, or by the start of their
// address. No question walks a whole campaign: a status that few emails have is found by index, pending ones
// by their tasks, sent ones by their blocks. Only pending ones that may lack their tasks, and the sent ones
// of campaigns older than the blocks, are looked for in bounded ranges of ordinals, each in a transaction of
// its own, so that the log can be checkpointed.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>

#include "store/sqlite/campaign_store.h"
#include "store/sqlite/email_view.h"
#include "store/sqlite/sent_blocks.h"

namespace postrider::sqlite {
namespace {

constexpr std::int64_t kRange = 20'000;  // ordinals looked at in one read transaction

/// Which ordinals, and from which end: low and high are not among them.
struct Span {
  std::int64_t low = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
  bool newest_first = false;
  std::string order(std::string_view column) const {
    return fmt::format("ORDER BY {} {} ", column, newest_first ? "DESC" : "ASC");
  }
};

Span span_of(const EmailFilter& filter) {
  Span span{.newest_first = filter.newest_first};
  if (filter.newest_first && filter.before > 0) span.high = filter.before;
  if (!filter.newest_first) span.low = filter.after;
  return span;
}

std::vector<EmailView> collect(Statement& rows) {
  std::vector<EmailView> page;
  while (rows.step()) page.push_back(read_email_view(rows));
  return page;
}

/// Any status, or one address: by the order of the list.
std::vector<EmailView> list(Database& db, CampaignId id, std::optional<EmailStatus> status,
                            std::string_view address, const Span& span, int limit) {
  std::string sql = select_email_view();
  sql += kFromRecipients;
  sql += "WHERE c.id = ?1 AND c.hidden = 0 AND r.ordinal > ?2 AND r.ordinal < ?3 ";
  if (!address.empty())
    sql += "AND r.ordinal = (SELECT ordinal FROM recipient_key WHERE campaign_id = ?1 AND address_key = ?5) ";
  if (status) sql += fmt::format("AND {} = {} ", kDerivedStatus, static_cast<int>(*status));
  sql += span.order("r.ordinal") + "LIMIT ?4";
  Statement rows(db, sql);
  rows.query(id.value, span.low, span.high, limit);
  if (!address.empty()) rows.bind(5, address);
  return collect(rows);
}

/// The key after all that begin with this one.
std::string end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

/// By the order of the addresses, through the table that holds each once.
std::vector<EmailView> list_prefix(Database& db, CampaignId id, const EmailFilter& filter) {
  std::string sql = select_email_view();
  sql +=
      "FROM recipient_key k CROSS JOIN campaign c ON c.id = k.campaign_id CROSS JOIN recipient r ON "
      "r.campaign_id = k.campaign_id AND r.ordinal = k.ordinal "
      "LEFT JOIN email e ON e.campaign_id = r.campaign_id AND e.ordinal = r.ordinal AND e.step = 1 "
      "LEFT JOIN task t ON t.id = e.id "
      "LEFT JOIN attempt a ON a.email_id = e.id AND a.number = e.last_attempt "
      "WHERE k.campaign_id = ?1 AND k.address_key < ?3 AND c.hidden = 0 AND k.address_key ";
  // One lower end, not two: SQLite would go by the first of them.
  const bool goes_on = filter.after_key >= filter.prefix;
  sql += goes_on ? "> ?2 " : ">= ?2 ";
  if (filter.status) sql += fmt::format("AND {} = {} ", kDerivedStatus, static_cast<int>(*filter.status));
  sql += "ORDER BY k.address_key LIMIT ?4";
  const auto end = end_of_prefix(filter.prefix);
  const auto& begin = goes_on ? filter.after_key : filter.prefix;
  Statement rows(db, sql);
  rows.query(id.value, std::string_view{begin}, std::string_view{end}, filter.limit);
  return collect(rows);
}

/// Those the condition finds among the emails with a row; `more` is its parameter ?4.
std::vector<EmailView> list_rows(Database& db, CampaignId id, std::string_view condition, const Span& span,
                                 int limit, std::int64_t more) {
  std::string sql = select_email_view();
  sql += kFromEmails;
  sql += "WHERE c.hidden = 0 AND ";
  sql += condition;
  sql += span.order("e.ordinal") + "LIMIT ?5";
  Statement rows(db, sql);
  rows.query(id.value, span.low, span.high, more, limit);
  return collect(rows);
}

// A status other than pending and sent, by its index; one of those two, within a span of ordinals.
constexpr std::string_view kNotable =
    "e.campaign_id = ?1 AND e.ordinal > ?2 AND e.ordinal < ?3 AND e.status > 1 AND e.status = ?4 ";
constexpr std::string_view kWithin =
    "e.campaign_id = ?1 AND e.ordinal > ?2 AND e.ordinal < ?3 AND +e.status = ?4 ";
// Pending emails with a task. There are about as many as the planner plans ahead, however long the list is;
// the pluses keep SQLite from walking the list instead.
constexpr std::string_view kWithTask =
    "+e.campaign_id = ?1 AND +e.ordinal > ?2 AND +e.ordinal < ?3 AND +e.status = ?4 AND e.id IN (SELECT w.id "
    "FROM lane l CROSS JOIN task w ON w.lane_id = l.id AND w.state = 0 WHERE l.campaign_id = ?1 AND w.kind = 0 "
    "UNION ALL SELECT w.id FROM task w WHERE w.state > 0 AND w.kind = 0) ";

std::vector<EmailView> list_sent(Database& db, CampaignId id, const Span& span, int limit) {
  Statement row(db, select_email_view() + std::string(kFromEmails) +
                        "WHERE e.campaign_id = ?1 AND e.ordinal = ?2 AND c.hidden = 0 AND e.status = 1");
  std::vector<EmailView> page;
  for_each_sent(db, id, span.low, span.high, span.newest_first, [&](std::int64_t ordinal) {
    if (row.query(id.value, ordinal).step()) page.push_back(read_email_view(row));
    return static_cast<int>(page.size()) < limit;
  });
  return page;
}

struct Progress {
  std::int64_t cursor = 0;  ///< emails up to this ordinal have a row
  bool may_lack_tasks = false;
  bool has_blocks = false;
  EmailStatus beyond = EmailStatus::pending;  ///< what those without a row are
};

Progress progress_of(Database& db, CampaignId id) {
  Statement row(
      db,
      "SELECT plan_cursor, purged OR repair_cursor IS NOT NULL, status FROM campaign WHERE id = ? AND "
      "hidden = 0");
  if (!row.query(id.value).step()) return {};
  const bool cancelled = static_cast<CampaignStatus>(row.integer(2)) == CampaignStatus::cancelled;
  return {.cursor = row.integer(0),
          .may_lack_tasks = row.integer(1) != 0,
          .has_blocks = knows_sent(db, id),
          .beyond = cancelled ? EmailStatus::skipped : EmailStatus::pending};
}

void append(std::vector<EmailView>& to, std::vector<EmailView> more) {
  std::ranges::move(more, std::back_inserter(to));
}

}  // namespace

std::vector<EmailView> SqliteCampaignStore::emails(CampaignId id, const EmailFilter& filter) {
  if (!filter.prefix.empty()) return read([&](Database& db) { return list_prefix(db, id, filter); });
  const auto span = span_of(filter);
  if (!filter.status || !filter.address.empty()) {
    return read(
        [&](Database& db) { return list(db, id, filter.status, filter.address, span, filter.limit); });
  }
  const auto status = *filter.status;
  const auto progress = read([&](Database& db) { return progress_of(db, id); });
  std::vector<EmailView> page;
  const auto room = [&] { return filter.limit - static_cast<int>(page.size()); };

  const auto planned = [&] {
    auto rest = span;
    rest.high = std::min(span.high, progress.cursor + 1);
    const bool pending = status == EmailStatus::pending;
    if (pending && !progress.may_lack_tasks) {
      append(page, read([&](Database& db) { return list_rows(db, id, kWithTask, rest, room(), 0); }));
    } else if (status == EmailStatus::sent && progress.has_blocks) {
      append(page, read([&](Database& db) { return list_sent(db, id, rest, room()); }));
    } else if (!pending && status != EmailStatus::sent) {
      append(page, read([&](Database& db) {
               return list_rows(db, id, kNotable, rest, room(), static_cast<int>(status));
             }));
    } else {
      while (rest.low + 1 < rest.high && room() > 0) {
        auto piece = rest;
        if (span.newest_first) {
          piece.low = rest.high = std::max(rest.low, rest.high - 1 - kRange);
          ++rest.high;
        } else {
          rest.low = std::min(rest.high - 1, rest.low + kRange);
          piece.high = rest.low + 1;
        }
        append(page, read([&](Database& db) {
                 return list_rows(db, id, kWithin, piece, room(), static_cast<int>(status));
               }));
      }
    }
  };
  // Recipients the plan has not reached stand at the end of the list.
  const auto unplanned = [&] {
    auto rest = span;
    rest.low = std::max(span.low, progress.cursor);
    if (status != progress.beyond || room() == 0 || rest.low + 1 >= rest.high) return;
    append(page, read([&](Database& db) { return list(db, id, status, {}, rest, room()); }));
  };
  if (span.newest_first) {
    unplanned();
    planned();
  } else {
    planned();
    unplanned();
  }
  return page;
}

Result<std::pair<CampaignId, EmailView>> SqliteCampaignStore::email(EmailId id) {
  return read([&](Database& db) -> Result<std::pair<CampaignId, EmailView>> {
    static const auto kOne =
        select_email_view() + std::string(kFromEmails) + "WHERE e.id = ? AND c.hidden = 0";
    Statement row(db, kOne);
    if (!row.query(id.value).step())
      return not_found("email_not_found", fmt::format("There is no email {}.", id.value));
    return std::pair(CampaignId{row.integer(19)}, read_email_view(row));
  });
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
