#pragma once
// From what a mail server said to what the queue understands. Pure.

#include "mail/reply.h"
#include "queue/verdict.h"

namespace postrider {

AttemptOutcome outcome_of(const Trouble& trouble);
/// A reply to the final dot, positive or not.
AttemptOutcome outcome_of(const Reply& reply);

}  // namespace postrider
