#pragma once
// The installation's key: SECRET_KEY, or the file postrider.key beside the database, which is made
// at the first start (mode 0600). The database keeps the key's fingerprint, so that a wrong key is
// told at once instead of by the first password that cannot be opened. Does I/O; not thread safe.
//
// Another key takes its place in three steps, each whole on disk before the next: the new one is written
// beside it (postrider.key.next), one transaction seals everything anew and notes the new fingerprint, the
// files change places. Whoever dies between the last two is helped by the next open_key.

#include <string>

#include "base/result.h"
#include "base/secret_box.h"
#include "store/sqlite/sqlite_store.h"

namespace postrider {

/// "<directory of the database>/postrider.key".
std::string key_file_beside(const std::string& database_file);

/// The key that belongs to this database. A database that knows a key already never gets a new
/// one: then a missing or different key is an error that says which is wanted.
Result<SecretBox> open_key(CampaignStore& store, const std::string& database_file,
                           const std::string& secret_key);

struct RotatedKey {
  std::string fingerprint;  ///< of the new key
  std::string old_file;     ///< where the old key's file lies now; empty: it had none
  Resealed resealed;
};

/// Seals all that `old` sealed under another key: `new_secret`, or, if that is empty, a new one in the key
/// file. Message-IDs and unsubscribe links stay what they are. The caller holds the database's lock.
Result<RotatedKey> rotate_key(SqliteStore& store, const SecretBox& old, const std::string& database_file,
                              const std::string& new_secret, WallTime now);

}  // namespace postrider
