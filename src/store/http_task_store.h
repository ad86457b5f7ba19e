#pragma once
// HttpTaskStore: queues and HTTP tasks of the Cloud Tasks face, durable. One call = one transaction, on disk
// when it returns. Blocking. Errors of the caller's making have Google's words (kind not_found, conflict or
// invalid; `code` is Google's status: NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, INVALID_ARGUMENT).
// Broken surroundings are a StoreFault. Thread safe.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "queue/http_task.h"

namespace postrider {

/// A task that a crew was given to call. (key, attempt) is the fence: a later word with an older attempt
/// changes nothing.
struct ClaimedHttpTask {
  std::int64_t key = 0;
  HttpTask task;  ///< its dispatch_count is the attempt
};

struct HttpRecord {
  std::int64_t key = 0;
  int attempt = 0;
  HttpOutcome outcome;
};

struct HttpClaims {
  std::vector<ClaimedHttpTask> tasks;
  std::optional<WallTime>
      wake;  ///< nothing can be claimed before, unless the bell rings; none: nothing waits
};

class HttpTaskStore {
 public:
  virtual ~HttpTaskStore() = default;

  // Queues. A queue's state, purge and throttle are not set by create and update.
  virtual Result<HttpQueue> create_queue(const HttpQueue& queue) = 0;
  virtual Result<HttpQueue> queue(const QueueName& name) = 0;
  /// In the order of their names, those after `after` (a queue's id).
  virtual std::vector<HttpQueue> queues(std::string_view project, std::string_view location,
                                        std::string_view after, int limit) = 0;
  /// `change` gets the queue as it is (a default one where there is none) and alters it, and must not use the
  /// store; refused when the result is out of bounds. Creates the queue where there is none.
  virtual Result<HttpQueue> update_queue(const QueueName& name,
                                         const std::function<void(HttpQueue&)>& change) = 0;
  virtual Result<void> delete_queue(const QueueName& name) = 0;
  virtual Result<HttpQueue> set_paused(const QueueName& name, bool paused) = 0;
  /// All tasks that were created before go; attempts under way end, and are not repeated.
  virtual Result<HttpQueue> purge(const QueueName& name) = 0;

  // Tasks.
  /// All in one transaction, each with its own result; calls at the same time share theirs. A task without an
  /// id gets one. Its queue must exist. A schedule in the past is now; counts and attempts are not taken
  /// over.
  virtual std::vector<Result<HttpTask>> create(std::span<const HttpTask> tasks) = 0;
  virtual Result<HttpTask> task(const QueueName& queue, std::string_view id) = 0;
  /// Those after `after` (a task's id; it may have ended meanwhile) in an order of the store's own. There may
  /// be fewer than `limit` while there are more, where they are large: an empty page is the end.
  virtual Result<std::vector<HttpTask>> tasks(const QueueName& queue, std::string_view after, int limit) = 0;
  virtual Result<void> delete_task(const QueueName& queue, std::string_view id) = 0;
  /// Takes the task for an attempt at once: whatever its schedule, its queue's state, rate and concurrency
  /// say, also while another attempt is under way. The caller makes the attempt.
  virtual Result<ClaimedHttpTask> force_run(const QueueName& queue, std::string_view id) = 0;

  // Dispatch.
  /// What attempts that were under way when the process died left behind waits again. Once, before step().
  virtual void take_over() = 0;
  /// Records what came of attempts, removes what retention ends, then claims up to `places` due tasks: a fair
  /// share for each queue that is running, as its rate, burst, concurrency and throttle allow. A task may be
  /// claimed a moment (some milliseconds) before its schedule, as long as this takes, so that the claim is on
  /// disk when it is due: its attempt is to be made at its schedule.
  virtual HttpClaims step(std::span<const HttpRecord> records, int places) = 0;
  /// Called from any thread, after a commit, when work may be due earlier than the last `wake` said. Set
  /// once.
  virtual void on_ring(std::function<void()> bell) = 0;
};

}  // namespace postrider
