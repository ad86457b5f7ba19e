#pragma once
// Method: one call of google.cloud.tasks.v2.CloudTasks in one row: its path, the permission it needs, and the
// function that answers it. This table is apart from the API's operations, for it speaks another dialect.

#include <boost/json/object.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/cloud_tasks/message_reader.h"
#include "http/cloud_tasks/names.h"
#include "http/cloud_tasks/world.h"
#include "http/world.h"

namespace postrider::cloud_tasks {

/// A call that was let in.
struct Request {
  ApiWorld& api;
  CloudTasksWorld& world;
  ActionContext& actions;
  const Caller& caller;
  std::vector<std::string> names;  ///< what stood for the stars of its path
  boost::json::object query;       ///< texts
  boost::json::object body;
  bool enums_as_numbers = false;
  std::unique_ptr<CampaignQueues> campaigns;  ///< null: its queue is one of HTTP tasks

  WallTime now() const { return api.clock().wall_now(); }
  /// Asks the home of the queue; both have the same verbs.
  template <class Ask>
  auto ask(Ask ask) {
    return campaigns ? ask(*campaigns) : ask(world.http_tasks());
  }
};

using Answered = RpcResult<boost::json::object>;

/// In which spellings of the path a method is found; each may have several.
enum Version : unsigned {
  kV2 = 1,   ///< "/v2/projects/…"
  kV1 = 2,   ///< "/v1/projects/…", where Google's Node library asks for locations
  kBare = 4  ///< "/projects/…", as firebase-admin asks an emulator
};

struct Method {
  std::string_view http;        ///< "POST"
  std::string_view path;        ///< "projects/*/locations/*/queues/*"
  std::string_view verb;        ///< what stands behind the last colon: "pause"; mostly empty
  std::string_view name;        ///< "PauseQueue"
  std::string_view permission;  ///< "cloudtasks.queues.pause"; empty: whoever is known
  unsigned versions;
  Answered (*answer)(Request& request);
};

/// Every method there is.
std::span<const Method> methods();

/// Body and query of a call. Whoever has read them asks `wrong` before anything else is done.
class Fields {
 public:
  /// `body`: what it is called in the request's message; empty: it is the message.
  explicit Fields(const Request& request, std::string body_name = {})
      : body(request.body, std::move(body_name), violations_), query(request.query, {}, violations_) {}

  /// `finished`: the body has finished itself.
  std::optional<RpcError> wrong(bool finished = false) {
    if (!finished) body.finish();
    query.finish_query();
    return violations_.empty() ? std::nullopt : std::optional(violations_.error());
  }

 private:
  Violations violations_;

 public:
  MessageReader body, query;
};

RpcResult<LocationName> location_of(const Request& request);
RpcResult<QueueName> queue_of(const Request& request);

/// The value of a store or an action as JSON, or its error in Google's shape.
template <class T, class Write>
Answered answered(Result<T> result, Write write) {
  if (!result) return std::unexpected(rpc_error(result.error()));
  return write(*result);
}
Answered answered(Result<void> result);  ///< {}

// The answers, by the file they are in.
Answered list_locations(Request& request);
Answered get_location(Request& request);
Answered cmek_config(Request& request);

Answered list_queues(Request& request);
Answered get_queue(Request& request);
Answered create_queue(Request& request);
Answered update_queue(Request& request);
Answered delete_queue(Request& request);
Answered pause_queue(Request& request);
Answered resume_queue(Request& request);
Answered purge_queue(Request& request);

Answered get_iam_policy(Request& request);
Answered set_iam_policy(Request& request);
Answered test_iam_permissions(Request& request);

Answered list_tasks(Request& request);
Answered get_task(Request& request);
Answered create_task(Request& request);
Answered delete_task(Request& request);
Answered run_task(Request& request);
Answered batch(Request& request);
Answered buffer_task(Request& request);

}  // namespace postrider::cloud_tasks
