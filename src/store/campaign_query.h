#pragma once
// CampaignQuery: which campaigns to list, in which order, and from where on. Values only.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "campaign/campaign.h"

namespace postrider {

enum class CampaignSort { created, name, status };

/// Where a list goes on: behind this campaign, as it stood when it was listed.
struct CampaignCursor {
  CampaignId id;
  std::string key;  ///< its name, or the number of its status; empty when sorted by creation
  bool operator==(const CampaignCursor&) const = default;
};

struct CampaignQuery {
  std::optional<CampaignStatus> status;
  std::string source;                                     ///< exactly; empty: any
  std::string sheet_id;                                   ///< the sheet its list comes from; empty: any
  std::optional<WallTime> created_after, created_before;  ///< from … on, before …
  std::string name_contains;                              ///< whatever the case; empty: any
  CampaignSort sort = CampaignSort::created;
  bool descending = true;
  std::optional<CampaignCursor> after;  ///< keyset: reads no row before it
  std::int64_t skip = 0;                ///< offset: reads all rows before it
  int limit = 50;
  bool count = false;  ///< how many there are in all, too: reads every campaign
};

struct CampaignPage {
  std::vector<Campaign> campaigns;
  /// Where the next page begins; none: that was the last. With a filter that few campaigns fit a page may
  /// be short, even empty, and still have a next one: no call looks at more than kMostLooked campaigns.
  std::optional<CampaignCursor> next;
  std::optional<std::int64_t> total;  ///< when asked for
};
inline constexpr int kMostLooked = 10'000;

}  // namespace postrider
