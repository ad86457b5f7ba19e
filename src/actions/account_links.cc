#include "actions/account_links.h"

#include <fmt/format.h>

#include "actions/accounts.h"
#include "base/password.h"
#include "base/token.h"

namespace postrider {
namespace {

Result<AccountLink> make_link(ActionContext& context, bool setup, Role role) {
  const auto token = make_token(setup ? kSetupPrefix : kInvitationPrefix);
  const auto now = context.clock.wall_now();
  const Invitation invitation{.hash = token_hash(token),
                              .setup = setup,
                              .role = role,
                              .by = context.who,
                              .created = now,
                              .expires = now + (setup ? Micros{kSetupLife} : Micros{kInvitationLife})};
  if (auto added = context.accounts.add_invitation(invitation); !added) return std::unexpected(added.error());
  const auto page = setup ? "setup" : "invitation";
  return AccountLink{.url = fmt::format("{}/{}#{}", context.link_base, page, token),
                     .role = role,
                     .expires = invitation.expires};
}

}  // namespace

Result<AccountLink> make_setup_link(ActionContext& context) {
  auto link = make_link(context, true, Role::owner);
  if (link) context.store.audit(context.who, "made a link to set up the owner");
  return link;
}

Result<AccountLink> invite_account(ActionContext& context, Role role) {
  auto link = make_link(context, false, role);
  if (link) context.store.audit(context.who, fmt::format("invited an account as {}", to_string(role)));
  return link;
}

Result<Account> accept_account_link(ActionContext& context, std::string_view token, std::string_view name,
                                    std::string_view password) {
  const auto hash = token_hash(token);
  const auto now = context.clock.wall_now();
  // Looked at before the password is hashed, which is dear.
  if (!context.accounts.find_invitation(hash, now)) return link_not_valid();
  if (auto fine = check_account_name(name); !fine) return std::unexpected(fine.error());
  if (auto fine = check_password(password, name); !fine) return std::unexpected(fine.error());
  const Account wanted{.name = std::string(name), .password_hash = hash_password(password)};
  const auto id = context.accounts.accept_invitation(hash, wanted, now);
  if (!id) return std::unexpected(id.error());
  auto account = context.accounts.account(*id);
  if (account) {
    context.store.audit("account:" + account->name,
                        fmt::format("created account {} as {}", account->name, to_string(account->role)));
  }
  return account;
}

}  // namespace postrider
