#pragma once
// What Google's service says of queues and tasks that are not there, or too recently were. Store room only.

#include "base/result.h"

namespace postrider::sqlite {

inline std::unexpected<Error> no_http_queue() {
  return not_found(
      "NOT_FOUND",
      "Queue does not exist. If you just created the queue, wait at least a minute for the queue to "
      "initialize.");
}
inline std::unexpected<Error> no_such_entity() {
  return not_found("NOT_FOUND", "Requested entity was not found.");
}
inline std::unexpected<Error> http_task_ended() {
  return not_found(
      "NOT_FOUND",
      "The task no longer exists, though a task with this name existed recently. The task either "
      "successfully completed or was deleted.");
}
inline std::unexpected<Error> queue_name_too_recent() {
  return conflict("FAILED_PRECONDITION",
                  "The queue cannot be created because a queue with this name existed too recently.");
}

}  // namespace postrider::sqlite
