#pragma once
// Statistics as the store keeps them: a series of what came to a final status when, and totals over all
// campaigns. Values only.

#include <chrono>
#include <cstdint>
#include <map>

#include "base/time.h"
#include "campaign/status.h"

namespace postrider {

enum class SeriesUnit { hour, day };  ///< both of UTC

inline constexpr auto kLongestSeries = std::chrono::days{400};

/// Emails whose present status is final and was reached from `start` on, before the next point. An email
/// is counted once: retried or decided anew it moves to when that ended. Pending is always 0.
struct SeriesPoint {
  WallTime start{};
  Counts counts;
};

/// Over all campaigns that are not deleted.
struct Totals {
  std::map<CampaignStatus, std::int64_t> campaigns;
  std::int64_t recipients = 0;
  Counts counts;
  std::int64_t campaigns_in(CampaignStatus status) const {
    const auto found = campaigns.find(status);
    return found == campaigns.end() ? 0 : found->second;
  }
};

}  // namespace postrider
