#pragma once
// Suppression: an address or a domain we must not mail, and why. Pure.

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace postrider {

struct Suppression {
  std::string key;     ///< Address::key(), or "@domain" for a whole domain
  std::string reason;  ///< "bounced: 5.1.1 …", "unsubscribed", "added by hand"
  WallTime created{};
};

/// "ana@example.com", "@example.com" or "example.com" to the key it is kept under.
Result<std::string> suppression_key(std::string_view text);

}  // namespace postrider
