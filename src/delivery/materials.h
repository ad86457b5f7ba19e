#pragma once
// Materials: what an email is made of besides its recipient, ready to use: the campaign's letter,
// the mailbox's server and opened password. Read from the store once, off the loop, and
// kept. A campaign's message does not change once it sends; mailboxes are forgotten whenever
// something was changed by a user (see forget_mailboxes). On the loop only.

#include <memory>
#include <string>
#include <unordered_map>

#include "base/background.h"
#include "base/result.h"
#include "base/secret_box.h"
#include "campaign/letter.h"
#include "campaign/mail_server.h"
#include "mail/session.h"
#include "store/campaign_store.h"

namespace postrider {

struct CampaignMaterial {
  std::shared_ptr<const Letter> letter;
  bool skip_unresolved = false;
  bool test = false;              ///< in test mode: nothing goes to the recipient
  std::optional<Address> tester;  ///< where it goes then; none: into the catch log
};

struct MailboxMaterial {
  Address from;
  std::string from_name;
  MailServer server;
  Footer footer;
  std::optional<Address> unsubscribe;  ///< the mailbox's own address for mails that unsubscribe
  bool mock = false;
};

class Materials {
 public:
  Materials(Background& background, CampaignStore& store, const SecretBox& secrets, TokensOf tokens_of)
      : background_(background), store_(store), secrets_(secrets), tokens_of_(std::move(tokens_of)) {}

  Async<Result<std::shared_ptr<const CampaignMaterial>>> campaign(CampaignId id);
  Async<Result<std::shared_ptr<const MailboxMaterial>>> mailbox(MailboxId id);
  void forget_mailboxes();

 private:
  Background& background_;
  CampaignStore& store_;
  const SecretBox& secrets_;
  const TokensOf tokens_of_;
  std::unordered_map<CampaignId, std::shared_ptr<const CampaignMaterial>> campaigns_;
  std::size_t kept_bytes_ = 0;  // of campaigns_
  std::unordered_map<MailboxId, std::shared_ptr<const MailboxMaterial>> mailboxes_;
  std::uint64_t forgotten_ = 0;  // a mailbox read before the last change is not kept
};

}  // namespace postrider
