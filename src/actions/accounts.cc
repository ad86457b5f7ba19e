#include "actions/accounts.h"

#include <fmt/format.h>

#include "base/password.h"

namespace postrider {
namespace {

/// Finds the account, changes it by `change(account)`, and writes down `what` was done.
template <class Change>
Result<Account> change_account(ActionContext& context, std::string_view name, std::string_view what,
                               Change&& change) {
  const auto found = context.accounts.find_account(name);
  if (!found) return found;
  if (const auto changed = change(*found); !changed) return std::unexpected(changed.error());
  context.store.audit(context.who, fmt::format("{} {}", what, found->name));
  auto after = context.accounts.account(found->id);
  return after ? after : found;
}

}  // namespace

Result<void> check_account_name(std::string_view name) {
  constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+@";
  if (name.empty() || name.size() > kLongestAccountName || name.find_first_not_of(allowed) != name.npos) {
    return invalid("bad_account_name",
                   fmt::format("An account's name is 1 to {} letters, digits and . _ - + @; an address of "
                               "email is fine.",
                               kLongestAccountName));
  }
  return {};
}

Result<Account> set_account_role(ActionContext& context, std::string_view name, Role role) {
  return change_account(context, name, fmt::format("set the role {} of account", to_string(role)),
                        [&](const Account& account) { return context.accounts.set_role(account.id, role); });
}

Result<Account> set_account_password(ActionContext& context, std::string_view name,
                                     std::string_view password) {
  return change_account(context, name, "set the password of account",
                        [&](const Account& account) -> Result<void> {
                          if (auto fine = check_password(password, account.name); !fine) return fine;
                          return context.accounts.set_password(account.id, hash_password(password));
                        });
}

Result<Account> disable_account(ActionContext& context, std::string_view name) {
  return change_account(context, name, "disabled account",
                        [&](const Account& account) { return context.accounts.disable_account(account.id); });
}

Result<Account> enable_account(ActionContext& context, std::string_view name) {
  return change_account(context, name, "enabled account",
                        [&](const Account& account) { return context.accounts.enable_account(account.id); });
}

Result<Account> remove_account(ActionContext& context, std::string_view name) {
  return change_account(context, name, "removed account",
                        [&](const Account& account) { return context.accounts.remove_account(account.id); });
}

}  // namespace postrider
