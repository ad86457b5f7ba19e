#pragma once
// The nouns as JSON for programs, the same in the API and with --json in the shell: stable snake_case
// names, times in RFC 3339, durations as their shortest spelling. A field may be added, never renamed.
// Passwords have no field.

#include <boost/json.hpp>
#include <map>
#include <string>

#include "actions/finding.h"
#include "queue/verdict.h"
#include "store/account_store.h"
#include "store/campaign_store.h"

namespace postrider {

/// Ids to names, asked for once per verb.
using MailboxNames = std::map<MailboxId, std::string>;
MailboxNames mailbox_names(CampaignStore& store);
std::string mailbox_name(const MailboxNames& names, MailboxId id);

boost::json::object to_json(const Mailbox& mailbox, std::int64_t sent_last_24h);
boost::json::object to_json(const Counts& counts);
boost::json::object to_json(const Waiting& waiting);
/// `queue` is the campaign's: max_tries and max_age are those in force.
boost::json::object to_json(const Campaign& campaign, const MailboxNames& names, const QueueSettings& queue);
boost::json::object to_json(const EmailView& email, const Campaign& campaign, const MailboxNames& names);
boost::json::object to_json(const AttemptView& attempt, const MailboxNames& names);
boost::json::object to_json(const QueueView& queue);
boost::json::object to_json(const TaskView& task, const MailboxNames& names);
boost::json::object to_json(const Suppression& suppression);
boost::json::object to_json(const SavedTemplate& saved);
boost::json::object to_json(const Account& account);
boost::json::object to_json(const ApiKey& key);
boost::json::object to_json(const Finding& finding);

std::string_view to_string(TaskKind kind);
std::string_view to_string(TaskState state);
/// "catcher", the tester's address, or null.
boost::json::value test_json(const std::optional<TestMode>& test);
/// "test mode: every email goes to me@example.com only".
std::string show_test(const TestMode& test, const std::string& catch_directory);
/// "9-17 Mon-Fri Europe/Paris", or "always".
std::string show_window(const std::optional<Window>& window);

}  // namespace postrider
