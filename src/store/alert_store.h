#pragma once
// AlertStore: what the owner is to be told, durable. Rows are written by the database itself (triggers), in
// the transaction that stops a mailbox or ends a campaign, so no alert is lost and none is told of what did
// not happen. At most one for each cause and hour stays. Each is told in two ways that know nothing of each
// other: told, tried again and given up one by one. One call = one transaction. Blocking. Broken surroundings
// are a StoreFault. Thread safe.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/time.h"

namespace postrider {

using AlertId = Id<struct AlertTag>;

/// As the triggers write them: a mailbox's status, a campaign's status.
enum class AlertKind {
  mailbox_paused = 1,
  mailbox_stopped = 2,
  campaign_braked = 3,
  campaign_completed = 4,
  campaign_failed = 5
};

/// A mail to ALERT_EMAIL, a POST to ALERT_URL.
enum class AlertWay { mail, post };

struct Alert {
  AlertId id;
  AlertKind kind = AlertKind::mailbox_paused;
  std::int64_t subject = 0;  ///< id of the mailbox or campaign
  std::string why;
  WallTime made{};
  int tries = 0;  ///< in the way that was asked about
};

/// The time in which one cause is told of once.
inline constexpr Micros kAlertEvery = std::chrono::hours{1};

class AlertStore {
 public:
  virtual ~AlertStore() = default;
  /// Takes in what was written since, and answers what is to be told now in this way, oldest first.
  virtual std::vector<Alert> due(AlertWay way, WallTime now, int limit) = 0;
  virtual void told(AlertWay way, AlertId id) = 0;
  virtual void try_again(AlertWay way, AlertId id, WallTime at, std::string_view why) = 0;
  virtual void give_up(AlertWay way, AlertId id, std::string_view why) = 0;
};

}  // namespace postrider
