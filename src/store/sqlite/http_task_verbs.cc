// What is asked of HTTP tasks, one by one.

#include <fmt/format.h>

#include "store/sqlite/http_errors.h"
#include "store/sqlite/http_task_row.h"
#include "store/sqlite/http_task_store.h"

namespace postrider::sqlite {
namespace {

constexpr std::size_t kMostOctets = 64UL * 1024 * 1024;  // of a page's bodies

constexpr auto kName = "SELECT key FROM http_task_name WHERE queue_id = ? AND id = ?";

std::string select(std::string_view where) {
  return fmt::format("SELECT {} FROM http_task WHERE {}", kHttpTaskColumns, where);
}

/// An attempt whose end stands in the row was still under way when it was asked about.
void show_under_way(const HttpAttemptUnderWay& attempt, HttpTask& task) {
  if (attempt.attempt <= task.dispatch_count) return;
  task.dispatch_count = attempt.attempt;
  task.first_dispatch = attempt.first_dispatch;
  if (task.last) task.previous_status = task.last->status;
  task.last = {.schedule = attempt.schedule, .dispatch = attempt.dispatch, .response = {}};
}

}  // namespace

/// Names that callers gave stand in a table, with those that are still taken; the others are their keys.
Result<std::int64_t> SqliteHttpTaskStore::find(Database& db, const HttpQueueRow& queue, std::string_view id) {
  Statement name(db, kName);
  if (name.query(queue.id, id).step()) {
    const auto key = name.integer(0);
    if (HttpKey::of(key).number <= queue.purged) return http_task_ended();
    return key;
  }
  const auto key = ids_.key_of(id);
  if (!key || key->queue != queue.id || key->number > queue.last) return no_such_entity();
  if (key->number <= queue.purged) return http_task_ended();
  return key->value();
}

// A task is shown with what was under way before the snapshot of its row was taken (see HttpAttempts). Which
// attempts to ask for a look at the rows has to say first; what began after that may be missed.

Result<HttpTask> SqliteHttpTaskStore::task(const QueueName& name, std::string_view id) {
  const auto key = read([&](Database& db) -> Result<std::int64_t> {
    const auto queue = find_http_queue(db, name);
    if (!queue) return no_such_entity();
    return find(db, *queue, id);
  });
  if (!key) return std::unexpected(key.error());
  const auto under_way = attempts_.newest(*key);
  return read([&](Database& db) -> Result<HttpTask> {
    Statement row(db, select("key = ?"));
    if (!row.query(*key).step()) return http_task_ended();
    auto task = read_http_task(row, name, ids_);
    if (under_way) show_under_way(*under_way, task);
    return task;
  });
}

Result<std::vector<HttpTask>> SqliteHttpTaskStore::tasks(const QueueName& name, std::string_view after,
                                                         int limit) {
  const auto asked = read([&](Database& db) { return find_http_queue(db, name); });
  if (!asked) return no_http_queue();
  const auto under_way = attempts_.newest_of(asked->id);
  return read([&](Database& db) -> Result<std::vector<HttpTask>> {
    const auto queue = find_http_queue(db, name);
    if (!queue) return no_http_queue();
    std::int64_t last = 0;
    if (!after.empty()) {
      // Where it ended meanwhile, its place in the list is known still.
      Statement given(db, kName);
      if (given.query(queue->id, after).step()) {
        last = given.integer(0);
      } else if (const auto key = ids_.key_of(after); key && key->queue == queue->id) {
        last = key->value();
      } else {
        return invalid("INVALID_ARGUMENT", "The page token is not valid: its task is not known any more.");
      }
    }
    std::vector<HttpTask> page;
    std::size_t octets = 0;
    Statement rows(db, select("key BETWEEN ? AND ? ORDER BY key LIMIT ?"));
    for (const bool immediate : {false, true}) {
      const auto end = HttpKey{.queue = queue->id, .immediate = immediate, .number = queue->last};
      const auto first =
          HttpKey{.queue = queue->id, .immediate = immediate, .number = queue->purged + 1}.value();
      rows.query(std::max(first, last + 1), end.value(), limit - static_cast<int>(page.size()));
      while (octets < kMostOctets && rows.step()) {
        auto& task = page.emplace_back(read_http_task(rows, name, ids_));
        if (const auto attempt = under_way.find(rows.integer(0)); attempt != under_way.end())
          show_under_way(attempt->second, task);
        octets += task.body.size();
      }
      rows.reset();
    }
    return page;
  });
}

Result<void> SqliteHttpTaskStore::delete_task(const QueueName& name, std::string_view id) {
  return write([&](HttpWork& work) -> Result<void> {
    const auto queue = find_http_queue(work.db, name);
    if (!queue) return no_such_entity();
    const auto key = find(work.db, *queue, id);
    if (!key) return std::unexpected(key.error());
    if (Statement(work.db, "DELETE FROM http_task WHERE key = ?").run(*key) == 0) return http_task_ended();
    const bool named = id != ids_.id_of(*key);
    if (named) work.names.end(queue->id, id, *key, work.now);
    work.names.forget(work.now);
    return {};
  });
}

Result<ClaimedHttpTask> SqliteHttpTaskStore::force_run(const QueueName& name, std::string_view id) {
  return write([&](HttpWork& work) -> Result<ClaimedHttpTask> {
    auto* queue = work.queues.find(name);
    if (queue == nullptr) return no_such_entity();
    const auto key = find(work.db, *queue, id);
    if (!key) return std::unexpected(key.error());
    Statement row(work.db, select("key = ?"));
    if (!row.query(*key).step()) return http_task_ended();
    return claims_.force(work, *queue, row);
  });
}

}  // namespace postrider::sqlite
