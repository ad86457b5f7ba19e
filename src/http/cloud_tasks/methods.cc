// Every method of Cloud Tasks v2 (cloud.google.com/tasks/docs/reference/rest/v2), and what they share.

#include <array>
#include <boost/json.hpp>

#include "http/cloud_tasks/method.h"

namespace postrider::cloud_tasks {
namespace {

namespace json = boost::json;

constexpr std::string_view kProject = "projects/*/locations";
constexpr std::string_view kLocation = "projects/*/locations/*";
constexpr std::string_view kCmek = "projects/*/locations/*/cmekConfig";
constexpr std::string_view kQueues = "projects/*/locations/*/queues";
constexpr std::string_view kQueue = "projects/*/locations/*/queues/*";
constexpr std::string_view kTasks = "projects/*/locations/*/queues/*/tasks";
constexpr std::string_view kTask = "projects/*/locations/*/queues/*/tasks/*";

constexpr std::array<Method, 24> kMethods = {{
    {"GET", kProject, "", "ListLocations", "cloudtasks.locations.list", kV2 | kV1, list_locations},
    {"GET", kLocation, "", "GetLocation", "cloudtasks.locations.get", kV2 | kV1, get_location},
    {"GET", kCmek, "", "GetCmekConfig", "cloudtasks.cmekConfig.get", kV2, cmek_config},
    {"PATCH", kCmek, "", "UpdateCmekConfig", "cloudtasks.cmekConfig.update", kV2, cmek_config},

    {"GET", kQueues, "", "ListQueues", "cloudtasks.queues.list", kV2, list_queues},
    {"POST", kQueues, "", "CreateQueue", "cloudtasks.queues.create", kV2, create_queue},
    {"GET", kQueue, "", "GetQueue", "cloudtasks.queues.get", kV2, get_queue},
    {"PATCH", kQueue, "", "UpdateQueue", "cloudtasks.queues.update", kV2, update_queue},
    {"DELETE", kQueue, "", "DeleteQueue", "cloudtasks.queues.delete", kV2, delete_queue},
    {"POST", kQueue, "purge", "PurgeQueue", "cloudtasks.queues.purge", kV2, purge_queue},
    {"POST", kQueue, "pause", "PauseQueue", "cloudtasks.queues.pause", kV2, pause_queue},
    {"POST", kQueue, "resume", "ResumeQueue", "cloudtasks.queues.resume", kV2, resume_queue},

    {"POST", kQueue, "getIamPolicy", "GetIamPolicy", "cloudtasks.queues.getIamPolicy", kV2, get_iam_policy},
    {"POST", kQueue, "setIamPolicy", "SetIamPolicy", "cloudtasks.queues.setIamPolicy", kV2, set_iam_policy},
    {"POST", kQueue, "testIamPermissions", "TestIamPermissions", "", kV2, test_iam_permissions},

    {"GET", kTasks, "", "ListTasks", "cloudtasks.tasks.list", kV2, list_tasks},
    {"POST", kTasks, "", "CreateTask", "cloudtasks.tasks.create", kV2 | kBare, create_task},
    {"GET", kTask, "", "GetTask", "cloudtasks.tasks.get", kV2, get_task},
    {"DELETE", kTask, "", "DeleteTask", "cloudtasks.tasks.delete", kV2 | kBare, delete_task},
    {"POST", kTask, "run", "RunTask", "cloudtasks.tasks.run", kV2, run_task},
    {"POST", kTasks, "batchCreate", "BatchCreateTasks", "cloudtasks.tasks.create", kV2, batch},
    {"POST", kTasks, "batchDelete", "BatchDeleteTasks", "cloudtasks.tasks.delete", kV2, batch},
    {"POST", kTasks, "buffer", "BufferTask", "cloudtasks.tasks.create", kV2, buffer_task},
    // Also what gcloud sends for a task without a name: "tasks/:buffer".
    {"POST", kTask, "buffer", "BufferTask", "cloudtasks.tasks.create", kV2, buffer_task},
}};

}  // namespace

std::span<const Method> methods() {
  return kMethods;
}

RpcResult<LocationName> location_of(const Request& request) {
  return read_location(request.names.at(0), request.names.at(1));
}

RpcResult<QueueName> queue_of(const Request& request) {
  return read_queue_name("projects/" + request.names.at(0) + "/locations/" + request.names.at(1) +
                         "/queues/" + request.names.at(2));
}

Answered answered(Result<void> result) {
  if (!result) return std::unexpected(rpc_error(result.error()));
  return json::object{};
}

}  // namespace postrider::cloud_tasks
