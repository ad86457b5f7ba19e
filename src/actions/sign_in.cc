#include "actions/sign_in.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <cstring>

#include "actions/accounts.h"
#include "base/password.h"
#include "base/text.h"
#include "base/token.h"

namespace postrider {
namespace {

std::string throttle_key_of_name(std::string_view name) {
  return "account:" + lower_ascii(name.substr(0, kLongestAccountName));
}

std::unexpected<SignInRefusal> blocked(WallTime until) {
  return std::unexpected(SignInRefusal{
      {Error::Kind::conflict, "too_many_sign_ins",
       fmt::format("Too many failed logins. The next try is possible at {}.", format_rfc3339(until))},
      until});
}

std::unexpected<SignInRefusal> refused(std::string code, std::string message) {
  return std::unexpected(SignInRefusal{{Error::Kind::invalid, std::move(code), std::move(message)}, {}});
}

}  // namespace

std::string throttle_key_of_address(std::string_view address) {
  const std::string text(address);
  std::array<unsigned char, 16> octets{};
  std::array<char, INET6_ADDRSTRLEN> written{};
  if (::inet_pton(AF_INET6, text.c_str(), octets.data()) != 1) return "address:" + one_line(text, 64);
  constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(octets.data(), mapped.data(), mapped.size()) == 0) {
    ::inet_ntop(AF_INET, octets.data() + mapped.size(), written.data(), written.size());
    return fmt::format("address:{}", written.data());
  }
  std::memset(octets.data() + 8, 0, 8);
  ::inet_ntop(AF_INET6, octets.data(), written.data(), written.size());
  return fmt::format("address:{}/64", written.data());
}

Login open_login(ActionContext& context, const Account& account, std::string_view address) {
  Login login{.token = make_token(kSessionPrefix), .session = {}, .account = account};
  const auto now = context.clock.wall_now();
  login.session = {.hash = token_hash(login.token),
                   .account = account.id,
                   .created = now,
                   .last_seen = now,
                   .expires = now + context.session_life,
                   .address = one_line(address, 64)};
  context.accounts.open_session(login.session);
  login.account.password_hash.clear();
  context.store.audit("account:" + account.name, fmt::format("signed in from {}", login.session.address));
  return login;
}

std::expected<Login, SignInRefusal> sign_in(ActionContext& context, std::string_view name,
                                            std::string_view password, std::string_view address) {
  const auto by_name = throttle_key_of_name(name);
  const auto by_address = throttle_key_of_address(address);
  if (const auto until = context.accounts.begin_login({by_name, by_address}, context.clock.wall_now()))
    return blocked(*until);
  const auto account = context.accounts.find_account(name);
  const bool right = verify_password(account ? std::string_view{account->password_hash} : "", password);
  if (!right || account->disabled) return refused("sign_in_refused", "The name or the password is wrong.");
  context.accounts.end_login(by_name, {by_address});
  return open_login(context, *account, address);
}

bool sign_out(ActionContext& context, std::string_view token) {
  const auto hash = token_hash(token);
  const auto found = context.accounts.find_session(hash, context.clock.wall_now());
  if (!context.accounts.close_session(hash)) return false;
  context.store.audit(found ? "account:" + found->account.name : context.who, "signed out");
  return true;
}

std::expected<Account, SignInRefusal> change_password(ActionContext& context, AccountId id,
                                                      std::string_view current, std::string_view wanted,
                                                      std::string_view address) {
  const auto account = context.accounts.account(id);
  if (!account) return std::unexpected(SignInRefusal{account.error(), {}});
  const auto fine = check_password(wanted, account->name);
  if (!fine) return std::unexpected(SignInRefusal{fine.error(), {}});
  const auto by_name = throttle_key_of_name(account->name);
  const auto by_address = throttle_key_of_address(address);
  if (const auto until = context.accounts.begin_login({by_name, by_address}, context.clock.wall_now()))
    return blocked(*until);
  if (!verify_password(account->password_hash, current))
    return refused("wrong_password", "The current password is wrong.");
  context.accounts.end_login(by_name, {by_address});
  const auto changed = context.accounts.set_password(id, hash_password(wanted));
  if (!changed) return std::unexpected(SignInRefusal{changed.error(), {}});
  context.store.audit("account:" + account->name, "changed the password");
  return *account;
}

}  // namespace postrider
