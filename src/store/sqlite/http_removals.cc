#include "store/sqlite/http_removals.h"

#include <algorithm>

namespace postrider::sqlite {
namespace {

constexpr std::int64_t kPiece = 4000;  // rows; some milliseconds

constexpr auto kSet = "INSERT OR REPLACE INTO http_removal (queue_id, up_to, ended) VALUES (?, ?, ?)";
constexpr auto kLastOfPiece =
    "SELECT key FROM http_task WHERE key BETWEEN ? AND ? ORDER BY key LIMIT 1 OFFSET ?";
constexpr auto kOldest = "SELECT key, created FROM http_task WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?";
constexpr auto kRemove = "DELETE FROM http_task WHERE key BETWEEN ? AND ?";

}  // namespace

HttpRemovals::HttpRemovals(Database& db) : db_(db) {}

void HttpRemovals::load(HotHttpQueues& queues) {
  jobs_.clear();
  Statement rows(db_, "SELECT queue_id, up_to, ended FROM http_removal");
  for (rows.query(); rows.step();) {
    jobs_[rows.integer(0)] = {.up_to = rows.integer(1), .ended = rows.maybe_integer(2)};
    if (auto* queue = queues.find(rows.integer(0))) queue->removing = true;
  }
}

void HttpRemovals::set(std::int64_t queue, const Job& job) {
  jobs_[queue] = job;
  Statement(db_, kSet).run(queue, job.up_to, job.ended);
}

void HttpRemovals::purge(HttpWork& work, HotHttpQueue& queue) {
  queue.removing = true;
  set(queue.id, {.up_to = queue.purged, .ended = to_micros(work.now)});
  go_on(work);
}

void HttpRemovals::remove_queue(HttpWork& work, std::int64_t queue) {
  set(queue, {.up_to = HttpKey::kLastNumber, .ended = {}});
  go_on(work);
}

void HttpRemovals::go_on(HttpWork& work) {
  std::int64_t rows = kPiece;
  for (auto job = jobs_.begin(); job != jobs_.end() && rows > 0;) {
    if (!finish(work, job->first, job->second, rows)) break;
    Statement(db_, "DELETE FROM http_removal WHERE queue_id = ?").run(job->first);
    if (auto* queue = work.queues.find(job->first)) {
      queue->removing = false;
      work.queues.look(*queue);
    }
    job = jobs_.erase(job);
  }
  for (auto& [id, queue] : work.queues.all()) {
    if (rows > 0 && !queue.removing && queue.oldest && *queue.oldest + work.limits.retention <= work.now)
      expire(work, queue, rows);
  }
  work.names.forget(work.now);
}

/// Takes from `rows` what it removes. False: there is more.
bool HttpRemovals::finish(HttpWork& work, std::int64_t queue, const Job& job, std::int64_t& rows) {
  for (const bool immediate : {false, true}) {
    const auto first = HttpKey{.queue = queue, .immediate = immediate, .number = 1}.value();
    const auto last = HttpKey{.queue = queue, .immediate = immediate, .number = job.up_to}.value();
    Statement boundary(db_, kLastOfPiece);
    const bool more = boundary.query(first, last, rows - 1).step();
    const auto end = more ? boundary.integer(0) : last;
    boundary.reset();
    if (job.ended) work.names.end_all(first, end, from_micros(*job.ended));
    rows -= Statement(db_, kRemove).run(first, end);
    if (more) return false;
  }
  if (job.ended) return true;
  rows -= work.names.remove(queue, rows);
  return rows > 0;
}

/// Tasks are in the order of their creation in each of the queue's ranges, so those that are too old come
/// first.
void HttpRemovals::expire(HttpWork& work, HotHttpQueue& queue, std::int64_t& rows) {
  const auto cut = to_micros(work.now - work.limits.retention);
  for (const bool immediate : {false, true}) {
    if (rows <= 0) return;
    const auto first = queue.key(immediate, queue.purged + 1);
    std::optional<std::int64_t> last;
    Statement oldest(db_, kOldest);
    oldest.query(first, queue.key(immediate, queue.last), rows);
    while (oldest.step() && oldest.integer(1) <= cut) last = oldest.integer(0);
    oldest.reset();
    if (!last) continue;
    work.names.end_all(first, *last, work.now);
    rows -= Statement(db_, kRemove).run(first, *last);
  }
  work.queues.look(queue);
}

}  // namespace postrider::sqlite
