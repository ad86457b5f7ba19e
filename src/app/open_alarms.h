#pragma once
// The queue elsewhere that rings for us, from the settings. Touches files only.

#include <memory>

#include "app/settings.h"
#include "base/clock.h"
#include "oauth/token_source.h"
#include "queue/alarm.h"
#include "web/web_client.h"

namespace postrider {

struct AlarmQueue {
  std::unique_ptr<TokenSource> tokens;  ///< outlives `alarms`
  std::unique_ptr<Alarms> alarms;
};

/// Null members where nothing elsewhere rings for us. `web` and `clock` outlive it.
Result<AlarmQueue> open_alarms(const Settings& settings, WebClient& web, const Clock& clock);

}  // namespace postrider
