#include "http/cloud_tasks/campaign_queues.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "actions/email_tasks.h"
#include "actions/queues.h"

namespace postrider {
namespace {

// Google's words.
constexpr auto kNoQueue =
    "Queue does not exist. If you just created the queue, wait at least a minute for the queue to initialize.";
constexpr auto kNoEntity = "Requested entity was not found.";
constexpr auto kTaskGone =
    "The task no longer exists, though a task with this name existed recently. The task either successfully "
    "completed or was deleted.";

std::unexpected<Error> no_such(std::string_view words) {
  return not_found("NOT_FOUND", std::string(words));
}

std::unexpected<Error> not_now(std::string message) {
  return conflict("FAILED_PRECONDITION", std::move(message));
}

HttpQueue to_queue(const QueueSettings& settings) {
  HttpQueue queue;
  queue.max_dispatches_per_second = settings.max_dispatches_per_second;
  queue.max_concurrent_dispatches = settings.max_concurrent_dispatches;
  queue.max_attempts = settings.max_attempts;
  queue.max_retry_duration = settings.max_retry_duration;
  queue.min_backoff = settings.min_backoff;
  queue.max_backoff = settings.max_backoff;
  queue.max_doublings = settings.max_doublings;
  return queue;
}

/// What has to be set so that `before` becomes `after`.
QueueChange difference(const HttpQueue& before, const HttpQueue& after) {
  QueueChange change;
  const auto set = [](auto& field, const auto& was, const auto& is) {
    if (was != is) field = is;
  };
  set(change.max_dispatches_per_second, before.max_dispatches_per_second, after.max_dispatches_per_second);
  set(change.max_concurrent_dispatches, before.max_concurrent_dispatches, after.max_concurrent_dispatches);
  set(change.max_attempts, before.max_attempts, after.max_attempts);
  set(change.max_retry_duration, before.max_retry_duration, after.max_retry_duration);
  set(change.min_backoff, before.min_backoff, after.min_backoff);
  set(change.max_backoff, before.max_backoff, after.max_backoff);
  set(change.max_doublings, before.max_doublings, after.max_doublings);
  return change;
}

/// A task's name is its email's id; 0: it is none.
EmailId email_of(std::string_view id) {
  std::int64_t number = 0;
  const auto [end, bad] = std::from_chars(id.data(), id.data() + id.size(), number);
  const bool exact = bad == std::errc{} && end == id.data() + id.size() && fmt::to_string(number) == id;
  return EmailId{exact && number > 0 ? number : 0};
}

class StoredCampaignQueues : public CampaignQueues {
 public:
  StoredCampaignQueues(ActionContext& actions, CampaignQueuesPlace place, std::function<TaskRun(EmailId)> run)
      : actions_(actions), place_(std::move(place)), run_(std::move(run)) {}

  HttpQueue defaults() const override { return to_queue({}); }

  Result<HttpQueue> create_queue(const HttpQueue& queue) override {
    if (const auto fine = validate(queue, kMaxDispatchesPerSecond); !fine)
      return std::unexpected(fine.error());
    const auto made = postrider::create_queue(actions_, queue.name.queue, difference(to_queue({}), queue));
    if (!made && made.error().code == "queue_exists")
      return conflict("ALREADY_EXISTS", "Queue already exists");
    if (!made) return std::unexpected(made.error());
    return shown(*made);
  }

  Result<HttpQueue> queue(const QueueName& name) override {
    const auto found = actions_.store.find_queue(name.queue);
    if (!found) return no_such(kNoQueue);
    return shown(*found);
  }

  std::vector<HttpQueue> queues(std::string_view after, int limit) override {
    std::vector<HttpQueue> page;
    for (const auto& queue : actions_.store.queues()) {
      if (queue.settings.name > after && std::ssize(page) < limit) page.push_back(shown(queue));
    }
    return page;
  }

  Result<HttpQueue> update_queue(const QueueName& name,
                                 const std::function<void(HttpQueue&)>& change) override {
    const auto found = actions_.store.find_queue(name.queue);
    const auto before = found ? shown(*found) : defaults();
    auto after = before;
    after.name = name;
    change(after);
    if (!found) return create_queue(after);
    if (const auto fine = validate(after, kMaxDispatchesPerSecond); !fine)
      return std::unexpected(fine.error());
    const auto changed = postrider::update_queue(actions_, name.queue, difference(before, after));
    if (!changed) return std::unexpected(changed.error());
    return shown(*changed);
  }

  Result<void> delete_queue(const QueueName& name) override {
    if (!actions_.store.find_queue(name.queue)) return no_such(kNoEntity);
    return postrider::delete_queue(actions_, name.queue);
  }

