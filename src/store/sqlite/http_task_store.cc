#include "store/sqlite/http_task_store.h"

#include <algorithm>

#include "base/check.h"

namespace postrider::sqlite {
namespace {

constexpr std::chrono::milliseconds kMostAhead{20};
constexpr std::chrono::seconds kLookWhenQuarantined{1};

std::string secret_of(Database& db) {
  Statement row(db, "SELECT value FROM meta WHERE key = 'http_task_ids'");
  CHECK(row.step());
  return std::string(row.text(0));
}

}  // namespace

std::unique_ptr<HttpTaskStore> make_http_task_store(Writer& writer, const HttpTaskLimits& limits) {
  return std::make_unique<SqliteHttpTaskStore>(writer, limits);
}

SqliteHttpTaskStore::SqliteHttpTaskStore(Writer& writer, const HttpTaskLimits& limits)
    : writer_(writer),
      readers_(writer.file),
      limits_(limits),
      ids_(secret_of(writer.db)),
      attempts_(writer.db),
      names_(writer.db, limits.name_window),
      queues_(writer.db),
      creates_(writer.db),
      claims_(writer.db),
      records_(writer.db),
      removals_(writer.db) {}

void SqliteHttpTaskStore::begin() {
  if (!stale_) return;
  queues_.load(attempts_);
  removals_.load(queues_);
  names_.load();
  stale_ = false;
}

void SqliteHttpTaskStore::rolled_back() {
  stale_ = true;
  attempts_.rolled_back();
  told_wake_.reset();  // whoever was to be rung for was not
}

std::vector<Result<HttpTask>> SqliteHttpTaskStore::create(std::span<const HttpTask> tasks) {
  HttpCreateCalls::Call call{.tasks = tasks, .results = {}, .fault = {}};
  calls_.wait(call, [this] { commit_calls(); });
  if (call.fault) std::rethrow_exception(call.fault);
  return std::move(call.results);
}

void SqliteHttpTaskStore::commit_calls() noexcept {
  const auto began = writer_.clock.boot_now();
  std::vector<HttpCreateCalls::Call*> calls;
  std::exception_ptr fault;
  try {
    write([&](HttpWork& work) {
      calls = calls_.take();
      serve(work, calls);
      return 0;
    });
  } catch (...) {
    fault = std::current_exception();
    // Also who was not served: the caller who commits would come back without end.
    const auto waiting = calls_.take();
    calls.insert(calls.end(), waiting.begin(), waiting.end());
  }
  if (!fault && !calls.empty()) note_took(writer_.clock.boot_now() - began);
  calls_.answer(calls, fault);
}

/// Follows what takes longer at once, and forgets it within some transactions.
void SqliteHttpTaskStore::note_took(Micros took) {
  const auto ahead = std::max<Micros>(took + took / 2, ahead_.load() * 15 / 16);
  ahead_ = std::min<Micros>(ahead, kMostAhead);
}

void SqliteHttpTaskStore::serve(HttpWork& work, std::span<HttpCreateCalls::Call* const> calls) {
  if (calls.empty()) return;
  work.names.forget(work.now);
  std::optional<WallTime> earliest;
  for (auto* call : calls) call->results = creates_.add(work, call->tasks, earliest);
  if (earliest) ring_at(*earliest);
}

void SqliteHttpTaskStore::ring_at(WallTime due) {
  if (told_wake_ && *told_wake_ <= due) return;
  told_wake_ = due;
  ring_ = true;
}

void SqliteHttpTaskStore::take_over() {
  write([&](HttpWork& work) {
    work.attempts.take_over(work.now);
    work.queues.load(work.attempts);
    removals_.load(work.queues);
    return 0;
  });
}

HttpClaims SqliteHttpTaskStore::step(std::span<const HttpRecord> records, int places) {
  const auto began = writer_.clock.boot_now();
  // A task is claimed as long before it is due as a claim takes to be on disk.
  const auto ahead = ahead_.load();
  std::vector<HttpCreateCalls::Call*> calls;
  HttpClaims claims;
  try {
    write([&](HttpWork& work) {
      // Who waits to create tasks goes along: one sync for both, and their tasks may be claimed at once.
      calls = calls_.take();
      serve(work, calls);
      ring_ = false;
      records_.apply(work, records);
      removals_.go_on(work);
      if (writer_.quarantined) {
        claims.wake = work.now + kLookWhenQuarantined;
      } else {
        claims.tasks = claims_.serve(work, places, ahead);
        claims.wake = claims_.wake(work, ahead);
      }
      told_wake_ = claims.wake;
      return 0;
    });
  } catch (...) {
    calls_.answer(calls, std::current_exception());
    throw;
  }
  calls_.answer(calls, nullptr);
  // Only steps that write say how long a sync takes.
  if (!claims.tasks.empty() || !records.empty()) note_took(writer_.clock.boot_now() - began);
  return claims;
}

void SqliteHttpTaskStore::on_ring(std::function<void()> bell) {
  const std::lock_guard lock(writer_.mutex);
  bell_ = std::move(bell);
}

}  // namespace postrider::sqlite
