#pragma once
// SheetStore: which campaigns' lists lie in sheets, and how far what became of their emails is written back.
// A row here is the durable task of writing back: it lives on until the sheet shows what the database says.
// One call = one transaction. Blocking. Broken surroundings are a StoreFault. Thread safe.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/time.h"

namespace postrider {

/// A campaign's place in a sheet.
struct SheetLink {
  CampaignId campaign;
  std::string sheet_id;
  std::int64_t tab_id = 0;  ///< its gid
  std::string tab;          ///< its title when it was read
  std::int64_t header_row = 1;
  std::string email_header;   ///< as it stands in the sheet
  std::string status_header;  ///< of the column that is written
  bool write_back = true;
  bool only_unmarked = false;

  std::int64_t anchor = 0;            ///< of the status column, see campaign/sheets.h; 0: none yet
  bool active = false;                ///< started: what becomes of its emails is written back from now on
  int tries = 0;                      ///< that failed, in a row
  std::string trouble_code, trouble;  ///< why it does not go on; empty: it does
  std::optional<WallTime> trouble_since;
  std::optional<WallTime> shown_at;  ///< the sheet was seen to show all that had happened by then
};

class SheetStore {
 public:
  virtual ~SheetStore() = default;

  /// Puts it in the place of the campaign's earlier one; not active.
  virtual void link(const SheetLink& link) = 0;
  virtual std::optional<SheetLink> find(CampaignId campaign) = 0;
  /// Begins to write back, from then on: a campaign was started.
  virtual void activate(CampaignId campaign, WallTime now) = 0;

  virtual void set_anchor(CampaignId campaign, std::int64_t anchor) = 0;

  /// What is to be looked at now, the longest waiting first: active ones whose time has come and whose
  /// campaign has moved since the sheet was last seen to show all of it.
  virtual std::vector<SheetLink> due(WallTime now, int limit) = 0;
  /// A short text that changes whenever an email of the campaign comes to another end.
  virtual std::string mark(CampaignId campaign) = 0;
  /// Addresses (as keys) that left this campaign by its own unsubscribe link.
  virtual std::vector<std::string> left(CampaignId campaign) = 0;

  /// The sheet shows all that the campaign had come to when its mark was `mark`.
  virtual void shown(CampaignId campaign, std::string_view mark, WallTime at) = 0;
  /// Something was written, or is still to be: look again then.
  virtual void look_again(CampaignId campaign, WallTime at) = 0;
  virtual void failed(CampaignId campaign, std::string_view code, std::string_view why, WallTime now,
                      WallTime next) = 0;
  virtual void give_up(CampaignId campaign, std::string_view code, std::string_view why, WallTime now) = 0;
};

}  // namespace postrider
