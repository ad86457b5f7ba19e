#pragma once
// New HTTP tasks, and the callers who wait for them: whoever comes while a transaction is on its way to the
// disk goes with the next, together with all others who came. Store room only.

#include <condition_variable>
#include <exception>
#include <mutex>
#include <span>
#include <vector>

#include "store/sqlite/http_work.h"

namespace postrider::sqlite {

/// Writes the rows of new tasks. Under the writer's mutex, inside a transaction.
class HttpCreates {
 public:
  explicit HttpCreates(Database& db);
  /// For each task, in their order, what became of it. `earliest` gets the first moment at which one of them
  /// is due, if it is earlier.
  std::vector<Result<HttpTask>> add(HttpWork& work, std::span<const HttpTask> tasks,
                                    std::optional<WallTime>& earliest);

 private:
  Result<HttpTask> accept(HttpWork& work, const HttpTask& given);
  bool take_name(HttpWork& work, const HotHttpQueue& queue, const HttpTask& task, std::int64_t key);
  void write(std::span<const HttpTask* const> tasks);

  struct Row {
    std::int64_t key = 0, queue = 0;
    bool immediate = false;
    std::string headers;
    std::optional<std::string> token;
  };
  std::vector<Row> rows_;  // accepted and not written yet
  Statement add_one_, add_many_;
};

/// The callers of create() who wait.
class HttpCreateCalls {
 public:
  struct Call {
    std::span<const HttpTask> tasks;
    std::vector<Result<HttpTask>> results;
    std::exception_ptr fault;
    bool answered = false;
  };

  /// Waits until the call is answered. Where nobody is at it, this caller is the one who calls `commit`,
  /// which takes the calls that wait, and answers them.
  void wait(Call& call, const std::function<void()>& commit);
  /// Some calls that wait, not too many at once.
  std::vector<Call*> take();
  void answer(std::span<Call* const> calls, const std::exception_ptr& fault);

 private:
  std::mutex mutex_;
  std::condition_variable answered_;
  std::vector<Call*> waiting_;
  bool committing_ = false;
};

}  // namespace postrider::sqlite
