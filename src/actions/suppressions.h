#pragma once
// Adds and removes suppressions. From the answer on, nothing goes to that address or domain, in any
// campaign. An address's open emails are skipped at once, a domain's when their turn comes.

#include <cstdint>
#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

struct AddedSuppression {
  Suppression suppression;
  std::int64_t cancelled = 0;  ///< open emails of the address that are skipped now
};

/// `who` is an address or a domain.
Result<AddedSuppression> add_suppression(ActionContext& context, std::string_view who,
                                         std::string_view reason);

/// The key that was removed.
Result<std::string> remove_suppression(ActionContext& context, std::string_view who);

}  // namespace postrider
