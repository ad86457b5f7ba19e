#include "store/sqlite/email_view.h"

#include <fmt/format.h>

#include "store/values.h"

namespace postrider::sqlite {

std::string select_email_view() {
  return fmt::format(
      "SELECT e.id, r.ordinal, r.source_row, r.address, r.name, r.vals, {}, e.mailbox_id, e.tries, "
      "c.max_tries, "
      "coalesce(t.due, e.due), e.sent_at, e.finished_at, e.code, e.enhanced, e.server_text, "
      "coalesce(e.reason, CASE WHEN c.status = 6 THEN 'Campaign was cancelled' ELSE '' END), "
      "CASE WHEN e.id IS NULL AND c.status = 6 THEN c.completed_at END, c.id ",
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
  email.max_tries = static_cast<int>(row.integer(9));
  email.due = maybe_time(10);
  email.sent_at = maybe_time(11);
  email.finished_at = maybe_time(row.is_null(12) ? 17 : 12);
  email.code = static_cast<int>(row.integer(13));
  email.enhanced = row.text(14);
  email.server_text = row.text(15);
  email.reason = row.text(16);
  return email;
}

}  // namespace postrider::sqlite
