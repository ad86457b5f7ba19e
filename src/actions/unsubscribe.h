#pragma once
// What an unsubscribe link does. Looking at it changes nothing, for programs of all kinds follow links; only
// unsubscribe() acts, as often as it is asked. Whoever holds the link may do it: no login, no question.

#include <cstdint>
#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

struct UnsubscribeView {
  bool example = false;       ///< the link of a preview or test: it is nobody's
  std::string masked;         ///< "a…@example.com": enough to know oneself by; empty for the example
  bool unsubscribed = false;  ///< no campaign mails this address, for whatever reason
};

/// `link`: a token, or a link that holds one. Not found: no link of this installation; nothing is said of
/// why.
Result<UnsubscribeView> look_up_unsubscribe(ActionContext& context, std::string_view link);

struct UnsubscribeAnswer {
  UnsubscribeView view;        ///< as it is now
  std::string address;         ///< key of the address; for the operator, never for a web page
  std::int64_t cancelled = 0;  ///< open emails that are skipped now
};

/// One transaction: the address is suppressed in every campaign and its open emails are skipped. Again:
/// the same answer.
Result<UnsubscribeAnswer> unsubscribe(ActionContext& context, std::string_view link);

}  // namespace postrider
