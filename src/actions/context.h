#pragma once
// What every action needs. An action is one verb a user can ask for, used by CLI and HTTP alike:
// it checks the request, calls the store, and answers with a value or an Error in plain words.
// Actions are plain blocking functions, called on action threads, never on the loop.

#include <functional>
#include <string>

#include "actions/doctor_surroundings.h"
#include "actions/mail_server_trial.h"
#include "base/clock.h"
#include "base/secret_box.h"
#include "campaign/mail_server.h"
#include "campaign/sheets.h"
#include "campaign/unsubscribe_links.h"
#include "mail/session.h"
#include "queue/http_task.h"
#include "store/account_store.h"
#include "store/campaign_store.h"
#include "store/sheet_store.h"
#include "store/template_store.h"

namespace postrider {

struct ActionContext {
  CampaignStore& store;
  AccountStore& accounts;
  TemplateStore& templates;
  SheetStore& sheet_store;
  const Clock& clock;
  const SecretBox& secrets;
  const UnsubscribeLinks& links;
  std::string who;                     ///< for the audit log: "local:ana"
  std::int64_t recipient_limit = 0;    ///< MAX_RECIPIENTS_PER_CAMPAIGN; 0: none
  bool mock = false;                   ///< MOCK_EMAIL_SENDING: new mailboxes are mock ones, too
  Micros session_life = kSessionLife;  ///< JWT_EXPIRE_MINUTES, of logins from now on
  /// Connects, greets, logs in, names the sender, takes it back and leaves.
  std::function<MailServerTrial(const MailServer&, const std::string& sender)> try_mail_server;
  /// Sends one message, now, over a session of its own: the server's last word, or what stopped it.
  std::function<std::expected<Reply, Trouble>(const MailServer&, const Envelope&, MessageView)> send_one;
  Sheets* sheets = nullptr;     ///< Google Sheets; null: not configured
  std::string sheets_trouble;   ///< why the credentials that are set cannot be used; empty: they can
  std::string catch_directory;  ///< where campaigns in test mode send into, for people
  /// As which our own default queue answers to Cloud Tasks' clients.
  QueueName cloud_queue = {"local", "us-east1", "email-campaign-queue"};
  std::string link_base;  ///< what links for people start with: "https://mail.example.com"
  /// Looks at the machine around the database, for the doctor.
  std::function<DoctorSurroundings()> look_around = [] { return DoctorSurroundings{}; };
  /// Where mailboxes that log in by OAuth get their access tokens.
  TokensOf tokens_of = [](const Mailbox&) -> Result<std::shared_ptr<AccessTokens>> {
    return unavailable("oauth_unavailable", "No access token can be had here.");
  };
};

}  // namespace postrider