  Result<HttpQueue> set_paused(const QueueName& name, bool paused) override {
    if (!actions_.store.find_queue(name.queue)) return no_such(kNoQueue);
    const auto done = paused ? pause_queue(actions_, name.queue) : resume_queue(actions_, name.queue);
    if (!done) return std::unexpected(done.error());
    return queue(name);
  }

  Result<HttpQueue> purge(const QueueName& name) override {
    if (!actions_.store.find_queue(name.queue)) return no_such(kNoQueue);
    const auto purged = purge_queue(actions_, name.queue);
    if (!purged) return std::unexpected(purged.error());
    return queue(name);
  }

  Result<HttpTask> task(const QueueName& queue, std::string_view id) override {
    const auto found = find(queue, id);
    if (!found) return std::unexpected(found.error());
    return shown(queue, *found);
  }

  Result<HttpTaskPage> tasks(const QueueName& queue, std::string_view after, int limit) override {
    const auto found = actions_.store.find_queue(queue.queue);
    if (!found) return no_such(kNoQueue);
    const auto tasks = actions_.store.email_tasks(found->id, email_of(after), limit);
    HttpTaskPage page;
    for (const auto& one : tasks.tasks) page.tasks.push_back(shown(queue, one));
    if (tasks.next) page.next = fmt::to_string(tasks.next.value);
    return page;
  }

  Result<void> delete_task(const QueueName& queue, std::string_view id) override {
    const auto found = find(queue, id);
    if (!found) return std::unexpected(found.error());
    return skip_email(actions_, found->id);
  }

  Result<HttpTask> run_task(const QueueName& queue, std::string_view id) override {
    auto found = find(queue, id);
    if (!found) return std::unexpected(found.error());
    if (found->state == TaskState::scheduled) {
      if (const auto hastened = hasten_email(actions_, found->id); !hastened) return gone(queue, found->id);
      switch (run_(found->id)) {
        case TaskRun::ended:
        case TaskRun::under_way:
          break;
        case TaskRun::not_now:
          return not_now(why_not(*found));
        case TaskRun::unavailable:
          return unavailable(
              "UNAVAILABLE",
              "Nothing can be sent or written now. The email keeps its place; try again later.");
      }
      ++found->attempts;
      found->due = actions_.clock.wall_now();
    }
    return shown(queue, *found);
  }

 private:
  HttpQueue shown(const QueueView& view) const {
    auto queue = to_queue(view.settings);
    queue.name = {place_.project, place_.location, view.settings.name};
    queue.state = view.paused ? HttpQueueState::paused : HttpQueueState::running;
    queue.purged_at = view.purged_at;
    return queue;
  }

  /// The alarm of this email, as a task that rings for it.
  HttpTask shown(const QueueName& queue, const TaskView& view) const {
    HttpTask task;
    task.queue = queue;
    task.id = fmt::to_string(view.id.value);
    task.named = true;
    task.schedule = view.due;
    task.created = view.created;
    task.url = place_.public_url + "/api/tasks/send-email";
    task.headers = {{"Content-Type", "application/json"}, {"User-Agent", "Google-Cloud-Tasks"}};
    task.body = fmt::format("{{\"email_send_id\":{}}}", view.id.value);
    task.dispatch_count = view.attempts;
    return task;
  }

  Result<TaskView> find(const QueueName& queue, std::string_view id) {
    const auto email = email_of(id);
    const auto home = actions_.store.find_queue(queue.queue);
    if (!email || !home) return no_such(kNoEntity);
    auto found = actions_.store.email_task(email);
    if (found && found->queue == home->id) return found;
    return gone(queue, email);
  }

  /// It was there once, or never.
  std::unexpected<Error> gone(const QueueName& queue, EmailId id) {
    const auto email = actions_.store.email(id);
    const auto home = actions_.store.find_queue(queue.queue);
    if (!email || !home) return no_such(kNoEntity);
    const auto campaign = actions_.store.campaign(email->first);
    return no_such(campaign && campaign->queue == home->id ? kTaskGone : kNoEntity);
  }

  std::string why_not(const TaskView& task) {
    const auto waiting = actions_.store.waiting(task.campaign, actions_.clock.wall_now());
    return fmt::format("The email cannot be sent now: {}. It goes as soon as it may.",
                       waiting.what.empty() ? "its turn has not come" : waiting.what);
  }

  ActionContext& actions_;
  const CampaignQueuesPlace place_;
  const std::function<TaskRun(EmailId)> run_;
};

}  // namespace

std::unique_ptr<CampaignQueues> make_campaign_queues(ActionContext& actions, CampaignQueuesPlace place,
                                                     std::function<TaskRun(EmailId)> run) {
  return std::make_unique<StoredCampaignQueues>(actions, std::move(place), std::move(run));
}

}  // namespace postrider
