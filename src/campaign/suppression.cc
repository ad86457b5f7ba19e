#include "campaign/suppression.h"

#include "base/text.h"
#include "mail/address.h"

namespace postrider {

std::string_view to_string(SuppressionKind kind) {
  switch (kind) {
    case SuppressionKind::by_hand:
      return "by_hand";
    case SuppressionKind::bounced:
      return "bounced";
    case SuppressionKind::unsubscribed:
      return "unsubscribed";
    case SuppressionKind::complained:
      return "complained";
  }
  return "by_hand";
}

std::optional<SuppressionKind> parse_suppression_kind(std::string_view text) {
  using Kind = SuppressionKind;
  for (const auto kind : {Kind::by_hand, Kind::bounced, Kind::unsubscribed, Kind::complained}) {
    if (text == to_string(kind)) return kind;
  }
  return std::nullopt;
}

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
