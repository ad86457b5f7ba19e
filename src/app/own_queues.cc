#include "app/own_queues.h"

#include <mutex>

namespace postrider {
namespace {

/// Signs with a key that is made, or read, when the first token or the public half of it is asked for: who
/// never asks never waits for it.
class KeptSigner final : public IdTokenSigner {
 public:
  KeptSigner(CampaignStore& store, const SecretBox& secrets, std::string issuer, const Clock& clock)
      : store_(store), secrets_(secrets), issuer_(std::move(issuer)), clock_(clock) {}

  std::string token(std::string_view service_account, std::string_view audience) override {
    return signer().token(service_account, audience);
  }
  std::string key_set() const override { return signer().key_set(); }
  std::string configuration() const override { return signer().configuration(); }

 private:
  IdTokenSigner& signer() const {
    const std::lock_guard lock(mutex_);
    if (!signer_) {
      auto made = make_id_token_signer(key(), issuer_, clock_);
      if (!made) throw Fault("the key that signs tokens cannot be used: " + made.error().message);
      signer_ = std::move(*made);
    }
    return *signer_;
  }
  std::string key() const {
    if (const auto kept = store_.meta(kSigningKeyMeta)) {
      auto opened = secrets_.open(*kept);
      if (!opened) throw Fault("the key that signs tokens cannot be read: " + opened.error().message);
      return *opened;
    }
    auto made = make_signing_key();
    store_.set_meta(kSigningKeyMeta, secrets_.seal(made));
    return made;
  }

  CampaignStore& store_;
  const SecretBox& secrets_;
  const std::string issuer_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<IdTokenSigner> signer_;
};

std::vector<std::string> accounts_of(const CloudTasksSettings& settings) {
  std::vector<std::string> all;
  for (const auto& [account, key] : settings.service_accounts) all.push_back(account);
  return all;
}

}  // namespace

OwnQueues::OwnQueues(const Settings& settings, SqliteStore& store, const SecretBox& secrets,
                     std::string base_url, ApiWorld& api, const Clock& clock, Log& log)
    : settings_(settings),
      store_(store),
      base_url_(std::move(base_url)),
      api_(api),
      signer_(std::make_unique<KeptSigner>(store.campaigns(), secrets, base_url_, clock)),
      face_(make_cloud_tasks_face(api, *this)),
      web_(make_web_client()),
      target_(make_http_caller(
          *web_, *signer_, clock, log,
          {.targets = settings.targets, .service_accounts = accounts_of(settings.cloud_tasks)})),
      crew_(store.http_tasks(), *target_, clock, log) {
  store_.http_tasks().on_ring([this] { crew_.ring(); });
}

OwnQueues::~OwnQueues() {
  store_.http_tasks().on_ring([] {});
  web_.reset();
}

void OwnQueues::start() {
  store_.http_tasks().take_over();
  crew_.start();
}

std::unique_ptr<CampaignQueues> OwnQueues::campaign_queues(ActionContext& actions) {
  return make_campaign_queues(actions,
                              {.project = std::string(campaign_project()),
                               .location = std::string(campaign_location()),
                               .public_url = base_url_},
                              [this](EmailId id) { return api_.run_task(id); });
}

ActAs OwnQueues::may_act_as(const Caller& caller, std::string_view service_account) const {
  const auto found = settings_.cloud_tasks.service_accounts.find(std::string(service_account));
  if (found == settings_.cloud_tasks.service_accounts.end()) return ActAs::unknown;
  const bool owner = caller.role == Role::owner;
  return owner || found->second.empty() || caller.name == "key:" + found->second ? ActAs::allowed
                                                                                 : ActAs::denied;
}

}  // namespace postrider
