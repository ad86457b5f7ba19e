#pragma once
// A whole list of suppressions, in and out, as CSV: what one brings along from another system, and what one
// takes along. What export_suppressions() writes, import_suppressions() reads back unchanged.

#include <cstdint>
#include <functional>
#include <ostream>

#include "actions/context.h"
#include "campaign/recipients.h"

namespace postrider {

struct SuppressionImport {
  std::int64_t added = 0;
  std::int64_t known = 0;  ///< suppressed already
  std::int64_t bad = 0;    ///< rows that could not be used
  std::int64_t cancelled = 0;
};

/// The column of addresses and domains is called who, key, email, address or domain (or is the only one);
/// reason, kind and since may stand beside it. Every row that is not used goes to `rejected`. In pieces of
/// 500, one transaction each: what was read before an error stays, for nobody of it wants mail.
Result<SuppressionImport> import_suppressions(ActionContext& context, RecipientSource& list,
                                              const std::function<void(const Reject&)>& rejected);

/// How many rows.
Result<std::int64_t> export_suppressions(ActionContext& context, std::ostream& out);

}  // namespace postrider
