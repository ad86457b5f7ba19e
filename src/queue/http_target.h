#pragma once
// HttpTarget: the seam between the crew of HTTP tasks, which knows queues and attempts, and the call itself.

#include <functional>

#include "queue/http_task.h"

namespace postrider {

class HttpTarget {
 public:
  virtual ~HttpTarget() = default;
  /// Makes one attempt and calls `done` once, on any thread, within the task's deadline. `task.last` is this
  /// attempt, its counts hold it.
  virtual void call(const HttpTask& task, std::function<void(HttpOutcome)> done) = 0;
};

}  // namespace postrider
