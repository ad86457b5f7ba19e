#pragma once
// The names of Cloud Tasks' resources and what Google's service says of names that are none. Pure.

#include <string>
#include <string_view>

#include "http/cloud_tasks/rpc_status.h"
#include "queue/http_task.h"

namespace postrider::cloud_tasks {

/// "projects/P/locations/L".
struct LocationName {
  std::string project, location;
  std::string text() const { return "projects/" + project + "/locations/" + location; }
};

RpcResult<LocationName> read_location(std::string_view project, std::string_view location);
RpcResult<QueueName> read_queue_name(std::string_view text);
/// Of a task.
RpcResult<std::string> read_task_id(std::string_view id);
/// The id in a task's full name; the task must be in `parent`.
RpcResult<std::string> read_task_name(const QueueName& parent, std::string_view name);

}  // namespace postrider::cloud_tasks
