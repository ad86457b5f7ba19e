#pragma once
// What became of one attempt, in two words that mail, queue and store share: what it means
// for the email, and whose fault it is. mail/reply.h derives them from what the server said;
// queue/verdict.h decides what to do about them.

namespace postrider {

enum class Disposition {
  delivered,  ///< the server took responsibility: 2xx to the final dot
  deferred,   ///< not now, a later try may succeed
  refused,    ///< no, for good
  unknown     ///< the line broke between the final dot and its reply; never resent by itself
};

enum class Blame {
  none,       ///< nobody's (delivered, or unknown)
  mailbox,    ///< our account, server or reputation: costs no recipient a try
  recipient,  ///< this address
  message     ///< this content
};

}  // namespace postrider
