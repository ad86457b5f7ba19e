#include "http/cloud_tasks/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace postrider::cloud_tasks {
namespace {

constexpr std::size_t kLongestId = 500;
constexpr std::string_view kReference =
    "https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues";

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_made_of(std::string_view text, std::string_view marks) {
  return !text.empty() &&
         std::ranges::all_of(text, [&](char c) { return is_alphanumeric(c) || marks.contains(c); });
}

}  // namespace

RpcResult<LocationName> read_location(std::string_view project, std::string_view location) {
  if (is_made_of(project, ":.-") && is_made_of(location, "-"))
    return LocationName{std::string(project), std::string(location)};
  return invalid_argument("Invalid resource field value in the request.");
}

RpcResult<QueueName> read_queue_name(std::string_view text) {
  if (auto name = parse_queue_name(text)) return std::move(*name);
  RpcError error{RpcCode::invalid_argument,
                 "Queue name must be formatted: "
                 "\"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>\"."};
  error.details.push_back(help("Definition of queue name", fmt::format("{}#Queue.FIELDS.name", kReference)));
  return std::unexpected(std::move(error));
}

RpcResult<std::string> read_task_id(std::string_view id) {
  if (id.size() <= kLongestId && is_made_of(id, "-_")) return std::string(id);
  RpcError error{RpcCode::invalid_argument,
                 fmt::format("Task ID \"{}\" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens "
                             "(-), or underscores (_). Task ID must between 1 and 500 characters.",
                             one_line(id, 1'000))};
  error.details.push_back(
      help("Definition of task ID", fmt::format("{}.tasks#Task.FIELDS.name", kReference)));
  return std::unexpected(std::move(error));
}

RpcResult<std::string> read_task_name(const QueueName& parent, std::string_view name) {
  constexpr std::string_view kTasks = "/tasks/";
  const auto tasks = name.find(kTasks);
  const auto queue = parse_queue_name(name.substr(0, tasks));
  if (!queue || tasks == name.npos) {
    return invalid_argument(
        "Task name must be formatted: "
        "\"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>/tasks/<TASK_ID>\".");
  }
  if (*queue != parent) {
    return invalid_argument(
        fmt::format("The queue name from request ('{}') must be the same as the queue name in the named task "
                    "('{}').",
                    parent.text(), queue->text()));
  }
  return read_task_id(name.substr(tasks + kTasks.size()));
}

}  // namespace postrider::cloud_tasks
