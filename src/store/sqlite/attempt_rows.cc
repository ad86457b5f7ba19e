#include "store/sqlite/attempt_rows.h"

#include "store/sqlite/many_rows.h"

namespace postrider::sqlite {
namespace {

constexpr std::size_t kRowsAtOnce = 10;
constexpr std::string_view kInsert =
    "INSERT INTO attempt (email_id, number, mailbox_id, crew_id, started, ended, charged, disposition, stage, "
    "code, enhanced, server_text, reason, sent_as)";
constexpr std::string_view kRow = "(#, #, #, #, #, #, #, #, #, #, #, #, #, #)";

}  // namespace

AttemptRows::AttemptRows(Database& db)
    : one_(db, many_rows(kInsert, kRow, 1)), many_(db, many_rows(kInsert, kRow, kRowsAtOnce)) {}

void AttemptRows::add(AttemptRow row) {
  rows_.push_back(std::move(row));
}

void AttemptRows::write() {
  std::size_t written = 0;
  for (; rows_.size() - written >= kRowsAtOnce; written += kRowsAtOnce) insert(many_, written, kRowsAtOnce);
  for (; written < rows_.size(); ++written) insert(one_, written, 1);
  rows_.clear();
}

void AttemptRows::insert(Statement& statement, std::size_t first, std::size_t count) {
  statement.query();
  int at = 0;
  const auto bind = [&](const auto&... values) { (statement.bind(++at, values), ...); };
  for (std::size_t n = first; n < first + count; ++n) {
    const auto& row = rows_[n];
    bind(row.email, row.number, row.mailbox, row.crew, row.started, row.ended, row.charged, row.disposition,
         std::string_view{row.stage}, row.code, std::string_view{row.enhanced},
         std::string_view{row.server_text}, std::string_view{row.reason}, std::string_view{row.sent_as});
  }
  statement.finish();
}

}  // namespace postrider::sqlite
