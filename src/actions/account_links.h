#pragma once
// One-time links that make an account: the first owner's, printed at the first start, and those an owner
// hands out. A link is shown once; only its hash is kept. What follows the # never reaches a server's log.

#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

inline constexpr auto kSetupLife = std::chrono::hours{1};
inline constexpr auto kInvitationLife = std::chrono::days{3};

struct AccountLink {
  std::string url;  ///< "https://mail.example.com/setup#pr_setup_…"
  Role role = Role::owner;
  WallTime expires{};
};

/// Only while there is no account; the link before stops working.
Result<AccountLink> make_setup_link(ActionContext& context);
Result<AccountLink> invite_account(ActionContext& context, Role role);

/// The account that the link's token makes, with its role. An error leaves the link as it was.
Result<Account> accept_account_link(ActionContext& context, std::string_view token, std::string_view name,
                                    std::string_view password);

}  // namespace postrider
