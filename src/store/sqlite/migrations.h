#pragma once
// Migrations bring a database's schema up to date, forward only; user_version says how many ran.
// Each is one transaction. Store room only.

#include <string>

#include "base/result.h"
#include "store/sqlite/database.h"

namespace postrider::sqlite {

/// An error when the file was written by a newer version, or is some other program's database.
Result<void> migrate(Database& db, const std::string& file);

}  // namespace postrider::sqlite
