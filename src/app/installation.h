#pragma once
// Installation: one database with its lock and its key, open in this process. Whoever has it may
// write: the server, or a verb that works while no server runs.

#include <memory>
#include <string>

#include "app/settings.h"
#include "base/clock.h"
#include "base/secret_box.h"
#include "campaign/unsubscribe_links.h"
#include "store/sqlite/sqlite_store.h"

namespace postrider {

struct Installation {
  std::unique_ptr<FileLock> lock;  // first: let go last
  std::unique_ptr<SqliteStore> store;
  SecretBox secrets;
  UnsubscribeLinks links;
};

/// Tries for `patience` to get the lock; `work` says who we are for whoever waits next ("serving
/// on http://127.0.0.1:8000"). A lock held by a server is not waited for. An error names the owner.
Result<std::unique_ptr<Installation>> open_installation(const std::string& database_file,
                                                        const Settings& settings, const std::string& work,
                                                        Clock& clock, Micros patience);

/// A random name that is made once and stays: by it others tell our things from another installation's.
std::string installation_name(CampaignStore& store);

/// The folder that campaigns in test mode send into: `caught` beside the database.
std::string catch_log_beside(const std::string& database_file);

/// Makes or updates the mailbox `default` as the environment defines it; one that it defines no
/// longer becomes an ordinary mailbox. All mailboxes are marked mock or not.
Result<void> adopt_environment(CampaignStore& store, const Settings& settings, const SecretBox& secrets,
                               const Clock& clock);

}  // namespace postrider
