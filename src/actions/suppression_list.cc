#include "actions/suppression_list.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

#include "actions/csv_writer.h"
#include "base/text.h"
#include "mail/template.h"

namespace postrider {
namespace {

constexpr std::size_t kPiece = 500;
constexpr int kPage = 1000;

/// Where in a row the columns stand; -1: nowhere.
struct Columns {
  int who = -1, reason = -1, kind = -1, since = -1;
};

int column_called(const std::vector<std::string>& headers, std::initializer_list<std::string_view> names) {
  for (const auto name : names) {
    for (std::size_t i = 0; i < headers.size(); ++i) {
      if (field_key(headers[i]) == name) return static_cast<int>(i);
    }
  }
  return -1;
}

Result<Columns> columns_of(const std::vector<std::string>& headers) {
  Columns columns{.who = column_called(headers, {"who", "key", "email", "e mail", "address", "domain"}),
                  .reason = column_called(headers, {"reason"}),
                  .kind = column_called(headers, {"kind"}),
                  .since = column_called(headers, {"since", "created"})};
  if (columns.who < 0 && headers.size() == 1) columns.who = 0;
  if (columns.who < 0) {
    return invalid("no_address_column",
                   "No column of the list is called who, email, address or domain: name one so in its first "
                   "row.");
  }
  return columns;
}

std::string_view cell(const SourceRow& row, int column) {
  return column < 0 ? std::string_view{} : trim(row.values[static_cast<std::size_t>(column)]);
}

Result<Suppression> read(const SourceRow& row, const Columns& columns, WallTime now) {
  if (!row.problem.empty()) return invalid("bad_row", row.problem);
  auto key = suppression_key(cell(row, columns.who));
  if (!key) return std::unexpected(key.error());
  Suppression one{.key = std::move(*key), .reason = one_line(cell(row, columns.reason)), .created = now};
  if (one.reason.empty()) one.reason = "imported";
  if (const auto kind = cell(row, columns.kind); !kind.empty()) {
    const auto known = parse_suppression_kind(kind);
    if (!known) {
      return invalid("bad_kind", fmt::format("\"{}\" is no kind: by_hand, bounced, unsubscribed, complained",
                                             one_line(kind, 40)));
    }
    one.kind = *known;
  }
  if (const auto since = cell(row, columns.since); !since.empty()) {
    const auto moment = parse_rfc3339(since);
    if (!moment) return std::unexpected(moment.error());
    one.created = std::min(*moment, now);
  }
  return one;
}

}  // namespace

Result<SuppressionImport> import_suppressions(ActionContext& context, RecipientSource& list,
                                              const std::function<void(const Reject&)>& rejected) {
  const auto headers = list.headers();
  if (!headers) return std::unexpected(headers.error());
  const auto columns = columns_of(*headers);
  if (!columns) return std::unexpected(columns.error());

  SuppressionImport report;
  std::vector<Suppression> piece;
  const auto flush = [&]() -> Result<void> {
    const auto done = context.store.suppress(piece);
    if (!done) return std::unexpected(done.error());
    report.added += done->added;
    report.known += std::ssize(piece) - done->added;
    report.cancelled += done->cancelled;
    piece.clear();
    return {};
  };
  while (true) {
    const auto row = list.next();
    if (!row || !*row) {
      if (const auto done = flush(); !done) return std::unexpected(done.error());
      if (!row) return std::unexpected(row.error());
      break;
    }
    auto one = read(**row, *columns, context.clock.wall_now());
    if (!one) {
      ++report.bad;
      rejected({(*row)->row, std::string(cell(**row, columns->who)), one.error().message});
      continue;
    }
    piece.push_back(std::move(*one));
    if (piece.size() < kPiece) continue;
    if (const auto done = flush(); !done) return std::unexpected(done.error());
  }
  context.store.audit(context.who,
                      fmt::format("imported {} suppressions from {}", report.added, list.name()));
  return report;
}

Result<std::int64_t> export_suppressions(ActionContext& context, std::ostream& out) {
  CsvWriter csv(out);
  csv.write({"who", "kind", "reason", "campaign", "since"});
  std::int64_t rows = 0;
  std::string after;
  while (out) {
    const auto page = context.store.suppressions(after, kPage);
    for (const auto& one : page) {
      csv.write({one.key, std::string(to_string(one.kind)), one.reason,
                 one.campaign ? std::to_string(one.campaign.value) : "", format_rfc3339(one.created)});
      ++rows;
    }
    if (page.size() < static_cast<std::size_t>(kPage)) break;
    after = page.back().key;
  }
  out.flush();
  if (!out) {
    return unavailable("export_failed",
                       fmt::format("The export broke off after {} rows: no room left?", rows));
  }
  return rows;
}

}  // namespace postrider
