#pragma once
// ApiRules: what the one who runs the server has decided about its API.

#include "http/origins.h"
#include "http/trusted_proxies.h"

namespace postrider {

struct ApiRules {
  TrustedProxies proxies;       ///< TRUSTED_PROXIES
  Origins origins;              ///< CORS_ORIGINS
  int requests_per_minute = 0;  ///< API_RATE_LIMIT, of each caller; 0: no limit
  bool documents = true;        ///< ENABLE_DOCS: the API's description is served
  bool only_tasks = false;      ///< serve --only tasks: nothing but tasks and health
};

}  // namespace postrider
