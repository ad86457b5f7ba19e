#pragma once
// What an owner does with accounts. Names are found whatever the case of their letters. The last owner who
// can log in stays one.

#include <string>
#include <string_view>

#include "actions/context.h"

namespace postrider {

inline constexpr std::size_t kLongestAccountName = 64;

/// Letters, digits and . _ - + @, so that an address of email is a name, too.
Result<void> check_account_name(std::string_view name);

Result<Account> set_account_role(ActionContext& context, std::string_view name, Role role);
/// Ends all its sessions.
Result<Account> set_account_password(ActionContext& context, std::string_view name,
                                     std::string_view password);
Result<Account> disable_account(ActionContext& context, std::string_view name);  ///< ends its sessions
Result<Account> enable_account(ActionContext& context, std::string_view name);
Result<Account> remove_account(ActionContext& context, std::string_view name);  ///< as it was

}  // namespace postrider
