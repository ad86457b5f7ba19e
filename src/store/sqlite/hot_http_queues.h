#pragma once
// All queues of HTTP tasks, kept in memory by the one that writes them: what every claim looks at costs no
// statement, and of each queue that a transaction moved one row is written at its end. When a transaction
// fails, what stands here is no longer what is in the file: load() again. Under the writer's mutex; store
// room only.

#include <map>
#include <string>
#include <unordered_map>

#include "store/sqlite/http_attempts.h"
#include "store/sqlite/http_key.h"
#include "store/sqlite/http_queue_row.h"

namespace postrider::sqlite {

struct HotHttpQueue : HttpQueueRow {
  // What its row does not hold:
  std::optional<WallTime> next_due;  ///< no waiting task is due before; none: no task waits
  std::optional<WallTime> oldest;    ///< no task was created before; none: there is no task
  int under_way = 0;
  bool removing = false;    ///< rows of a purge are still there
  std::int64_t served = 0;  ///< the claim that gave out its last task
  bool changed = false;     ///< bucket, throttle, last or claimed

  bool has_immediate() const { return claimed < last; }
  /// The key of its task with this number.
  std::int64_t key(bool immediate, std::int64_t number) const {
    return HttpKey{.queue = id, .immediate = immediate, .number = number}.value();
  }
  double rate(WallTime now) const { return settings.max_dispatches_per_second * throttle.at(now); }
  void add_due(WallTime due) {
    if (!next_due || due < *next_due) next_due = due;
  }
};

class HotHttpQueues {
 public:
  explicit HotHttpQueues(Database& db);
  /// As the file has them now.
  void load(const HttpAttempts& attempts);

  HotHttpQueue* find(const QueueName& name);
  HotHttpQueue* find(std::int64_t id);
  /// The queue as it stands in the file and was not known here before.
  HotHttpQueue& add(HttpQueueRow row);
  void drop(std::int64_t id);
  std::map<std::int64_t, HotHttpQueue>& all() { return queues_; }

  /// What they have waiting and how old their tasks are, from the rows.
  void look(HotHttpQueue& queue);
  void write_back();

 private:
  Database& db_;
  std::map<std::int64_t, HotHttpQueue> queues_;
  std::unordered_map<std::string, std::int64_t> by_name_;
  HotHttpQueue* found_ = nullptr;  // last: most tasks of a call are of one queue
  Statement first_due_, oldest_, write_;
};

}  // namespace postrider::sqlite
