#pragma once
// OwnQueues: this server as a Cloud Tasks queue: the face that answers its API, and the crew that calls the
// targets of HTTP tasks. start() and stop() are the main thread's; all else is thread safe.

#include <memory>
#include <string>

#include "app/settings.h"
#include "base/secret_box.h"
#include "dispatch/http_crew.h"
#include "http/cloud_tasks/face.h"
#include "oauth/id_token.h"
#include "push/http_caller.h"
#include "store/sqlite/sqlite_store.h"
#include "web/web_client.h"

namespace postrider {

/// Where the key that signs our tokens is kept, sealed.
inline constexpr std::string_view kSigningKeyMeta = "signing_key";

class OwnQueues final : private CloudTasksWorld {
 public:
  /// All outlive it. `base_url`: where everybody reaches this server; it is the issuer of our tokens.
  OwnQueues(const Settings& settings, SqliteStore& store, const SecretBox& secrets, std::string base_url,
            ApiWorld& api, const Clock& clock, Log& log);
  ~OwnQueues() override;

  HttpHandler& face() { return *face_; }
  IdTokenSigner& signer() { return *signer_; }
  void on_lost(std::function<void(std::string)> lost) { crew_.on_lost(std::move(lost)); }

  void start();
  /// False: some target still has not answered after `patience`. What ends later is repeated after the next
  /// start.
  bool stop(std::chrono::milliseconds patience) { return crew_.stop(patience); }

 private:
  HttpTaskStore& http_tasks() override { return store_.http_tasks(); }
  void call(ClaimedHttpTask task) override { crew_.call(std::move(task)); }
  std::string_view campaign_project() const override { return settings_.cloud_tasks.queue.project; }
  std::string_view campaign_location() const override { return settings_.cloud_tasks.queue.location; }
  std::unique_ptr<CampaignQueues> campaign_queues(ActionContext& actions) override;
  ActAs may_act_as(const Caller& caller, std::string_view service_account) const override;

  const Settings& settings_;
  SqliteStore& store_;
  const std::string base_url_;
  ApiWorld& api_;
  const std::unique_ptr<IdTokenSigner> signer_;
  const std::unique_ptr<HttpHandler> face_;
  // The web client's end completes all calls under way, which the crew hears: so it ends first.
  std::unique_ptr<WebClient> web_;
  std::unique_ptr<HttpTarget> target_;
  HttpCrew crew_;
};

}  // namespace postrider
