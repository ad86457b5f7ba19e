#pragma once
// Who may call which verb from another machine (POST /api/shell): one table, closed by default. It agrees
// with the access of the operations that do the same over HTTP, and a test compares the two. Pure.

#include <string_view>

#include "http/access.h"

namespace postrider {

/// `verb`: "campaign list". What the table does not name is the owner's.
Access verb_access(std::string_view verb);

}  // namespace postrider
