#pragma once
// Posts one alert to ALERT_URL, and judges that URL before. The answer is waited for ten seconds, 64 KiB of
// it are read, redirects are not followed. Blocking; thread safe.

#include <string>
#include <string_view>

#include "actions/alert_posts.h"
#include "web/web_client.h"

namespace postrider {

/// https, or http on this machine; no login, no fragment. The error goes after the setting's name.
Result<void> check_alert_url(std::string_view url);

/// Why `targets` will let nothing be posted there, as far as the URL tells by itself; empty: it may. A name
/// is judged when it is looked up, at each post.
std::string alert_url_trouble(std::string_view url, const TargetRules& targets);

/// The receiver's HTTP status, or why there was none.
Result<int> post_alert(WebClient& web, const std::string& url, const TargetRules& targets,
                       const AlertPost& post);

}  // namespace postrider
