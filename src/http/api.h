#pragma once
// Api: answers requests by the table of operations. Closed by default: whoever is not let in by that
// table's `access` hears 401 or 403, whatever the path, and learns nothing about what exists. Thread safe.

#include <memory>

#include "http/handler.h"
#include "http/operation.h"
#include "http/world.h"

namespace postrider {

/// Every operation there is.
Operations api_operations();
/// Those that are served by these rules.
Operations api_operations(const ApiRules& rules);

/// The OpenAPI 3.1 document of these operations.
boost::json::object openapi_document(const Operations& operations, std::string_view version);

/// `world` must outlive it.
std::unique_ptr<HttpHandler> make_api(ApiWorld& world, Operations operations);

}  // namespace postrider
