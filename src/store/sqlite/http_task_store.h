#pragma once
// The store of queues of HTTP tasks on SQLite. Each verb of the crew is a file of its own (http_creates,
// http_claims, http_records, http_removals); http_task_store.cc strings them into transactions,
// http_queue_verbs.cc and http_task_verbs.cc are what callers ask for one by one. Store room only.

#include <atomic>
#include <memory>

#include "store/http_task_store.h"
#include "store/sqlite/http_claims.h"
#include "store/sqlite/http_creates.h"
#include "store/sqlite/http_records.h"
#include "store/sqlite/http_removals.h"
#include "store/sqlite/readers.h"
#include "store/sqlite/writer.h"
#include "store/task_store.h"

namespace postrider::sqlite {

std::unique_ptr<HttpTaskStore> make_http_task_store(Writer& writer, const HttpTaskLimits& limits);

class SqliteHttpTaskStore final : public HttpTaskStore {
 public:
  SqliteHttpTaskStore(Writer& writer, const HttpTaskLimits& limits);

  Result<HttpQueue> create_queue(const HttpQueue& queue) override;
  Result<HttpQueue> queue(const QueueName& name) override;
  std::vector<HttpQueue> queues(std::string_view project, std::string_view location, std::string_view after,
                                int limit) override;
  Result<HttpQueue> update_queue(const QueueName& name,
                                 const std::function<void(HttpQueue&)>& change) override;
  Result<void> delete_queue(const QueueName& name) override;
  Result<HttpQueue> set_paused(const QueueName& name, bool paused) override;
  Result<HttpQueue> purge(const QueueName& name) override;

  std::vector<Result<HttpTask>> create(std::span<const HttpTask> tasks) override;
  Result<HttpTask> task(const QueueName& queue, std::string_view id) override;
  Result<std::vector<HttpTask>> tasks(const QueueName& queue, std::string_view after, int limit) override;
  Result<void> delete_task(const QueueName& queue, std::string_view id) override;
  Result<ClaimedHttpTask> force_run(const QueueName& queue, std::string_view id) override;

  void take_over() override;
  HttpClaims step(std::span<const HttpRecord> records, int places) override;
  void on_ring(std::function<void()> bell) override;

 private:
  /// A task by its name: its key, whether or not its row is there still. Errors: there never was one, it has
  /// ended.
  Result<std::int64_t> find(Database& db, const HttpQueueRow& queue, std::string_view id);
  Result<HttpQueue> add_queue(HttpWork& work, HttpQueue queue);
  HttpQueue keep(HttpWork& work, HotHttpQueue& queue, const HttpQueue& settings);

  void commit_calls() noexcept;
  void serve(HttpWork& work, std::span<HttpCreateCalls::Call* const> calls);
  void note_took(Micros took);
  /// Rings once this transaction is committed, if nothing told the crew to look by then.
  void ring_at(WallTime due);

  /// `work(HttpWork&)` in one transaction, which is committed unless it returns an error; then it has changed
  /// nothing.
  template <class Work>
  auto write(Work&& work) -> std::invoke_result_t<Work, HttpWork&>;
  void begin();
  void rolled_back();
  template <class Work>
  auto read(Work&& work) -> std::invoke_result_t<Work, Database&>;

  Writer& writer_;
  Readers readers_;
  const HttpTaskLimits limits_;
  const HttpIds ids_;
  HttpCreateCalls calls_;
  // Under the writer's mutex:
  HttpAttempts attempts_;
  HttpNames names_;
  HotHttpQueues queues_;
  HttpCreates creates_;
  HttpTaskClaims claims_;
  HttpTaskRecords records_;
  HttpRemovals removals_;
  bool stale_ = true;  ///< what is kept in memory must be read anew
  std::function<void()> bell_;
  bool ring_ = false;
  std::optional<WallTime> told_wake_;
  std::atomic<Micros> ahead_{Micros{0}};  ///< how long before it is due a task is claimed
};

template <class Work>
auto SqliteHttpTaskStore::write(Work&& work) -> std::invoke_result_t<Work, HttpWork&> {
  std::unique_lock lock(writer_.mutex);
  ring_ = false;
  try {
    begin();
    Transaction transaction(writer_.db);
    HttpWork parts{.db = writer_.db,
                   .queues = queues_,
                   .attempts = attempts_,
                   .names = names_,
                   .ids = ids_,
                   .limits = limits_,
                   .now = writer_.clock.wall_now()};
    auto result = work(parts);
    if constexpr (requires { result.error(); }) {
      if (!result.has_value()) return result;
    }
    queues_.write_back();
    attempts_.write(parts.now);
    transaction.commit();
    attempts_.committed();
    writer_.trouble.clear();
    const auto bell = ring_ ? bell_ : nullptr;
    lock.unlock();
    if (bell) bell();
    return result;
  } catch (const StoreFault& fault) {
    writer_.trouble = fault.what();
    rolled_back();
    throw;
  } catch (...) {
    if (lock.owns_lock()) rolled_back();  // else it was the bell
    throw;
  }
}

template <class Work>
auto SqliteHttpTaskStore::read(Work&& work) -> std::invoke_result_t<Work, Database&> {
  auto lease = readers_.take();
  return work(*lease);
}

}  // namespace postrider::sqlite
