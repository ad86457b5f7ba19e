#pragma once
// The installation's key: SECRET_KEY, or the file postrider.key beside the database, which is made
// at the first start (mode 0600). The database keeps the key's fingerprint, so that a wrong key is
// told at once instead of by the first password that cannot be opened. Does I/O; not thread safe.

#include <string>

#include "base/result.h"
#include "base/secret_box.h"
#include "store/campaign_store.h"

namespace postrider {

/// "<directory of the database>/postrider.key".
std::string key_file_beside(const std::string& database_file);

/// The key that belongs to this database. A database that knows a key already never gets a new
/// one: then a missing or different key is an error that says which is wanted.
Result<SecretBox> open_key(CampaignStore& store, const std::string& database_file,
                           const std::string& secret_key);

}  // namespace postrider
