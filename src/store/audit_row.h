#pragma once
// AuditRow: who did what, when. Rows are only ever added. Values only.

#include <cstdint>
#include <optional>
#include <string>

#include "base/id.h"
#include "base/time.h"

namespace postrider {

using AuditId = Id<struct AuditTag>;

struct AuditRow {
  AuditId id;
  WallTime at{};
  std::string who;   ///< "local:ana", "account:ana", "key:ci"
  std::string what;  ///< "started campaign 7"
};

struct AuditFilter {
  std::string who;                      ///< exactly; empty: anybody
  std::optional<WallTime> from, until;  ///< from … on, before …
  AuditId before;                       ///< keyset: ids below this; 0: from the newest
  int limit = 100;
};

}  // namespace postrider
