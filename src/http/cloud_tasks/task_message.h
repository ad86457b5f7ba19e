#pragma once
// google.cloud.tasks.v2.Task: read, judged as Google's service judges it, and written. Pure.

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/cloud_tasks/message_reader.h"
#include "queue/http_task.h"

namespace postrider::cloud_tasks {

enum class View { unspecified = 0, basic = 1, full = 2 };
/// "responseView"; without it: basic.
View read_view(MessageReader& from);

/// What a caller gave of a task. Output-only fields are read over.
struct TaskMessage {
  std::string name;
  bool has_http_request = false;
  std::string url;
  int method = 0;  ///< HttpMethod; 0: not said
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::optional<HttpTaskToken> oidc;
  std::optional<WallTime> schedule;
  std::optional<Micros> deadline;
  std::string unimplemented;  ///< what we cannot do; empty: nothing of that
};

/// Reads all of its fields and finishes `from`.
TaskMessage read_task(MessageReader& from);

/// The task that is stored: defaults filled in, headers as Cloud Tasks keeps them. `default_url` stands for
/// one that is empty. What it may be is judged by queue/http_task.h; its name is not looked at here.
RpcResult<HttpTask> to_task(const TaskMessage& message, const QueueName& queue, std::string_view default_url,
                            WallTime now);

boost::json::object to_json(const HttpTask& task, View view, bool enums_as_numbers);

}  // namespace postrider::cloud_tasks
