#pragma once
// The groups of verbs, one function each; every one lives in a file of its own.

#include "app/verbs/verb_table.h"

namespace postrider {

void add_mailbox_verbs(VerbTable& table);
void add_campaign_verbs(VerbTable& table);
void add_campaign_edit_verbs(VerbTable& table,
                             CLI::App* campaign);  ///< create, import, update, duplicate, delete
void add_campaign_run_verbs(VerbTable& table,
                            CLI::App* campaign);  ///< send, pause, resume, stop, retry, watch
void add_campaign_read_verbs(VerbTable& table, CLI::App* campaign);   ///< list, show, plan, export
void add_campaign_check_verbs(VerbTable& table, CLI::App* campaign);  ///< check, preview, test
void add_campaign_emails_verb(VerbTable& table, CLI::App* campaign);  ///< emails
void add_sheet_verbs(VerbTable& table);
void add_email_verbs(VerbTable& table);
void add_queue_verbs(VerbTable& table);
void add_uncertain_verbs(VerbTable& table);
void add_suppression_verbs(VerbTable& table);
void add_template_verbs(VerbTable& table);
void add_audit_verbs(VerbTable& table);
void add_stats_verb(VerbTable& table);
void add_account_verbs(VerbTable& table);
void add_key_verbs(VerbTable& table);
void add_suppression_list_verbs(VerbTable& table, CLI::App* suppression);  ///< import, export
void add_unsubscribe_verb(VerbTable& table);
void add_bounce_verbs(VerbTable& table);
void add_doctor_verb(VerbTable& table);
void add_gcloud_env_verb(VerbTable& table);
void add_upkeep_verbs(VerbTable& table);  ///< backup, resume

}  // namespace postrider
