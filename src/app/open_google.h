#pragma once
// What this process needs of Google: made once, used by the server or by a verb that works without one.

#include <memory>
#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "campaign/sheets.h"
#include "web/web_client.h"

namespace postrider {

struct Google {
  std::unique_ptr<WebClient> web;  ///< null: somebody else's is used
  std::unique_ptr<Sheets> sheets;  ///< null: there are no credentials
  std::string trouble;             ///< why those that are named cannot be used
};

/// Touches files only. `web` (null: one of its own, if there is need) and `clock` outlive it.
Google open_google(const GoogleSettings& settings, WebClient* web, const Clock& clock);

}  // namespace postrider
