#include "store/sqlite/email_view.h"

#include <fmt/format.h>

#include "queue/verdict.h"
#include "store/values.h"

namespace postrider::sqlite {

std::string select_email_view() {
  return fmt::format(
      "SELECT e.id, r.ordinal, r.source_row, r.address, r.name, r.vals, {}, e.mailbox_id, e.tries, "
      "c.max_tries, (SELECT q.max_attempts FROM queue q WHERE q.id = c.queue_id), "
      "coalesce(t.due, e.due), "
      "CASE WHEN e.status = 1 THEN coalesce(e.sent_at, a.ended) END, "
      "coalesce(e.finished_at, CASE WHEN e.status > 0 THEN a.ended END), a.code, a.enhanced, a.server_text, "
      "coalesce(e.reason, CASE WHEN c.status = 6 THEN 'Campaign was cancelled' ELSE '' END), "
      "CASE WHEN e.id IS NULL AND c.status = 6 THEN c.completed_at END, c.id, r.id, a.sent_as, a.ended ",
      kDerivedStatus);
}

EmailView read_email_view(const Statement& row) {
  const auto maybe_time = [&](int column) -> std::optional<WallTime> {
    const auto value = row.maybe_integer(column);
    return value ? std::optional{from_micros(*value)} : std::nullopt;
  };
  EmailView email;
  email.id = EmailId{row.integer(0)};
  email.ordinal = row.integer(1);
  email.source_row = row.integer(2);
  email.address = row.text(3);
  email.name = row.text(4);
  email.values = decode_values(row.text(5));
  email.status = static_cast<EmailStatus>(row.integer(6));
  email.mailbox = MailboxId{row.integer(7)};
  email.tries = static_cast<int>(row.integer(8));
  const QueueSettings queue{.max_attempts = static_cast<int>(row.integer(10))};
  email.max_tries = retry_rules(row.maybe_count(9), std::nullopt, queue).max_tries;
  email.due = maybe_time(11);
  email.sent_at = maybe_time(12);
  email.finished_at = maybe_time(row.is_null(13) ? 18 : 13);
  email.code = static_cast<int>(row.integer(14));
  email.enhanced = row.text(15);
  email.server_text = row.text(16);
  email.reason = row.text(17);
  email.recipient = RecipientId{row.integer(20)};
  email.sent_as = row.text(21);
  email.tried_at = maybe_time(22);
  return email;
}

}  // namespace postrider::sqlite
