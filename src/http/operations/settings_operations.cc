// Settings, to look at: they come from the environment and .env, and are changed there.

#include <boost/json.hpp>

#include "http/operations/operations.h"
#include "http/world.h"

namespace postrider {
namespace {

HttpAnswer list(Call& call) {
  boost::json::array items;
  for (const auto& setting : call.world.settings()) {
    items.push_back({{"name", setting.name}, {"value", setting.value}, {"from", setting.from}});
  }
  return json_answer(boost::json::object{{"settings", std::move(items)}});
}

}  // namespace

Operations settings_operations() {
  const Schema setting =
      ObjectSchema("Setting").needs("name", text()).needs("value", text()).needs("from", text());
  Operations all;
  all.push_back(
      {.method = "GET",
       .path = "/api/settings",
       .id = "listSettings",
       .tag = "settings",
       .access = Access::owner,
       .summary = "What is set and where it comes from; of secrets only that they are set",
       .cli = "postrider settings --json",
       .answers = {{200, "all of them", ObjectSchema("Settings").needs("settings", array_of(setting))}},
       .handle = list});
  return all;
}

}  // namespace postrider
