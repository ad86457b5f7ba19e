#include "actions/export_campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"

namespace postrider {

namespace {

constexpr int kPage = 250;  // rows may be long

const std::vector<std::string> kFixed = {"ordinal",     "row",     "email",     "name", "status",
                                         "planned",     "sent_at", "tries",     "code", "enhanced",
                                         "server_text", "reason",  "message_id"};

std::string when(const std::optional<WallTime>& t) {
  return t ? format_rfc3339(*t) : std::string();
}

}  // namespace

/// One that is called like ours is prefixed, so that every header is there once; `email` and `name` are
/// left out where the import added them for the message's sake (at the end), for they would say the same
/// twice.
std::vector<CampaignExport::ListColumn> CampaignExport::list_columns(const Campaign& campaign) {
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

CampaignExport::CampaignExport(const ActionContext& context, const Campaign& campaign)
    : store_(context.store), id_(campaign.id), message_ids_(context), columns_(list_columns(campaign)) {}

Result<CampaignExport> CampaignExport::begin(const ActionContext& context, CampaignId id) {
  const auto campaign = context.store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  return CampaignExport(context, *campaign);
}

void CampaignExport::write_header(CsvWriter& csv) const {
  auto header = kFixed;
  for (const auto& column : columns_) header.push_back(column.header);
  csv.write(header);
}

void CampaignExport::write_row(CsvWriter& csv, EmailView& email) {
  message_ids_.fill(id_, email);
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
  for (const auto& column : columns_) {
    cells.push_back(column.index < email.values.size() ? email.values[column.index] : "");
  }
  csv.write(cells);
}

bool CampaignExport::next(std::string& out) {
  std::ostringstream piece;
  CsvWriter csv(piece);
  auto page = store_.emails(id_, {.status = {}, .address = {}, .after = after_, .limit = kPage});
  if (after_ == 0) write_header(csv);
  for (auto& email : page) write_row(csv, email);
  rows_ += std::ssize(page);
  if (!page.empty()) after_ = page.back().ordinal;
  out += piece.view();
  return std::ssize(page) == kPage;
}

Result<std::int64_t> export_campaign(ActionContext& context, CampaignId id, std::ostream& out) {
  auto rows = CampaignExport::begin(context, id);
  if (!rows) return std::unexpected(rows.error());
  bool more = true;
  while (more && out) {
    std::string piece;
    more = rows->next(piece);
    out << piece;
  }
  out.flush();
  if (!out) {
    return unavailable("export_failed",
                       fmt::format("The export broke off after {} rows: no room left?", rows->rows()));
  }
  return rows->rows();
}

}  // namespace postrider
