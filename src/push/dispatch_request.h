#pragma once
// The request that an attempt of an HTTP task makes: what the caller gave, and the headers by which Cloud
// Tasks tells a target what it is called for, spelled as Google's service spells them. Pure.

#include <string>
#include <string_view>

#include "queue/http_task.h"
#include "web/web_client.h"

namespace postrider {

/// `token`: of the Authorization header, in place of the caller's; empty: none. Its time is the task's
/// dispatch deadline, silent or not. Whom it may reach is left to whoever makes it.
WebRequest dispatch_request(const HttpTask& task, std::string_view token);

}  // namespace postrider
