#pragma once
// HttpAttempts: the attempts of HTTP tasks that are under way. What a record needs is remembered here, so
// that a success reads nothing; and each claim writes one row with the keys and attempts of all its tasks, so
// that a crash leaves them to be found (take_over). The row goes with the last of them.
//
// Used inside transactions, under the writer's mutex: what one of them began and ended holds once committed()
// says so; rolled_back() puts it as it was. Looking is for any thread. An attempt is found here until its end
// is committed, so whoever looks here first, and takes his snapshot of the rows afterwards, sees it under way
// or sees its end. Store room only.

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "queue/http_task.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

struct HttpAttemptUnderWay {
  std::int64_t key = 0;
  int attempt = 0;  ///< the task's dispatches with this one
  int responses = 0, executions = 0;
  WallTime first_dispatch{};
  WallTime schedule{}, dispatch{};
  std::string id;          ///< of a task that its caller named
  bool forced = false;     ///< by force_run
  bool overtaken = false;  ///< a later one began before it ended
  bool ended = false;      ///< in the running transaction
  std::int64_t claim = 0;
};

class HttpAttempts {
 public:
  explicit HttpAttempts(Database& db);

  void begin(HttpAttemptUnderWay attempt) { begun_.push_back(std::move(attempt)); }
  /// Nothing where none such is under way: a late word.
  std::optional<HttpAttemptUnderWay> end(std::int64_t key, int attempt);
  /// Before the commit: the rows of all that began and of claims that ended. `now` is when they began.
  void write(WallTime now);
  void committed();
  void rolled_back();

  /// What a crash left behind waits again, and each attempt counts. Before anything is under way.
  void take_over(WallTime now);

  /// The task's newest attempt, if it is under way. Any thread, as the next two.
  std::optional<HttpAttemptUnderWay> newest(std::int64_t key) const;
  /// The same of all tasks of a queue, by their keys.
  std::unordered_map<std::int64_t, HttpAttemptUnderWay> newest_of(std::int64_t queue) const;
  /// How many are under way, by queue.
  std::unordered_map<std::int64_t, int> by_queue() const;

 private:
  HttpAttemptUnderWay* find(std::int64_t key, int attempt);
  void put(HttpAttemptUnderWay attempt);

  Database& db_;
  mutable std::mutex mutex_;  // of the next two: others look at them
  std::unordered_map<std::int64_t, HttpAttemptUnderWay> newest_;
  std::map<std::pair<std::int64_t, int>, HttpAttemptUnderWay> overtaken_;  // by a forced one
  std::unordered_map<std::int64_t, int> left_;                             // of each claim
  std::int64_t last_claim_ = 0;
  // Of the running transaction:
  std::vector<HttpAttemptUnderWay> begun_;
  std::vector<std::pair<std::int64_t, int>> ended_;  // key and attempt of each
  Statement add_, drop_;
};

}  // namespace postrider::sqlite
