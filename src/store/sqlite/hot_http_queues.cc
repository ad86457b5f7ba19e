#include "store/sqlite/hot_http_queues.h"

#include <fmt/format.h>

#include <algorithm>

namespace postrider::sqlite {

HotHttpQueues::HotHttpQueues(Database& db)
    : db_(db),
      first_due_(db, "SELECT due FROM http_task WHERE queue_id = ? AND due > 0 ORDER BY due LIMIT 1"),
      oldest_(db, "SELECT created FROM http_task WHERE key BETWEEN ? AND ? ORDER BY key LIMIT 1"),
      write_(db,
             "UPDATE http_queue SET tokens = ?2, refilled = ?3, throttle = ?4, throttled = ?5, last = ?6, "
             "claimed = ?7 WHERE id = ?1") {}

void HotHttpQueues::load(const HttpAttempts& attempts) {
  queues_.clear();
  by_name_.clear();
  found_ = nullptr;
  const auto under_way = attempts.by_queue();
  Statement rows(db_, fmt::format("SELECT {} FROM http_queue", kHttpQueueColumns));
  for (rows.query(); rows.step();) {
    auto& queue = add(read_http_queue(rows));
    if (const auto count = under_way.find(queue.id); count != under_way.end())
      queue.under_way = count->second;
  }
  rows.reset();
  for (auto& [id, queue] : queues_) look(queue);
}

HotHttpQueue* HotHttpQueues::find(const QueueName& name) {
  if (found_ != nullptr && found_->settings.name == name) return found_;
  const auto id = by_name_.find(name.text());
  if (id == by_name_.end()) return nullptr;
  found_ = &queues_.at(id->second);
  return found_;
}

HotHttpQueue* HotHttpQueues::find(std::int64_t id) {
  const auto queue = queues_.find(id);
  return queue == queues_.end() ? nullptr : &queue->second;
}

HotHttpQueue& HotHttpQueues::add(HttpQueueRow row) {
  by_name_[row.settings.name.text()] = row.id;
  const auto id = row.id;
  return queues_.emplace(id, HotHttpQueue{std::move(row)}).first->second;
}

void HotHttpQueues::drop(std::int64_t id) {
  const auto queue = queues_.find(id);
  if (queue == queues_.end()) return;
  by_name_.erase(queue->second.settings.name.text());
  queues_.erase(queue);
  found_ = nullptr;
}

void HotHttpQueues::look(HotHttpQueue& queue) {
  queue.next_due.reset();
  if (first_due_.query(queue.id).step()) queue.next_due = from_micros(first_due_.integer(0));
  first_due_.reset();
  queue.oldest.reset();
  for (const bool immediate : {false, true}) {
    oldest_.query(queue.key(immediate, queue.purged + 1), queue.key(immediate, queue.last));
    if (oldest_.step()) {
      const auto created = from_micros(oldest_.integer(0));
      queue.oldest = std::min(queue.oldest.value_or(created), created);
    }
    oldest_.reset();
  }
}

void HotHttpQueues::write_back() {
  for (auto& [id, queue] : queues_) {
    if (!queue.changed) continue;
    write_.run(id, queue.bucket.tokens, to_micros(queue.bucket.refilled), queue.throttle.factor,
               to_micros(queue.throttle.moved), queue.last, queue.claimed);
    queue.changed = false;
  }
}

}  // namespace postrider::sqlite
