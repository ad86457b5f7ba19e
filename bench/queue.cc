// Our queue of HTTP tasks as bench/queue measures it: the store, the crew, and a target that answers at once.
//
//   queue_bench FILE rate TASKS BATCH     {"create": seconds, "work": seconds}
//   queue_bench FILE late TASKS SECONDS   {"late": [milliseconds of each task]}
//
// FILE is a new database. What is measured is what tests/peers/queues/bench.cjs measures of others.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <string>
#include <string_view>

#include "dispatch/http_crew.h"
#include "store/sqlite/sqlite_store.h"

namespace {

using namespace postrider;
using namespace std::chrono_literals;

constexpr auto kLongest = 300s;       // for all tasks
constexpr Micros kHeadStart = 2s;     // until the first task is due
constexpr double kNoRate = 1e6;       // above what anybody reaches
constexpr std::size_t kAtOnce = 500;  // tasks of one call that are due later

const QueueName kQueue{"bench", "here", "none"};

double seconds(Micros length) {
  return std::chrono::duration<double>(length).count();
}

/// Does nothing, and remembers when.
class NoTarget final : public HttpTarget {
 public:
  NoTarget(const Clock& clock, std::size_t tasks) : clock_(clock), left_(tasks) { late_.reserve(tasks); }

  void call(const HttpTask& task, std::function<void(HttpOutcome)> done) override {
    const auto now = clock_.wall_now();
    {
      const std::lock_guard lock(mutex_);
      if (late_.empty()) first_ = clock_.boot_now();
      late_.push_back(1e3 * seconds(now - task.last->schedule));
      if (--left_ == 0) changed_.notify_all();
    }
    done({.status = 200});
  }

  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLongest, [this] { return left_ == 0; });
  }
  BootTime first() const { return first_; }
  const std::vector<double>& late() const { return late_; }

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t left_;
  BootTime first_{};
  std::vector<double> late_;
};

/// About a hundred octets to carry, as the peers' tasks have.
HttpTask task_of(std::size_t number, WallTime due) {
  HttpTask task;
  task.queue = kQueue;
  task.url = "http://127.0.0.1/none";
  task.schedule = due;
  task.body = fmt::format(R"({{"number":{},"text":"{:x>80}"}})", number, "");
  return task;
}

bool create(HttpTaskStore& store, const std::vector<HttpTask>& tasks, std::size_t batch) {
  const std::span all(tasks);
  for (std::size_t first = 0; first < all.size(); first += batch) {
    for (const auto& created : store.create(all.subspan(first, std::min(batch, all.size() - first)))) {
      if (created) continue;
      std::fprintf(stderr, "%s\n", created.error().message.c_str());
      return false;
    }
  }
  return true;
}

bool fail(const char* what) {
  std::fprintf(stderr, "queue_bench: %s\n", what);
  return false;
}

/// Waits until everything is called and recorded.
bool finish(NoTarget& target, HttpCrew& crew) {
  if (!target.wait()) return fail("not all tasks were called");
  return crew.stop(kLongest) || fail("not all tasks were recorded");
}

bool is_empty(HttpTaskStore& store) {
  return store.tasks(kQueue, "", 1).value().empty() || fail("tasks are left");
}

bool rate(HttpTaskStore& store, const Clock& clock, std::size_t count, std::size_t batch) {
  std::vector<HttpTask> tasks;
  for (std::size_t n = 0; n < count; ++n) tasks.push_back(task_of(n, {}));
  const auto log = make_stderr_log(LogLevel::warning);
  NoTarget target(clock, count);
  HttpCrew crew(store, target, clock, *log);
  const auto began = clock.boot_now();
  if (!create(store, tasks, batch)) return false;
  const auto created = clock.boot_now();
  crew.start();
  if (!finish(target, crew)) return false;
  const auto worked = clock.boot_now();
  fmt::print("{{\"create\": {}, \"work\": {}}}\n", seconds(created - began),
             seconds(worked - target.first()));
  return is_empty(store);
}

bool late(HttpTaskStore& store, const Clock& clock, std::size_t count, std::size_t length) {
  const auto log = make_stderr_log(LogLevel::warning);
  NoTarget target(clock, count);
  HttpCrew crew(store, target, clock, *log);
  store.on_ring([&crew] { crew.ring(); });
  crew.start();
  const auto begin = clock.wall_now() + kHeadStart;
  std::mt19937_64 random{std::random_device{}()};
  std::uniform_int_distribution<std::int64_t> moment(0, static_cast<std::int64_t>(length) * 1000 - 1);
  std::vector<HttpTask> tasks;
  for (std::size_t n = 0; n < count; ++n)
    tasks.push_back(task_of(n, begin + std::chrono::milliseconds{moment(random)}));
  bool done = create(store, tasks, kAtOnce);
  if (done && clock.wall_now() >= begin) done = fail("creating took longer than the head start");
  done = done && finish(target, crew);
  store.on_ring([] {});
  if (!done) return false;
  fmt::print("{{\"late\": [{:.3f}]}}\n", fmt::join(target.late(), ", "));
  return is_empty(store);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: queue_bench FILE rate|late TASKS BATCH|SECONDS\n");
    return 64;
  }
  SystemClock clock;
  const auto store = std::move(*SqliteStore::open(argv[1], clock, {.most_dispatches_per_second = kNoRate}));
  auto& tasks = store->http_tasks();
  HttpQueue queue{.name = kQueue};
  queue.max_dispatches_per_second = kNoRate;
  queue.max_concurrent_dispatches = 5000;
  if (!tasks.create_queue(queue)) return fail("no queue"), 1;
  tasks.take_over();
  const auto count = std::strtoul(argv[3], nullptr, 10);
  const auto more = std::strtoul(argv[4], nullptr, 10);
  const bool done =
      argv[2] == std::string_view{"late"} ? late(tasks, clock, count, more) : rate(tasks, clock, count, more);
  return done ? 0 : 1;
}
