#pragma once
// Suppression: an address or a domain we must not mail, and why. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace postrider {

/// Why, as programs see it. What a recipient decided goes before what we found out.
enum class SuppressionKind { by_hand, bounced, unsubscribed, complained };

/// An address that fails softly (a full mailbox) in so many campaigns is dead.
inline constexpr int kSoftCampaigns = 3;

struct Suppression {
  std::string key;     ///< Address::key(), or "@domain" for a whole domain
  std::string reason;  ///< "bounced: 5.1.1 …", "unsubscribed", "added by hand"
  WallTime created{};
  SuppressionKind kind = SuppressionKind::by_hand;
  CampaignId campaign;  ///< the one that was left, complained of, or bounced; 0: none
};

std::string_view to_string(SuppressionKind kind);
std::optional<SuppressionKind> parse_suppression_kind(std::string_view text);

/// "ana@example.com", "@example.com" or "example.com" to the key it is kept under.
Result<std::string> suppression_key(std::string_view text);

}  // namespace postrider
