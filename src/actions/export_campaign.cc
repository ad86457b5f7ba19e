#include "actions/export_campaign.h"

#include <fmt/format.h>

#include <algorithm>

#include "actions/csv_writer.h"
#include "actions/message_ids.h"
#include "base/text.h"

namespace postrider {

namespace {

constexpr int kPage = 1000;

const std::vector<std::string> kFixed = {"ordinal",     "row",     "email",     "name", "status",
                                         "planned",     "sent_at", "tries",     "code", "enhanced",
                                         "server_text", "reason",  "message_id"};

std::string when(const std::optional<WallTime>& t) {
  return t ? format_rfc3339(*t) : std::string();
}

/// The list's columns to write. One that is called like ours is prefixed, so that every header is
/// there once; `email` and `name` are left out where the import added them for the message's
/// sake (at the end), for they would say the same twice.
struct ListColumn {
  std::size_t index;
  std::string header;
};
std::vector<ListColumn> list_columns(const Campaign& campaign) {
  std::vector<ListColumn> columns;
  for (std::size_t i = 0; i < campaign.columns.size(); ++i) {
    const auto& header = campaign.columns[i].header;
    const bool added = i + 2 >= campaign.columns.size() && (header == "email" || header == "name");
    if (added) continue;
    const bool ours =
        std::ranges::any_of(kFixed, [&](const auto& name) { return equals_ignoring_case(name, header); });
    columns.push_back({i, ours ? "list_" + header : header});
  }
  return columns;
}

}  // namespace

Result<std::int64_t> export_campaign(ActionContext& context, CampaignId id, std::ostream& out) {
  const auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  const auto columns = list_columns(*campaign);
  CsvWriter csv(out);
  auto header = kFixed;
  for (const auto& column : columns) header.push_back(column.header);
  csv.write(header);

  const MessageIds message_ids(context);
  std::int64_t rows = 0;
  EmailFilter filter{.status = {}, .address = {}, .after = 0, .limit = kPage};
  while (out) {
    auto page = context.store.emails(id, filter);
    for (auto& email : page) {
      message_ids.fill(id, email);
      std::vector<std::string> cells = {std::to_string(email.ordinal),
                                        std::to_string(email.source_row),
                                        email.address,
                                        email.name,
                                        std::string(to_string(email.status)),
                                        when(email.due),
                                        when(email.sent_at),
                                        std::to_string(email.tries),
                                        email.code == 0 ? "" : std::to_string(email.code),
                                        email.enhanced,
                                        email.server_text,
                                        email.reason,
                                        email.message_id};
      for (const auto& column : columns) {
        cells.push_back(column.index < email.values.size() ? email.values[column.index] : "");
      }
      csv.write(cells);
      ++rows;
    }
    if (page.size() < static_cast<std::size_t>(kPage)) break;
    filter.after = page.back().ordinal;
  }
  out.flush();
  if (!out)
    return unavailable("export_failed",
                       fmt::format("The export broke off after {} rows: no room left?", rows));
  return rows;
}

}  // namespace postrider
