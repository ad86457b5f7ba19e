#pragma once
// The operations, one file a noun; api_operations() is all of them.

#include "http/operation.h"

namespace postrider {

Operations health_operations();
Operations account_operations();
Operations key_operations();
Operations campaign_operations();
Operations campaign_list_operations();
Operations campaign_run_operations();    ///< send, stop, pause, resume, retry, duplicate
Operations campaign_check_operations();  ///< plan, check, preview, test
Operations recipient_operations();       ///< a list in, an export out
Operations email_operations();
Operations mailbox_operations();
Operations queue_operations();
Operations settings_operations();
Operations suppression_operations();
Operations unsubscribe_operations();
Operations doctor_operations();
Operations template_operations();
Operations stats_operations();
Operations task_operations();
Operations sheet_operations();
Operations service_operations();  ///< the root, and how database and mailbox are
Operations event_operations();
Operations shell_operations();
Operations document_operations();
/// Those of them that describe the API (ENABLE_DOCS); the others are the pages for signing in.
const std::vector<std::string>& document_paths();

}  // namespace postrider
