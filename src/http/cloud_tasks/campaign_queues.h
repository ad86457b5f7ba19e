#pragma once
// CampaignQueues: campaign emails as the Cloud Tasks face shows them. Each email that waits or is under way
// is a task of its campaign's queue, with the email's id; what the rules of campaigns forbid (creating a
// task, sending past the gate), no call of this face can do either. Of one request, not thread safe;
// blocking. Errors have Google's words and codes, as those of HttpTaskStore.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "actions/context.h"
#include "http/world.h"
#include "queue/http_task.h"

namespace postrider {

struct HttpTaskPage {
  std::vector<HttpTask> tasks;
  std::string next;  ///< for the next page, which may be asked for although this one is short; empty: the end
};

class CampaignQueues {
 public:
  virtual ~CampaignQueues() = default;

  /// What a field becomes that nobody set.
  virtual HttpQueue defaults() const = 0;
  /// A rate of 0 is no limit, here and below. The queue that the first start made is taken over, while nobody
  /// has touched it.
  virtual Result<HttpQueue> create_queue(const HttpQueue& queue) = 0;
  virtual Result<HttpQueue> queue(const QueueName& name) = 0;
  /// In the order of their names, those after `after` (a queue's id).
  virtual std::vector<HttpQueue> queues(std::string_view after, int limit) = 0;
  /// Creates the queue where there is none. Changes what differs after `change`.
  virtual Result<HttpQueue> update_queue(const QueueName& name,
                                         const std::function<void(HttpQueue&)>& change) = 0;
  /// FAILED_PRECONDITION while any campaign, finished or not, has its emails there.
  virtual Result<void> delete_queue(const QueueName& name) = 0;
  virtual Result<HttpQueue> set_paused(const QueueName& name, bool paused) = 0;
  /// Its campaigns pause; resuming one makes new tasks for exactly the emails that lost theirs.
  virtual Result<HttpQueue> purge(const QueueName& name) = 0;

  virtual Result<HttpTask> task(const QueueName& queue, std::string_view id) = 0;
  virtual Result<HttpTaskPage> tasks(const QueueName& queue, std::string_view after, int limit) = 0;
  /// Skips the email. FAILED_PRECONDITION while an attempt is under way.
  virtual Result<void> delete_task(const QueueName& queue, std::string_view id) = 0;
  /// Makes the email's turn come now and waits for what the gate says: pause, window, pace, cap and
  /// suppression stay in force. The task as it was with this attempt; FAILED_PRECONDITION says why there was
  /// none.
  virtual Result<HttpTask> run_task(const QueueName& queue, std::string_view id) = 0;
};

struct CampaignQueuesPlace {
  std::string project, location;
  std::string public_url;  ///< what the tasks' URLs begin with: "https://mail.example.org"
};

/// Over the store of `actions`, which outlives it. `run`: ApiWorld::run_task.
std::unique_ptr<CampaignQueues> make_campaign_queues(ActionContext& actions, CampaignQueuesPlace place,
                                                     std::function<TaskRun(EmailId)> run);

}  // namespace postrider
