#pragma once
// Emails as the API spells them: EmailSendResponse with the origin's fields, recipients with everything
// that is known of them, and the history of one email.

#include <boost/json/object.hpp>
#include <map>
#include <string>

#include "actions/email_texts.h"
#include "actions/message_ids.h"
#include "http/schema.h"

namespace postrider {

Schema email_send_schema();
Schema recipient_schema();
Schema email_history_schema();
Schema uncertain_schema();

/// What the rows of one answer share: the names of mailboxes, the key of Message-IDs.
class EmailJson {
 public:
  explicit EmailJson(ActionContext& context);

  /// The origin's EmailSendResponse.
  boost::json::object send(const Campaign& campaign, const EmailView& email, EmailTexts& texts) const;
  /// Who it is for, where it stands, and the server's words.
  boost::json::object recipient(const Campaign& campaign, EmailView email) const;
  /// Both, and every attempt.
  boost::json::object history(const Campaign& campaign, const EmailView& email, EmailTexts& texts) const;
  boost::json::object uncertain(CampaignId campaign, EmailView email) const;

 private:
  boost::json::value mailbox(MailboxId id) const;
  boost::json::object attempt(const AttemptView& attempt) const;

  bool shown_in_sheet(CampaignId campaign, const EmailView& email) const;

  CampaignStore& store_;
  SheetStore& sheets_;
  mutable std::map<CampaignId, std::optional<WallTime>> shown_;  ///< until when a campaign's sheet shows all
  MessageIds message_ids_;
  std::map<MailboxId, std::string> mailboxes_;
};

}  // namespace postrider
