#pragma once
// The Cloud Tasks face: answers requests as Google's Cloud Tasks v2 does over HTTP, so that its clients work
// against this server. Everybody needs an API key with the scope `tasks` (or an owner's), sent as a Bearer
// token; a browser's cookie is never looked at. Thread safe.

#include <memory>

#include "http/cloud_tasks/world.h"
#include "http/handler.h"
#include "http/world.h"

namespace postrider {

/// Both worlds must outlive it.
std::unique_ptr<HttpHandler> make_cloud_tasks_face(ApiWorld& api, CloudTasksWorld& world);

/// Hands the requests that are in Cloud Tasks' paths to `cloud_tasks` and all others to `api`, which both
/// outlive it.
std::unique_ptr<HttpHandler> make_handler_by_path(HttpHandler& api, HttpHandler& cloud_tasks);

}  // namespace postrider
