#pragma once
// Database URLs as SQLAlchemy spells them: sqlite:///relative, sqlite:////absolute. Pure.

#include <string>
#include <string_view>

#include "base/result.h"

namespace postrider {

/// The file, absolute: a relative one starts in `directory`.
Result<std::string> database_file(std::string_view url, const std::string& directory);

}  // namespace postrider
