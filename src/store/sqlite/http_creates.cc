#include "store/sqlite/http_creates.h"

#include <algorithm>

#include "base/check.h"
#include "store/sqlite/http_errors.h"
#include "store/sqlite/http_task_row.h"
#include "store/sqlite/many_rows.h"

namespace postrider::sqlite {
namespace {

constexpr std::size_t kTogether = 32;       // rows of one statement
constexpr std::size_t kMostTasks = 20'000;  // of one transaction, if several calls make it up

constexpr auto kAdd =
    "INSERT INTO http_task (key, queue_id, id, due, created, deadline, method, url, headers, token, body)";
constexpr auto kRow = "(#, #, #, #, #, #, #, #, #, #, #)";

}  // namespace

HttpCreates::HttpCreates(Database& db)
    : add_one_(db, many_rows(kAdd, kRow, 1)), add_many_(db, many_rows(kAdd, kRow, kTogether)) {}

std::vector<Result<HttpTask>> HttpCreates::add(HttpWork& work, std::span<const HttpTask> tasks,
                                               std::optional<WallTime>& earliest) {
  std::vector<Result<HttpTask>> results;
  results.reserve(tasks.size());  // the rows that are not written yet point into it
  std::vector<const HttpTask*> accepted;
  rows_.clear();
  for (const auto& task : tasks) {
    const auto& result = results.emplace_back(accept(work, task));
    if (!result) continue;
    if (!earliest || result->schedule < *earliest) earliest = result->schedule;
    accepted.push_back(&*result);
    if (accepted.size() < kTogether) continue;
    write(accepted);
    accepted.clear();
  }
  write(accepted);
  return results;
}

Result<HttpTask> HttpCreates::accept(HttpWork& work, const HttpTask& given) {
  auto* queue = work.queues.find(given.queue);
  if (queue == nullptr) return no_http_queue();
  HttpTask task = given;
  task.created = work.now;
  task.schedule = std::max(task.schedule, work.now);
  task.dispatch_deadline = std::chrono::floor<std::chrono::milliseconds>(task.dispatch_deadline);
  task.dispatch_count = task.response_count = task.execution_count = task.previous_status = 0;
  task.first_dispatch.reset();
  task.last.reset();
  if (auto valid = validate(task, work.limits, work.now); !valid) return std::unexpected(valid.error());

  const bool immediate = task.schedule == work.now;
  const auto number = queue->last + 1;
  CHECK(number <= HttpKey::kLastNumber);
  const auto key = queue->key(immediate, number);
  task.named = !task.id.empty();
  if (!task.named) {
    task.id = work.ids.id_of(key);
  } else if (!take_name(work, *queue, task, key)) {
    return conflict("ALREADY_EXISTS", "Requested entity already exists");
  }
  if (!immediate && !queue->has_immediate()) queue->claimed = number;
  queue->last = number;
  queue->changed = true;
  if (!queue->oldest) queue->oldest = work.now;
  if (!immediate) queue->add_due(task.schedule);
  rows_.push_back({.key = key,
                   .queue = queue->id,
                   .immediate = immediate,
                   .headers = pack_headers(task),
                   .token = pack_token(task)});
  return task;
}

/// False where it is taken, maybe as the id that a task without a name has or had.
bool HttpCreates::take_name(HttpWork& work, const HotHttpQueue& queue, const HttpTask& task,
                            std::int64_t key) {
  const auto unnamed = work.ids.key_of(task.id);
  if (unnamed && unnamed->queue == queue.id && unnamed->number <= queue.last) return false;
  return work.names.take(queue.id, task.id, key);
}

void HttpCreates::write(std::span<const HttpTask* const> tasks) {
  CHECK(tasks.size() == rows_.size());
  const bool many = tasks.size() == kTogether;
  auto& statement = many ? add_many_ : add_one_;
  int at = 0;
  for (std::size_t n = 0; n < tasks.size(); ++n) {
    const auto& task = *tasks[n];
    const auto& row = rows_[n];
    if (at == 0) statement.reset();
    statement.bind(++at, row.key);
    statement.bind(++at, row.queue);
    if (task.named) {
      statement.bind(++at, std::string_view{task.id});
    } else {
      statement.bind(++at, std::nullopt);
    }
    if (row.immediate) {
      statement.bind(++at, std::nullopt);
    } else {
      statement.bind(++at, to_micros(task.schedule));
    }
    statement.bind(++at, to_micros(task.created));
    statement.bind(++at, std::int64_t{task.dispatch_deadline / std::chrono::milliseconds{1}});
    statement.bind(++at, static_cast<int>(task.method));
    statement.bind(++at, std::string_view{task.url});
    statement.bind(++at, std::string_view{row.headers});
    if (row.token) {
      statement.bind(++at, std::string_view{*row.token});
    } else {
      statement.bind(++at, std::nullopt);
    }
    statement.bind(++at, std::string_view{task.body});
    if (many) continue;
    statement.finish();
    at = 0;
  }
  if (many) statement.finish();
  rows_.clear();
}

void HttpCreateCalls::wait(Call& call, const std::function<void()>& commit) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(&call);
  while (!call.answered) {
    if (committing_) {
      answered_.wait(lock);
      continue;
    }
    committing_ = true;
    lock.unlock();
    commit();
    lock.lock();
    committing_ = false;
    answered_.notify_all();
  }
}

std::vector<HttpCreateCalls::Call*> HttpCreateCalls::take() {
  const std::lock_guard lock(mutex_);
  std::size_t tasks = 0;
  auto end = waiting_.begin();
  while (end != waiting_.end() && tasks < kMostTasks) tasks += (*end++)->tasks.size();
  std::vector<Call*> taken(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

void HttpCreateCalls::answer(std::span<Call* const> calls, const std::exception_ptr& fault) {
  if (calls.empty()) return;
  {
    const std::lock_guard lock(mutex_);
    for (auto* call : calls) {
      call->fault = fault;
      call->answered = true;
    }
  }
  answered_.notify_all();
}

}  // namespace postrider::sqlite
