#pragma once
// One email of a campaign as it would leave now, written by the code that writes those that do leave:
// the same bytes except the date and the token of its unsubscribe link, which is an example that does
// nothing. For the preview and the test message. Nothing is stored or sent.

#include <string>
#include <string_view>

#include "actions/context.h"
#include "mail/message.h"

namespace postrider {

struct WrittenEmail {
  EmailView email;  ///< for whom
  Mailbox mailbox;  ///< the one it is planned for; before its plan: the campaign's first
  MessageParts parts;
  ComposedMessage message;
};

/// `recipient`: a number in the list (1, 2, 3 …) or an address of it; empty: the first.
Result<EmailView> find_recipient(ActionContext& context, CampaignId id, std::string_view recipient);

/// What its emails say about unsubscribing, with the example in place of a token.
UnsubscribeLink example_link(ActionContext& context, const Mailbox& mailbox, const Address& from);

/// `tester`: written for `recipient`, but to that address and marked; null: as the campaign says. An
/// email that cannot be written for this recipient's values is a conflict that says why.
Result<WrittenEmail> write_email(ActionContext& context, CampaignId id, std::string_view recipient,
                                 const Address* tester = nullptr);

}  // namespace postrider
