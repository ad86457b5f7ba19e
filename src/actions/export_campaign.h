#pragma once
// The account of a campaign: one CSV row per recipient with state, times, tries and the server's
// words, then the list's own columns. Taken page by page, so that its memory does not grow with
// the list, and written to be read back as a list.

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "actions/context.h"
#include "actions/csv_writer.h"
#include "actions/message_ids.h"

namespace postrider {

/// An export on its way, for whoever can only take it piece by piece. Not thread safe.
class CampaignExport {
 public:
  static Result<CampaignExport> begin(const ActionContext& context, CampaignId id);
  /// Puts the next rows (the first time: the header, too) at the end of `out`; false: those were the last.
  /// A fault when the database cannot be read.
  bool next(std::string& out);
  std::int64_t rows() const { return rows_; }

 private:
  /// A column of the list that is written.
  struct ListColumn {
    std::size_t index;
    std::string header;
  };
  CampaignExport(const ActionContext& context, const Campaign& campaign);
  static std::vector<ListColumn> list_columns(const Campaign& campaign);
  void write_header(CsvWriter& csv) const;
  void write_row(CsvWriter& csv, EmailView& email);

  CampaignStore& store_;
  CampaignId id_;
  MessageIds message_ids_;
  std::vector<ListColumn> columns_;
  std::int64_t after_ = 0, rows_ = 0;
};

/// How many rows were written. An error when `out` takes no more (disk full).
Result<std::int64_t> export_campaign(ActionContext& context, CampaignId id, std::ostream& out);

}  // namespace postrider
