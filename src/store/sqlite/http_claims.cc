#include "store/sqlite/http_claims.h"

#include <fmt/format.h>

#include <algorithm>

#include "store/sqlite/http_task_row.h"

namespace postrider::sqlite {
namespace {

constexpr std::size_t kMostOctets = 64UL * 1024 * 1024;  // of the bodies of one claim

/// How many tasks its limits allow it to begin now.
int places_of(const HotHttpQueue& queue, WallTime now) {
  if (queue.settings.state != HttpQueueState::running) return 0;
  const int free = queue.settings.max_concurrent_dispatches - queue.under_way;
  if (free <= 0) return 0;
  return std::min(free, queue.bucket.available(queue.rate(now), queue.settings.max_burst_size(), now));
}

/// When its first task is due that may be given out; none: no task waits. While the rows of a purge are still
/// among them, waiting tasks are left alone: it takes moments.
std::optional<WallTime> first_due(const HotHttpQueue& queue, WallTime now) {
  if (queue.has_immediate()) return now;
  return queue.removing ? std::nullopt : queue.next_due;
}

void note_earlier(std::optional<WallTime>& wake, WallTime t) {
  if (!wake || t < *wake) wake = t;
}

}  // namespace

HttpTaskClaims::HttpTaskClaims(Database& db)
    : immediate_(
          db, fmt::format("SELECT {} FROM http_task WHERE key BETWEEN ? AND ? AND due IS NULL ORDER BY key",
                          kHttpTaskColumns)),
      waiting_(db, fmt::format(
                       "SELECT {} FROM http_task INDEXED BY http_task_waiting WHERE queue_id = ? AND due > 0 "
                       "ORDER BY due",
                       kHttpTaskColumns)),
      under_way_(db, "UPDATE http_task SET due = -abs(coalesce(due, created)) WHERE key = ?") {}

std::vector<ClaimedHttpTask> HttpTaskClaims::serve(HttpWork& work, int places, Micros ahead) {
  std::vector<ClaimedHttpTask> claimed;
  if (places <= 0) return claimed;
  const auto until = work.now + ahead;
  std::vector<HotHttpQueue*> open;
  for (auto& [id, queue] : work.queues.all()) {
    const auto due = first_due(queue, work.now);
    if (due && *due <= until && places_of(queue, work.now) > 0) open.push_back(&queue);
  }
  if (open.empty()) return claimed;
  std::ranges::sort(open, {}, [](const auto* queue) { return std::pair(queue->served, queue->id); });
  ++turn_;
  octets_ = 0;
  // Two rounds: everybody's fair share, then what is left to whoever can use it.
  const int share = std::max(1, places / static_cast<int>(open.size()));
  for (const int most : {share, places}) {
    for (auto* queue : open) {
      const int room = places - static_cast<int>(claimed.size());
      if (room <= 0 || octets_ >= kMostOctets) return claimed;
      const auto due = first_due(*queue, work.now);
      if (!due || *due > until) continue;
      const int n = std::min({room, most, places_of(*queue, work.now)});
      if (n > 0) take(work, *queue, n, until, claimed);
    }
  }
  return claimed;
}

/// The queue's first `n` tasks by their due times, from both its ranges.
void HttpTaskClaims::take(HttpWork& work, HotHttpQueue& queue, int n, WallTime until,
                          std::vector<ClaimedHttpTask>& claimed) {
  const auto before = claimed.size();
  const auto room = [&] { return static_cast<int>(claimed.size() - before) < n && octets_ < kMostOctets; };
  const bool look_at_immediate = queue.has_immediate();
  const bool look_at_waiting = !queue.removing && queue.next_due && *queue.next_due <= until;
  std::vector<std::int64_t> waited;
  bool immediate = false;
  bool waiting = false;
  if (look_at_immediate) {
    immediate_.query(queue.key(true, queue.claimed + 1), queue.key(true, queue.last));
    immediate = immediate_.step();
  }
  if (look_at_waiting) waiting = waiting_.query(queue.id).step();
  while (room() && (immediate || waiting)) {
    const bool first_waiting = waiting && (!immediate || schedule_of(waiting_) <= schedule_of(immediate_));
    if (first_waiting && schedule_of(waiting_) > until) break;
    auto& row = first_waiting ? waiting_ : immediate_;
    claimed.push_back(begin(work, queue, row, false));
    octets_ += claimed.back().task.body.size();
    if (first_waiting) {
      waited.push_back(claimed.back().key);
      waiting = waiting_.step();
    } else {
      queue.claimed = HttpKey::of(claimed.back().key).number;
      immediate = immediate_.step();
    }
  }
  if (look_at_immediate && !immediate) queue.claimed = queue.last;
  if (look_at_waiting) {
    queue.next_due.reset();
    if (waiting) queue.next_due = schedule_of(waiting_);
  }
  immediate_.reset();
  waiting_.reset();
  for (const auto key : waited) under_way_.run(key);
  const auto taken = static_cast<int>(claimed.size() - before);
  queue.bucket.take(taken, queue.rate(work.now), queue.settings.max_burst_size(), work.now);
  queue.served = turn_;
  queue.changed = true;
}

ClaimedHttpTask HttpTaskClaims::begin(HttpWork& work, HotHttpQueue& queue, const Statement& row,
                                      bool forced) {
  ClaimedHttpTask claimed{.key = row.integer(0), .task = read_http_task(row, queue.settings.name, work.ids)};
  auto& task = claimed.task;
  const WallTime dispatch = forced ? work.now : std::max(work.now, task.schedule);
  if (task.last) task.previous_status = task.last->status;
  if (const auto overtaken = forced ? work.attempts.newest(claimed.key) : std::nullopt) {
    task.dispatch_count = overtaken->attempt;
    task.first_dispatch = overtaken->first_dispatch;
  }
  ++task.dispatch_count;
  if (!task.first_dispatch) task.first_dispatch = dispatch;
  task.last = {.schedule = task.schedule, .dispatch = dispatch, .response = {}};
  ++queue.under_way;
  work.attempts.begin({.key = claimed.key,
                       .attempt = task.dispatch_count,
                       .responses = task.response_count,
                       .executions = task.execution_count,
                       .first_dispatch = *task.first_dispatch,
                       .schedule = task.schedule,
                       .dispatch = dispatch,
                       .id = task.named ? task.id : std::string(),
                       .forced = forced});
  return claimed;
}

ClaimedHttpTask HttpTaskClaims::force(HttpWork& work, HotHttpQueue& queue, const Statement& row) {
  auto claimed = begin(work, queue, row, true);
  under_way_.run(claimed.key);
  return claimed;
}

std::optional<WallTime> HttpTaskClaims::wake(const HttpWork& work, Micros ahead) const {
  std::optional<WallTime> wake;
  for (const auto& [id, queue] : work.queues.all()) {
    if (queue.removing) note_earlier(wake, work.now);
    if (queue.oldest) note_earlier(wake, *queue.oldest + work.limits.retention);
    auto due = first_due(queue, work.now);
    if (!due || queue.settings.state != HttpQueueState::running ||
        queue.under_way >= queue.settings.max_concurrent_dispatches)
      continue;
    const double rate = queue.rate(work.now);
    auto token = queue.bucket.next_token_at(rate, queue.settings.max_burst_size(), work.now);
    if (token > work.now && queue.throttle.at(work.now) < 1)
      token = std::min(token, queue.throttle.next_recovery(work.now));
    note_earlier(wake, std::max({work.now, *due - ahead, token}));
  }
  return wake;
}

}  // namespace postrider::sqlite
