// Locations. Queues may be made in any location here; the one that campaigns use is the one that is told.

#include <boost/json.hpp>

#include "http/cloud_tasks/method.h"

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

json::object location_json(const LocationName& name) {
  return {{"name", name.text()}, {"locationId", name.location}};
}

}  // namespace

Answered list_locations(Request& request) {
  Fields fields(request);
  fields.query.text("filter");
  fields.query.int32("pageSize");
  fields.query.text("pageToken");
  if (auto wrong = fields.wrong(true)) return std::unexpected(std::move(*wrong));
  const auto location = read_location(request.names.at(0), request.world.campaign_location());
  if (!location) return std::unexpected(location.error());
  return json::object{{"locations", json::array{location_json(*location)}}};
}

Answered get_location(Request& request) {
  Fields fields(request);
  if (auto wrong = fields.wrong(true)) return std::unexpected(std::move(*wrong));
  const auto location = location_of(request);
  if (!location) return std::unexpected(location.error());
  return location_json(*location);
}

Answered cmek_config(Request&) {
  return unimplemented(
      "Customer-managed encryption keys are not available here: the database is a file of this server, "
      "encrypted as its disk is.");
}

}  // namespace postrider::cloud_tasks
