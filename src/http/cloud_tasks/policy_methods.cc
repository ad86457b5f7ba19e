// Who may do what to a queue. Keys have scopes here, not policies: a queue's policy is always empty, and what
// a key may do is asked of the key.

#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "http/cloud_tasks/method.h"

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

/// What the scope `tasks` gives, of a queue and its tasks.
constexpr std::array<std::string_view, 15> kPermissions = {
    "cloudtasks.queues.list",   "cloudtasks.queues.get",    "cloudtasks.queues.create",
    "cloudtasks.queues.update", "cloudtasks.queues.delete", "cloudtasks.queues.purge",
    "cloudtasks.queues.pause",  "cloudtasks.queues.resume", "cloudtasks.queues.getIamPolicy",
    "cloudtasks.tasks.list",    "cloudtasks.tasks.get",     "cloudtasks.tasks.create",
    "cloudtasks.tasks.delete",  "cloudtasks.tasks.run",     "cloudtasks.tasks.fullView"};

}  // namespace

Answered get_iam_policy(Request& request) {
  Fields fields(request);
  if (auto options = fields.body.message("options", "google.iam.v1.GetPolicyOptions")) {
    options->int32("requestedPolicyVersion");
    options->finish();
  }
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  const auto name = queue_of(request);
  if (!name) return std::unexpected(name.error());
  // Google's own etag of a policy that nobody has set.
  return answered(request.ask([&](auto& home) { return home.queue(*name); }),
                  [](const HttpQueue&) { return json::object{{"etag", "ACAB"}}; });
}

Answered set_iam_policy(Request&) {
  return unimplemented(
      "Queues have no policies here. What a caller may do is decided by its API key: give it the scope "
      "`tasks` or make another key (`postrider key create`).");
}

Answered test_iam_permissions(Request& request) {
  Fields fields(request);
  const auto asked = fields.body.texts("permissions").value_or(std::vector<std::string>{});
  if (auto wrong = fields.wrong()) return std::unexpected(std::move(*wrong));
  const auto name = queue_of(request);
  if (!name) return std::unexpected(name.error());
  const bool exists = request.ask([&](auto& home) { return home.queue(*name).has_value(); });
  json::array held;
  if (exists && may_call(request.caller, Access::tasks)) {
    for (const auto& permission : asked) {
      if (std::ranges::find(kPermissions, permission) != kPermissions.end()) held.emplace_back(permission);
    }
  }
  return held.empty() ? json::object{} : json::object{{"permissions", std::move(held)}};
}

}  // namespace postrider::cloud_tasks
