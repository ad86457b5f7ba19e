#pragma once
// A bounce report that arrived by mail, and what follows from it. Anybody can send one, so nothing is
// believed but this: it returns the Message-ID of an email of ours (an HMAC that only its recipient and the
// servers on its way have seen), and it speaks of that email's recipient. docs/bounces.md says it for people.

#include <optional>
#include <string>
#include <string_view>

#include "actions/context.h"
#include "mail/bounce_report.h"

namespace postrider {

struct BounceAnswer {
  BounceReport report;
  struct Email {
    EmailId id;
    CampaignId campaign;
    std::string address;  ///< its key
  };
  std::optional<Email> email;  ///< the one it is about; none: not ours, so nothing was changed
  LateAnswer done;             ///< as it is when nothing was changed
  std::string sentence;        ///< what was done or not, and why, for people
};

/// `mail`: a whole message, as it arrived; at most kLargestReport bytes.
Result<BounceAnswer> read_bounce(ActionContext& context, std::string_view mail);

}  // namespace postrider
