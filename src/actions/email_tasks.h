#pragma once
// What a person does with the task of a single email: have it done now, or not at all.

#include "actions/context.h"

namespace postrider {

/// It is due now, whatever its plan said. Every other rule stays: pause, window, pace, cap, suppression.
Result<void> hasten_email(ActionContext& context, EmailId id);

/// It ends as skipped. A conflict when it is over, or while an attempt is under way.
Result<void> skip_email(ActionContext& context, EmailId id);

}  // namespace postrider
