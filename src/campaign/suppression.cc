#include "campaign/suppression.h"

#include "base/text.h"
#include "mail/address.h"

namespace postrider {

Result<std::string> suppression_key(std::string_view text) {
  const auto wanted = trim(text);
  const auto at = wanted.find('@');
  if (at != wanted.npos && at != 0) {
    const auto address = parse_address(wanted);
    if (!address) return std::unexpected(address.error());
    return address->key();
  }
  const auto domain = parse_domain(at == 0 ? wanted.substr(1) : wanted);
  if (!domain) return std::unexpected(domain.error());
  return "@" + *domain;
}

}  // namespace postrider
