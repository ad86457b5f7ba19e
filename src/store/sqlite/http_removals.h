#pragma once
// Removals: rows of HTTP tasks that nobody sees any more, or that are too old. A purge of a million tasks is
// one small transaction; their rows go in pieces, with the claims that follow, so that nobody waits for it.
// Under the writer's mutex, inside a transaction; store room only.

#include <map>

#include "store/sqlite/http_work.h"

namespace postrider::sqlite {

class HttpRemovals {
 public:
  explicit HttpRemovals(Database& db);
  /// As the file has them now.
  void load(HotHttpQueues& queues);

  /// The queue's tasks were purged: those up to its `purged`.
  void purge(HttpWork& work, HotHttpQueue& queue);
  /// The queue was deleted, and its names with it.
  void remove_queue(HttpWork& work, std::int64_t queue);

  /// A piece of what there is to do: purged and deleted tasks, tasks whose retention has ended, names that
  /// are free again.
  void go_on(HttpWork& work);
  bool done() const { return jobs_.empty(); }

 private:
  struct Job {
    std::int64_t up_to = 0;
    std::optional<std::int64_t> ended;
  };
  void set(std::int64_t queue, const Job& job);
  bool finish(HttpWork& work, std::int64_t queue, const Job& job, std::int64_t& rows);
  void expire(HttpWork& work, HotHttpQueue& queue, std::int64_t& rows);

  Database& db_;
  std::map<std::int64_t, Job> jobs_;  // by queue
};

}  // namespace postrider::sqlite
