#pragma once
// MailboxTokens: the access tokens of the mailboxes that log in by OAuth 2.0. One source for each mailbox and
// revision of its consent, shared by all its sessions; a refresh token that the token server renews is sealed
// and stored in place of the old one. The first such mailbox starts a web client, with its thread. Thread
// safe.

#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/clock.h"
#include "base/log.h"
#include "campaign/mail_server.h"
#include "store/campaign_store.h"
#include "web/web_client.h"

namespace postrider {

class MailboxTokens {
 public:
  /// All outlive it and what it hands out; it outlives the use of what it hands out.
  MailboxTokens(CampaignStore& store, const SecretBox& secrets, const Clock& clock, Log& log);

  /// See TokensOf.
  Result<std::shared_ptr<AccessTokens>> of(const Mailbox& mailbox);

 private:
  struct Kept {
    std::int64_t revision;
    std::shared_ptr<AccessTokens> tokens;
  };

  CampaignStore& store_;
  const SecretBox& secrets_;
  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  std::unique_ptr<WebClient> web_;
  std::unordered_map<MailboxId, Kept> kept_;
};

}  // namespace postrider
