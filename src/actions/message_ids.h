#pragma once
// MessageIds: the Message-ID of an email, for people who look for it in a mailbox's sent mail or a
// server's log. It is not stored: campaign, recipient and the domain the email was sent as make it
// again.

#include "actions/context.h"
#include "mail/message_id.h"

namespace postrider {

class MessageIds {
 public:
  explicit MessageIds(const ActionContext& context) : key_(context.secrets.subkey("message-id")) {}
  /// Sets `message_id` where an attempt of the email reached its dot; leaves it empty elsewhere.
  void fill(CampaignId campaign, EmailView& email) const;

 private:
  MessageIdKey key_;
};

}  // namespace postrider
