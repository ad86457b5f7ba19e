// Signing in and out, one's own account, and what an owner does with accounts.

#include <boost/json.hpp>

#include "actions/account_links.h"
#include "actions/accounts.h"
#include "actions/sign_in.h"
#include "http/nouns/json_values.h"
#include "http/operations/operations.h"
#include "http/paging.h"
#include "http/recognise.h"
#include "http/world.h"

namespace postrider {
namespace {

namespace json = boost::json;

json::object account_json(const Account& account) {
  return {{"id", account.id.value},
          {"name", account.name},
          {"role", to_string(account.role)},
          {"disabled", account.disabled},
          {"created_at", format_rfc3339(account.created)}};
}

HttpAnswer refusal(const Call& call, const SignInRefusal& refusal) {
  if (!refusal.blocked_until) {
    const auto status =
        refusal.error.code == "sign_in_refused" || refusal.error.code == "wrong_password" ? 401 : 422;
    return problem(status, refusal.error.code, refusal.error.message);
  }
  auto answer = problem(429, refusal.error.code, refusal.error.message);
  const auto wait =
      std::chrono::ceil<std::chrono::seconds>(*refusal.blocked_until - call.world.clock().wall_now());
  answer.set("Retry-After", std::to_string(std::max<std::int64_t>(1, wait.count())));
  return answer;
}

HttpAnswer signed_in(const Login& login, int status) {
  auto answer = json_answer(account_json(login.account), status);
  answer.set("Set-Cookie", session_cookie(login.token, login.session.expires - login.session.created));
  return answer;
}

HttpAnswer set_up(Call& call) {
  const auto& body = call.fields();
  const auto account = accept_account_link(call.actions, *text_in(body, "token"), *text_in(body, "name"),
                                           *text_in(body, "password"));
  if (!account) return problem(account.error());
  return signed_in(open_login(call.actions, *account, call.head.caller), 201);
}

HttpAnswer log_in(Call& call) {
  const auto& body = call.fields();
  const auto login =
      sign_in(call.actions, *text_in(body, "name"), *text_in(body, "password"), call.head.caller);
  if (!login) return refusal(call, login.error());
  return signed_in(*login, 200);
}

HttpAnswer log_out(Call& call) {
  if (call.caller.kind == Caller::Kind::session) sign_out(call.actions, call.caller.session_token);
  HttpAnswer answer{.status = 204, .content_type = {}};
  answer.set("Set-Cookie", no_session_cookie());
  return answer;
}

HttpAnswer me(Call& call) {
  json::array scopes;
  for (const auto& scope : call.caller.scopes) scopes.emplace_back(scope);
  return json_answer(json::object{
      {"name", call.caller.name},
      {"role", call.caller.role ? json::value(to_string(*call.caller.role)) : json::value(nullptr)},
      {"scopes", std::move(scopes)},
      {"by", call.caller.kind == Caller::Kind::key ? "key" : "session"}});
}

HttpAnswer change_my_password(Call& call) {
  if (call.caller.kind != Caller::Kind::session) {
    return problem(403, "forbidden", "A password is changed by the person who is signed in, not by a key.");
  }
  const auto& body = call.fields();
  const auto changed = change_password(call.actions, call.caller.account, *text_in(body, "current"),
                                       *text_in(body, "password"), call.head.caller);
  if (!changed) return refusal(call, changed.error());
  return signed_in(open_login(call.actions, *changed, call.head.caller), 200);
}

HttpAnswer list(Call& call) {
  const auto after = read_cursor(call);
  if (!after) return bad_cursor();
  const auto limit = static_cast<int>(*call.number("limit"));
  auto page = call.actions.accounts.accounts(AccountId{*after}, limit + 1);
  const auto next = cut_page(page, limit, [](const Account& account) { return account.id.value; });
  json::array items;
  for (const auto& account : page) items.push_back(account_json(account));
  auto answer = json_answer(items);
  add_paging(answer, call, std::nullopt, next);
  return answer;
}

HttpAnswer invite(Call& call) {
  const auto link = invite_account(call.actions, *parse_role(*text_in(call.fields(), "role")));
  if (!link) return problem(link.error());
  return json_answer(json::object{{"link", link->url},
                                  {"role", to_string(link->role)},
                                  {"expires_at", format_rfc3339(link->expires)}},
                     201);
}

HttpAnswer change(Call& call) {
  auto account = call.actions.accounts.account(AccountId{call.id()});
  if (!account) return problem(account.error());
  const auto name = account->name;
  if (const auto role = text_in(call.fields(), "role"))
    account = set_account_role(call.actions, name, *parse_role(*role));
  if (!account) return problem(account.error());
  if (const auto disabled = flag_in(call.fields(), "disabled")) {
    account = *disabled ? disable_account(call.actions, name) : enable_account(call.actions, name);
  }
  if (!account) return problem(account.error());
  const auto after = call.actions.accounts.account(AccountId{call.id()});
  return after ? json_answer(account_json(*after)) : problem(after.error());
}

HttpAnswer remove(Call& call) {
  const auto account = call.actions.accounts.account(AccountId{call.id()});
  if (!account) return problem(account.error());
  const auto removed = remove_account(call.actions, account->name);
  if (!removed) return problem(removed.error());
  return HttpAnswer{.status = 204, .content_type = {}};
}

Schema role_schema() {
  return one_of({"viewer", "editor", "owner"});
}

Schema account_schema() {
  return ObjectSchema("Account")
      .needs("id", whole(1, INT64_MAX))
      .needs("name", text())
      .needs("role", role_schema())
      .needs("disabled", boolean())
      .needs("created_at", moment());
}

Schema password_schema() {
  return text(1, 1024);
}

constexpr auto kInBrowser = "it gives a browser its session; the shell works without one";

}  // namespace

Operations account_operations() {
  const Schema link = ObjectSchema("AccountLink")
                          .needs("link", text())
                          .needs("role", role_schema())
                          .needs("expires_at", moment());
  const Response too_many{429, "too many failed tries; Retry-After says how long to wait", problem_schema(),
                          "application/problem+json"};
  const Response refused{401, "the name or the password is wrong", problem_schema(),
                         "application/problem+json"};
  Operations all;
  all.push_back({.method = "POST",
                 .path = "/api/setup",
                 .id = "setUpAccount",
                 .tag = "accounts",
                 .access = Access::open,
                 .summary = "Make the account a one-time link is good for, and sign in",
                 .no_cli = kInBrowser,
                 .body = ObjectSchema("AccountSetUp")
                             .needs("token", text(1, 200))
                             .needs("name", text(1, 64))
                             .needs("password", password_schema()),
                 .answers = {{201, "signed in", account_schema()},
                             {404, "the link is not valid", problem_schema(), "application/problem+json"}},
                 .handle = set_up});
  all.push_back(
      {.method = "POST",
       .path = "/api/login",
       .id = "logIn",
       .tag = "accounts",
       .access = Access::open,
       .summary = "Sign in",
       .no_cli = kInBrowser,
       .body = ObjectSchema("Login").needs("name", text(1, 200)).needs("password", password_schema()),
       .answers = {{200, "signed in", account_schema()}, refused, too_many},
       .handle = log_in});
  all.push_back({.method = "POST",
                 .path = "/api/logout",
                 .id = "logOut",
                 .tag = "accounts",
                 .access = Access::open,
                 .summary = "End this session",
                 .no_cli = kInBrowser,
                 .answers = {{204, "signed out"}},
                 .handle = log_out});
  all.push_back({.method = "GET",
                 .path = "/api/me",
                 .id = "getMe",
                 .tag = "accounts",
                 .access = Access::metrics,
                 .summary = "Who is calling, and what it may do",
                 .no_cli = "the shell is its own credential",
                 .answers = {{200, "the caller",
                              ObjectSchema("Caller")
                                  .needs("name", text())
                                  .needs("role", role_schema().or_null())
                                  .needs("scopes", array_of(text()))
                                  .needs("by", one_of({"key", "session"}))}},
                 .handle = me});
  all.push_back({.method = "PUT",
                 .path = "/api/me/password",
                 .id = "changePassword",
                 .tag = "accounts",
                 .access = Access::viewer,
                 .summary = "Change one's own password; ends all sessions and opens a new one",
                 .cli = "postrider account set-password {name}",
                 .body = ObjectSchema("PasswordChange")
                             .needs("current", password_schema())
                             .needs("password", password_schema()),
                 .answers = {{200, "changed", account_schema()}, refused, too_many},
                 .handle = change_my_password});
  all.push_back({.method = "GET",
                 .path = "/api/accounts",
                 .id = "listAccounts",
                 .tag = "accounts",
                 .access = Access::owner,
                 .summary = "Accounts",
                 .cli = "postrider account list --json",
                 .query = cursor_parameters(),
                 .answers = {{200, "a page of accounts", array_of(account_schema())}},
                 .paged = true,
                 .handle = list});
  all.push_back({.method = "POST",
                 .path = "/api/accounts",
                 .id = "inviteAccount",
                 .tag = "accounts",
                 .access = Access::owner,
                 .summary = "A one-time link that makes an account",
                 .cli = "postrider account invite --role {role}",
                 .body = ObjectSchema("AccountInvitation").needs("role", role_schema()),
                 .answers = {{201, "the link, shown once", link}},
                 .keyed = true,
                 .handle = invite});
  all.push_back({.method = "PUT",
                 .path = "/api/accounts/{id}",
                 .id = "updateAccount",
                 .tag = "accounts",
                 .access = Access::owner,
                 .summary = "Change an account's role, or close it",
                 .cli = "postrider account set-role {name} {role}",
                 .body = ObjectSchema("AccountChange").may("role", role_schema()).may("disabled", boolean()),
                 .answers = {{200, "the account", account_schema()}},
                 .handle = change});
  all.push_back({.method = "DELETE",
                 .path = "/api/accounts/{id}",
                 .id = "removeAccount",
                 .tag = "accounts",
                 .access = Access::owner,
                 .summary = "Remove an account",
                 .cli = "postrider account remove {name}",
                 .answers = {{204, "removed"}},
                 .handle = remove});
  return all;
}

}  // namespace postrider
