// What is asked of queues of HTTP tasks, one by one.

#include <fmt/format.h>

#include "store/sqlite/http_errors.h"
#include "store/sqlite/http_task_store.h"

namespace postrider::sqlite {
namespace {

constexpr auto kTombstone =
    "SELECT 1 FROM http_queue_tombstone WHERE project = ? AND location = ? AND name = ?";
constexpr auto kForgetTombstones = "DELETE FROM http_queue_tombstone WHERE deleted <= ?";
constexpr auto kAddTombstone =
    "INSERT OR REPLACE INTO http_queue_tombstone (project, location, name, deleted) VALUES (?, ?, ?, ?)";

}  // namespace

Result<HttpQueue> SqliteHttpTaskStore::create_queue(const HttpQueue& given) {
  return write([&](HttpWork& work) -> Result<HttpQueue> {
    if (work.queues.find(given.name) != nullptr) return conflict("ALREADY_EXISTS", "Queue already exists");
    return add_queue(work, given);
  });
}

Result<HttpQueue> SqliteHttpTaskStore::add_queue(HttpWork& work, HttpQueue queue) {
  if (auto valid = validate(queue, limits_.most_dispatches_per_second); !valid)
    return std::unexpected(valid.error());
  const auto& name = queue.name;
  Statement(work.db, kForgetTombstones).run(to_micros(work.now - limits_.queue_name_window));
  Statement tombstone(work.db, kTombstone);
  tombstone.query(std::string_view{name.project}, std::string_view{name.location},
                  std::string_view{name.queue});
  if (tombstone.step()) return queue_name_too_recent();
  queue = with_defaults(std::move(queue));
  queue.state = HttpQueueState::running;
  queue.throttle = 1;
  queue.purged_at.reset();
  const auto id = add_http_queue(work.db, queue);
  if (id > HttpKey::kLastQueue) {
    return conflict(
        "RESOURCE_EXHAUSTED",
        fmt::format("This database has had {} queues, and cannot have more.", HttpKey::kLastQueue));
  }
  work.queues.add({.id = id, .settings = queue});
  return queue;
}

Result<HttpQueue> SqliteHttpTaskStore::queue(const QueueName& name) {
  const auto row = read([&](Database& db) { return find_http_queue(db, name); });
  if (!row) return no_http_queue();
  return row->shown(writer_.clock.wall_now());
}

std::vector<HttpQueue> SqliteHttpTaskStore::queues(std::string_view project, std::string_view location,
                                                   std::string_view after, int limit) {
  return read([&](Database& db) {
    std::vector<HttpQueue> all;
    Statement rows(db,
                   fmt::format("SELECT {} FROM http_queue WHERE project = ? AND location = ? AND name > ? "
                               "ORDER BY name LIMIT ?",
                               kHttpQueueColumns));
    for (rows.query(project, location, after, limit); rows.step();)
      all.push_back(read_http_queue(rows).shown(writer_.clock.wall_now()));
    return all;
  });
}

Result<HttpQueue> SqliteHttpTaskStore::update_queue(const QueueName& name,
                                                    const std::function<void(HttpQueue&)>& change) {
  return write([&](HttpWork& work) -> Result<HttpQueue> {
    auto* found = work.queues.find(name);
    HttpQueue queue{.name = name};
    if (found != nullptr) queue = found->shown(work.now);
    change(queue);
    queue.name = name;
    if (found == nullptr) return add_queue(work, std::move(queue));
    if (auto valid = validate(queue, limits_.most_dispatches_per_second); !valid)
      return std::unexpected(valid.error());
    queue = with_defaults(std::move(queue));
    queue.state = found->settings.state;
    queue.purged_at = found->settings.purged_at;
    return keep(work, *found, queue);
  });
}

/// Writes what the queue is from now on. It may have work sooner.
HttpQueue SqliteHttpTaskStore::keep(HttpWork& work, HotHttpQueue& queue, const HttpQueue& settings) {
  queue.settings = settings;
  write_http_queue(work.db, queue);
  ring_at(work.now);
  return queue.shown(work.now);
}

Result<void> SqliteHttpTaskStore::delete_queue(const QueueName& name) {
  return write([&](HttpWork& work) -> Result<void> {
    const auto* queue = work.queues.find(name);
    if (queue == nullptr) return no_such_entity();
    const auto id = queue->id;
    work.queues.drop(id);
    Statement(work.db, "DELETE FROM http_queue WHERE id = ?").run(id);
    Statement(work.db, kAddTombstone)
        .run(std::string_view{name.project}, std::string_view{name.location}, std::string_view{name.queue},
             to_micros(work.now));
    removals_.remove_queue(work, id);
    if (!removals_.done()) ring_at(work.now);
    return {};
  });
}

Result<HttpQueue> SqliteHttpTaskStore::set_paused(const QueueName& name, bool paused) {
  return write([&](HttpWork& work) -> Result<HttpQueue> {
    auto* queue = work.queues.find(name);
    if (queue == nullptr) return no_http_queue();
    auto settings = queue->settings;
    settings.state = paused ? HttpQueueState::paused : HttpQueueState::running;
    return keep(work, *queue, settings);
  });
}

Result<HttpQueue> SqliteHttpTaskStore::purge(const QueueName& name) {
  return write([&](HttpWork& work) -> Result<HttpQueue> {
    auto* queue = work.queues.find(name);
    if (queue == nullptr) return no_http_queue();
    queue->purged = queue->claimed = queue->last;
    auto settings = queue->settings;
    settings.purged_at = work.now;
    auto kept = keep(work, *queue, settings);
    removals_.purge(work, *queue);
    return kept;
  });
}

}  // namespace postrider::sqlite
