#pragma once
// EmailHandler: one claimed task → one email. Render, open a session, offer the envelope, pass
// the gate, send body and dot, say what came of it. That is the whole way of an email, in one
// coroutine. On the loop only.

#include "base/clock.h"
#include "delivery/domain_pace.h"
#include "delivery/materials.h"
#include "mail/message_id.h"
#include "mail/session.h"
#include "queue/handler.h"

namespace postrider {

class EmailHandler : public TaskHandler {
 public:
  /// `wire` reaches mail servers; `mock` opens no socket and serves mailboxes in mock mode; `caught`
  /// opens none either and serves campaigns in test mode that go into the catch log. `tokens_of` serves
  /// mailboxes that log in by OAuth.
  EmailHandler(CampaignStore& store, Sessions& wire, Sessions& mock, Sessions& caught,
               const SecretBox& secrets, TokensOf tokens_of, const UnsubscribeLinks& links,
               Background& background, const Clock& clock);

  Async<HandlerResult> handle(const ClaimedTask& task, Gate& gate) override;

  /// A user changed something: mailboxes are read again before their next email.
  void forget_mailboxes() { materials_.forget_mailboxes(); }

 private:
  Async<HandlerResult> send(const ClaimedTask& task, Gate& gate, const CampaignMaterial& campaign);

  Materials materials_;
  DomainPace domains_;
  Sessions& wire_;
  Sessions& mock_;
  Sessions& caught_;
  const MessageIdKey message_ids_;
  const UnsubscribeLinks& links_;
  const Clock& clock_;
};

}  // namespace postrider
