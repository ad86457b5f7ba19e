#include "store/sqlite/http_records.h"

#include <algorithm>

namespace postrider::sqlite {
namespace {

constexpr int kTooManyRequests = 429;
constexpr int kServiceUnavailable = 503;
constexpr int kFirstServerError = 500;

constexpr auto kLater =
    "UPDATE http_task SET due = ?2, dispatches = ?3, responses = ?4, executions = ?5, first_dispatch = ?6, "
    "last_schedule = ?7, last_dispatch = ?8, last_response = ?9, last_status = ?10 WHERE key = ?1";

}  // namespace

HttpTaskRecords::HttpTaskRecords(Database& db)
    : later_(db, kLater), remove_(db, "DELETE FROM http_task WHERE key BETWEEN ? AND ?") {}

void HttpTaskRecords::apply(HttpWork& work, std::span<const HttpRecord> records) {
  ended_.clear();
  for (const auto& record : records) apply_one(work, record);
  remove_ended();
}

void HttpTaskRecords::apply_one(HttpWork& work, const HttpRecord& record) {
  const auto attempt = work.attempts.end(record.key, record.attempt);
  if (!attempt) return;
  const auto key = HttpKey::of(record.key);
  auto* queue = work.queues.find(key.queue);
  if (queue == nullptr) return;  // deleted
  --queue->under_way;
  const auto& outcome = record.outcome;
  if (outcome.status == kTooManyRequests || outcome.status == kServiceUnavailable) {
    queue->throttle.slow_down(attempt->dispatch, work.now);
    queue->changed = true;
  }
  // An attempt that was overtaken says nothing about the task any more, and a purge ends both.
  if (attempt->overtaken || key.number <= queue->purged) return;
  if (outcome.succeeded()) {
    end(work, *queue, *attempt);
  } else {
    fail(work, *queue, *attempt, outcome);
  }
}

void HttpTaskRecords::fail(HttpWork& work, HotHttpQueue& queue, const HttpAttemptUnderWay& attempt,
                           const HttpOutcome& outcome) {
  HttpTask task;
  task.dispatch_count = attempt.attempt;
  task.first_dispatch = attempt.first_dispatch;
  const auto next = next_attempt(task, queue.settings, outcome, attempt.forced ? attempt.dispatch : work.now);
  if (!next) return end(work, queue, attempt);
  const bool answered = outcome.status > 0;
  std::optional<std::int64_t> response;
  if (answered) response = to_micros(work.now);
  const int responses = attempt.responses + (answered ? 1 : 0);
  const int executions = attempt.executions + (answered && outcome.status < kFirstServerError ? 1 : 0);
  // No row where the task was deleted meanwhile.
  if (later_.run(attempt.key, to_micros(*next), attempt.attempt, responses, executions,
                 to_micros(attempt.first_dispatch), to_micros(attempt.schedule), to_micros(attempt.dispatch),
                 response, outcome.status) == 1)
    queue.add_due(*next);
}

void HttpTaskRecords::end(HttpWork& work, HotHttpQueue& queue, const HttpAttemptUnderWay& attempt) {
  ended_.push_back(attempt.key);
  if (!attempt.id.empty()) work.names.end(queue.id, attempt.id, attempt.key, work.now);
}

/// Tasks that were claimed together end together, mostly: a statement for each run of neighbours.
void HttpTaskRecords::remove_ended() {
  std::ranges::sort(ended_);
  for (std::size_t first = 0; first < ended_.size();) {
    std::size_t last = first;
    while (last + 1 < ended_.size() && ended_[last + 1] == ended_[last] + 1) ++last;
    remove_.run(ended_[first], ended_[last]);
    first = last + 1;
  }
}

}  // namespace postrider::sqlite
