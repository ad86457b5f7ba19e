#pragma once
// CloudTasksWorld: what the Cloud Tasks face needs of the program around it besides ApiWorld, handed in by
// app. Tasks have two homes: those that callers create are HTTP tasks in their store; the emails of campaigns
// show as tasks of the queues of one project and location. Called on worker threads, many at once.

#include <memory>
#include <string>
#include <string_view>

#include "actions/context.h"
#include "http/access.h"
#include "http/cloud_tasks/campaign_queues.h"
#include "store/http_task_store.h"

namespace postrider {

/// Whether a caller may have a service account's tokens put into the requests of its tasks.
enum class ActAs {
  unknown,  ///< there is no such account
  denied,
  allowed
};

class CloudTasksWorld {
 public:
  virtual ~CloudTasksWorld() = default;

  virtual HttpTaskStore& http_tasks() = 0;
  /// Makes the attempt that the store has given out (HttpTaskStore::force_run); returns at once.
  virtual void call(ClaimedHttpTask task) = 0;

  /// Where campaigns' queues are: "local", "us-east1". Every queue there is a campaign queue.
  virtual std::string_view campaign_project() const = 0;
  virtual std::string_view campaign_location() const = 0;
  /// For one request; `actions` outlives it.
  virtual std::unique_ptr<CampaignQueues> campaign_queues(ActionContext& actions) = 0;

  virtual ActAs may_act_as(const Caller& caller, std::string_view service_account) const = 0;

  /// The URL of a task whose own is empty, as firebase-admin sends them to an emulator; empty: there is none.
  virtual std::string default_url(const QueueName&) const { return {}; }
  /// Lets in "Authorization: Bearer owner" from this machine, which is what firebase-admin shows to an
  /// emulator. For development only.
  virtual bool is_emulator() const { return false; }
};

}  // namespace postrider
