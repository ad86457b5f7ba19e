#pragma once
// What a file that claims to be a backup really is, looked at before it takes a database's place.
// Blocking; opens the file for reading only.

#include <string>

#include "base/result.h"
#include "store/campaign_store.h"

namespace postrider {

/// The state of a whole, undamaged Postrider database that carries the quarantine mark of `backup`.
/// Anything else is an error that says what is wrong with it.
Result<DatabaseState> inspect_backup(const std::string& file);

}  // namespace postrider
