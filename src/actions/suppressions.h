#pragma once
// Adds and removes suppressions. From the answer on, nothing goes to that address or domain, in
// any campaign.

#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

/// `who` is an address or a domain. The answer is what is kept.
Result<Suppression> add_suppression(ActionContext& context, std::string_view who, std::string_view reason);

/// The key that was removed.
Result<std::string> remove_suppression(ActionContext& context, std::string_view who);

}  // namespace postrider
