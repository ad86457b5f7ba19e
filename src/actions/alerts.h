#pragma once
// Alerts: one mail to the owner when a mailbox stands still, a campaign ends or brakes, or nothing can be
// written. deliver() is one round, called again and again by app: it takes what is due from the store, and
// tries each again later until a day is over. An alert never leaves through the mailbox it is about, nor
// through one that is paused; it counts against the cap of the one it leaves through. At least once: a crash
// between the server's reply and our note of it tells the owner twice, under the same Message-ID.
// Not thread safe: one thread delivers.

#include <optional>
#include <string>

#include "actions/context.h"
#include "store/alert_store.h"

namespace postrider {

/// Who is told, and through which mailbox.
struct AlertSettings {
  std::string email;    ///< ALERT_EMAIL; empty: nobody is told
  std::string mailbox;  ///< ALERT_MAILBOX; empty: the campaign's, else the first that is active
};

/// After so long an alert is no news any more.
inline constexpr Micros kAlertLife = std::chrono::hours{24};

class Alerts {
 public:
  Alerts(AlertStore& store, AlertSettings settings) : store_(store), settings_(std::move(settings)) {}

  /// `trouble`: why nothing can be written now; empty: it can. Of that, no row can be kept: the owner is told
  /// as well as memory allows.
  void deliver(ActionContext& context, const std::string& trouble);

 private:
  void deliver_one(ActionContext& context, const Alert& alert);
  void tell_of_storage(ActionContext& context, const std::string& trouble);

  AlertStore& store_;
  const AlertSettings settings_;
  std::optional<WallTime> storage_not_before_;
};

/// How long after a failed try the next one comes: 1, 2, 4 … minutes, an hour at most.
Micros alert_backoff(int tries);

}  // namespace postrider
