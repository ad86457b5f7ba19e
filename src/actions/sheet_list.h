#pragma once
// Lists in Google Sheets: looked at, judged, and read into campaigns.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "actions/context.h"
#include "actions/create_campaign.h"
#include "campaign/sheets.h"

namespace postrider {

inline constexpr const char* kStatusHeader = "Email Status";

/// Which sheet, which part of it, and what is done with it.
struct SheetRequest {
  std::string sheet;  ///< an id, or the address in the browser
  std::string range;  ///< "Leads!A3:F"; empty: all of the tab
  ColumnNames columns = {};
  std::string status_header = kStatusHeader;  ///< of the column that statuses are written to
  bool write_back = true;
  bool only_unmarked = false;  ///< rows with a status are left out
};

/// Beyond the errors of campaign/sheets.h: bad_sheet_id, bad_sheet_range, no_header, no_email_column,
/// no_such_column, bad_status_column; sheets_not_configured where there are no credentials.

struct SheetPreview {
  std::string sheet_id, title, tab;
  std::int64_t rows = 0;  ///< beneath the header, blank ones left out
  std::vector<std::string> headers;
  std::optional<std::string> email_column, name_column;
  std::int64_t valid = 0, invalid = 0, duplicates = 0;  ///< rows by their address
  std::vector<std::vector<std::string>> sample;         ///< the first rows beneath the header
};

/// Reads the range once. A sheet without an address column has a preview, too, for whoever wants to see why.
Result<SheetPreview> preview_sheet(ActionContext& context, const SheetRequest& request, int sample_rows);

/// A draft with its list from a sheet; if that cannot be read, there is no draft.
Result<CreatedCampaign> create_from_sheet(ActionContext& context, const CampaignChange& settings,
                                          const SheetRequest& request,
                                          const std::function<void(const Reject&)>& rejected);

/// Reads a sheet into a draft, in the place of the list it has.
Result<CreatedCampaign> read_sheet_list(ActionContext& context, CampaignId id, const SheetRequest& request,
                                        const std::function<void(const Reject&)>& rejected);

/// What is asked for a campaign whose list was read from a sheet; nothing: it was not.
std::optional<SheetRequest> sheet_of(ActionContext& context, const Campaign& campaign);

/// The tab of a campaign's list as it is now, whatever its name is by then.
Result<SheetTab> tab_of(const SheetOutline& outline, const SheetLink& link);

/// Makes the column of statuses if it is not there, anchors it, and finds out whether it may be written.
Result<void> prepare_write_back(ActionContext& context, const SheetLink& link);

}  // namespace postrider
