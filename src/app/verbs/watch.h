#pragma once
// Watch: a campaign seen live. A bar with the counts by state, the rate, and what it waits for and
// until when. On a terminal one line is drawn over and over; elsewhere a line is written whenever
// something has changed. It only reads, one campaign by its id, so it costs the server nothing.

#include <functional>
#include <ostream>
#include <string>

#include "base/clock.h"
#include "store/campaign_store.h"

namespace postrider {

struct WatchScreen {
  std::ostream& out;
  bool terminal = false;
  int columns = 80;
  bool json = false;                  ///< one JSON object a change instead of the bar
  std::function<bool(Micros)> pause;  ///< see VerbContext::pause
};

struct Watched {
  Campaign campaign;   ///< as last seen
  bool ended = false;  ///< false: the caller went away or the server ends
};

/// Returns when the campaign has ended. An error when it does not exist or was never started.
Result<Watched> watch_campaign(CampaignStore& store, const Clock& clock, CampaignId id,
                               const WatchScreen& screen);

/// What one line of the watch shows.
struct WatchMoment {
  const Campaign& campaign;
  const Waiting& waiting;
  double per_second = 0;  ///< emails that ended, lately
  WallTime now{};
};
std::string draw_watch(const WatchMoment& moment, int columns);

bool has_ended(CampaignStatus status);

}  // namespace postrider
