#pragma once
// From method and target of a request to the method of Cloud Tasks that is meant. Pure.

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/cloud_tasks/method.h"

namespace postrider::cloud_tasks {

/// Whether this target is for us: "/v2/…", "/v1/projects/…", "/projects/…", or a gRPC call of this service.
bool is_ours(std::string_view target);

struct Route {
  const Method* method = nullptr;  ///< null: there is none
  std::vector<std::string> names;  ///< what stood for the stars, decoded
  std::string resource;            ///< "projects/…", without the collection that the method works on
  boost::json::object query;       ///< decoded, by name; of a name given twice the last
  bool is_grpc = false;
};

/// Nothing: the target is not written as RFC 3986 has it.
std::optional<Route> find_route(std::string_view http_method, std::string_view target);

}  // namespace postrider::cloud_tasks
