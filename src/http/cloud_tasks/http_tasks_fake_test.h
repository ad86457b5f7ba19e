#pragma once
// An HttpTaskStore in memory, with the words of the real one, for tests of what stands before it. Tests only.

#include <algorithm>
#include <map>
#include <set>

#include "base/clock.h"
#include "store/http_task_store.h"

namespace postrider {

class HttpTasksInMemory : public HttpTaskStore {
 public:
  explicit HttpTasksInMemory(const Clock& clock) : clock_(clock) {}

  Result<HttpQueue> create_queue(const HttpQueue& queue) override {
    if (auto fine = validate(queue); !fine) return std::unexpected(fine.error());
    const auto name = queue.name.text();
    if (queues_.contains(name)) return conflict("ALREADY_EXISTS", "Queue already exists");
    if (deleted_queues_.contains(name)) {
      return conflict("FAILED_PRECONDITION",
                      "The queue cannot be created because a queue with this name existed too recently.");
    }
    return queues_[name].queue = queue;
  }
  Result<HttpQueue> queue(const QueueName& name) override {
    auto* kept = find(name);
    if (kept == nullptr) return no_queue();
    return kept->queue;
  }
  std::vector<HttpQueue> queues(std::string_view project, std::string_view location, std::string_view after,
                                int limit) override {
    std::vector<HttpQueue> page;
    for (const auto& [name, kept] : queues_) {
      const auto& at = kept.queue.name;
      if (at.project == project && at.location == location && at.queue > after && std::ssize(page) < limit)
        page.push_back(kept.queue);
    }
    return page;
  }
  Result<HttpQueue> update_queue(const QueueName& name,
                                 const std::function<void(HttpQueue&)>& change) override {
    auto* kept = find(name);
    HttpQueue queue = kept != nullptr ? kept->queue : HttpQueue{.name = name};
    change(queue);
    if (auto fine = validate(queue); !fine) return std::unexpected(fine.error());
    return queues_[name.text()].queue = queue;
  }
  Result<void> delete_queue(const QueueName& name) override {
    if (queues_.erase(name.text()) == 0) return no_entity();
    deleted_queues_.insert(name.text());
    return {};
  }
  Result<HttpQueue> set_paused(const QueueName& name, bool paused) override {
    auto* kept = find(name);
    if (kept == nullptr) return no_queue();
    kept->queue.state = paused ? HttpQueueState::paused : HttpQueueState::running;
    return kept->queue;
  }
  Result<HttpQueue> purge(const QueueName& name) override {
    auto* kept = find(name);
    if (kept == nullptr) return no_queue();
    kept->tasks.clear();
    kept->queue.purged_at = clock_.wall_now();
    return kept->queue;
  }

  std::vector<Result<HttpTask>> create(std::span<const HttpTask> tasks) override {
    std::vector<Result<HttpTask>> made;
    for (const auto& task : tasks) made.push_back(create(task));
    return made;
  }
  Result<HttpTask> task(const QueueName& queue, std::string_view id) override {
    auto* kept = find(queue);
    if (kept == nullptr) return no_entity();
    if (kept->gone.contains(std::string(id))) {
      return not_found("NOT_FOUND",
                       "The task no longer exists, though a task with this name existed recently. The task "
                       "either successfully completed or was deleted.");
    }
    const auto found = kept->tasks.find(std::string(id));
    if (found == kept->tasks.end()) return no_entity();
    return found->second;
  }
  Result<std::vector<HttpTask>> tasks(const QueueName& queue, std::string_view after, int limit) override {
    auto* kept = find(queue);
    if (kept == nullptr) return no_queue();
    std::vector<HttpTask> page;
    // Fewer than asked for, as the real one may give.
    for (const auto& [id, task] : kept->tasks) {
      if (id > after && std::ssize(page) < std::min(limit, 7)) page.push_back(task);
    }
    return page;
  }
  Result<void> delete_task(const QueueName& queue, std::string_view id) override {
    if (auto found = task(queue, id); !found) return std::unexpected(found.error());
    find(queue)->tasks.erase(std::string(id));
    find(queue)->gone.insert(std::string(id));
    return {};
  }
  Result<ClaimedHttpTask> force_run(const QueueName& queue, std::string_view id) override {
    if (auto found = task(queue, id); !found) return std::unexpected(found.error());
    auto& task = find(queue)->tasks.at(std::string(id));
    ++task.dispatch_count;
    task.last = HttpAttempt{.schedule = task.schedule, .dispatch = clock_.wall_now()};
    if (!task.first_dispatch) task.first_dispatch = clock_.wall_now();
    return ClaimedHttpTask{.key = 1, .task = task};
  }

  void take_over() override {}
  HttpClaims step(std::span<const HttpRecord>, int) override { return {}; }
  void on_ring(std::function<void()>) override {}

  HttpTaskLimits limits;
  HttpTask& stored(const QueueName& queue, const std::string& id) { return find(queue)->tasks.at(id); }

 private:
  struct Kept {
    HttpQueue queue;
    std::map<std::string, HttpTask> tasks;
    std::set<std::string> gone;
  };
  Kept* find(const QueueName& name) {
    const auto found = queues_.find(name.text());
    return found == queues_.end() ? nullptr : &found->second;
  }
  static std::unexpected<Error> no_queue() {
    return not_found("NOT_FOUND",
                     "Queue does not exist. If you just created the queue, wait at least a minute for the "
                     "queue to initialize.");
  }
  static std::unexpected<Error> no_entity() {
    return not_found("NOT_FOUND", "Requested entity was not found.");
  }
  Result<HttpTask> create(HttpTask task) {
    auto* kept = find(task.queue);
    if (kept == nullptr) return no_queue();
    task.created = clock_.wall_now();
    if (auto fine = validate(task, limits, task.created); !fine) return std::unexpected(fine.error());
    if (task.id.empty()) task.id = std::to_string(next_id_++);
    if (kept->tasks.contains(task.id) || kept->gone.contains(task.id))
      return conflict("ALREADY_EXISTS", "Requested entity already exists");
    return kept->tasks[task.id] = task;
  }

  const Clock& clock_;
  std::map<std::string, Kept> queues_;
  std::set<std::string> deleted_queues_;
  std::uint64_t next_id_ = 1'000'000'000'000'000'001;
};

}  // namespace postrider
