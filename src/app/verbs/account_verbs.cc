// account link | invite | list | set-role | set-password | disable | enable | remove

#include <fmt/format.h>

#include "actions/account_links.h"
#include "actions/accounts.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

const std::vector<std::string> kRoles = {"viewer", "editor", "owner"};

VerbResult show_link(Output& output, const Result<AccountLink>& link, std::string_view what) {
  if (!link) return std::unexpected(link.error());
  if (output.wants_json()) {
    output.print(json::object{
        {"link", link->url}, {"role", to_string(link->role)}, {"expires", format_rfc3339(link->expires)}});
  } else {
    output.say(fmt::format("{} (once, until {}):\n{}", what, show_time(link->expires), link->url));
  }
  return 0;
}

VerbResult answer(Output& output, const Result<Account>& account, std::string_view done) {
  if (!account) return std::unexpected(account.error());
  if (output.wants_json()) {
    output.print(to_json(*account));
  } else {
    output.say(fmt::format("Account {} {}.", account->name, done));
  }
  return 0;
}

struct ListOptions {
  std::optional<std::int64_t> after;
  std::optional<int> limit;
};

VerbResult list(VerbContext& context, Output& output, const ListOptions& options) {
  const auto limit = options.limit.value_or(1000);
  const auto page = context.actions.accounts.accounts(AccountId{options.after.value_or(0)}, limit);
  const bool more = page.size() == static_cast<std::size_t>(limit);
  Table table({">ID", "NAME", "ROLE", "SINCE", "STATUS"});
  json::array rows;
  for (const auto& account : page) {
    table.add({std::to_string(account.id.value), account.name, std::string(to_string(account.role)),
               show_time(account.created), account.disabled ? "disabled" : "active"});
    rows.push_back(to_json(account));
  }
  if (output.wants_json()) {
    output.print(
        json::object{{"accounts", std::move(rows)},
                     {"next_after", more ? json::value(page.back().id.value) : json::value(nullptr)}});
  } else if (page.empty()) {
    output.say("No accounts yet. `postrider account link` makes a link to set up the owner.");
  } else {
    output.print(table);
    if (more) output.note(fmt::format("There may be more: --after {}", page.back().id.value));
  }
  return 0;
}

struct NameOptions {
  std::string name;
  std::optional<std::string> role;
  bool password_stdin = false;
};

using OnAccount = Result<Account> (*)(ActionContext&, std::string_view);

void add_simple(VerbTable& table, CLI::App* group, const std::string& verb_name, const std::string& about,
                OnAccount act, const std::string& done) {
  auto name = std::make_shared<std::string>();
  auto* verb = table.verb(group, verb_name, about, "postrider account " + verb_name + " ana",
                          [name, act, done](VerbContext& context, Output& output) {
                            return answer(output, act(context.actions, *name), done);
                          });
  add_name(verb, *name, "The account");
}

}  // namespace

void add_account_verbs(VerbTable& table) {
  auto* group = table.group("account", "People who may log in");
  table.verb(group, "link", "Make a one-time link to set up the owner; the link before stops working",
             "postrider account link", [](VerbContext& context, Output& output) {
               return show_link(output, make_setup_link(context.actions), "Open this to create the owner");
             });
  {
    auto role = std::make_shared<std::optional<std::string>>();
    auto* verb =
        table.verb(group, "invite", "Make a one-time link for a further account",
                   "postrider account invite --role editor", [role](VerbContext& context, Output& output) {
                     return show_link(output, invite_account(context.actions, *parse_role(**role)),
                                      fmt::format("This makes an account as {}", **role));
                   });
    add_choice(verb, "--role", *role, kRoles, "What the account may do")->required();
  }
  {
    auto options = std::make_shared<ListOptions>();
    auto* verb = table.verb(
        group, "list", "List the accounts", "postrider account list",
        [options](VerbContext& context, Output& output) { return list(context, output, *options); });
    add_number(verb, "--limit", options->limit, 1, 10'000, "At most this many (1000)");
    add_number(verb, "--after", options->after, 0, INT64_MAX, "Only those with larger ids");
  }
  {
    auto options = std::make_shared<NameOptions>();
    auto* verb =
        table.verb(group, "set-role", "Change what an account may do; takes effect at once",
                   "postrider account set-role ana viewer", [options](VerbContext& context, Output& output) {
                     const auto role = *parse_role(*options->role);
                     return answer(output, set_account_role(context.actions, options->name, role),
                                   fmt::format("is {} from now on", *options->role));
                   });
    add_name(verb, options->name, "The account");
    add_choice(verb, "role,--role", options->role, kRoles, "What it may do")->required();
  }
  {
    auto options = std::make_shared<NameOptions>();
    auto* verb = table.verb(
        group, "set-password", "Give an account a new password; all its sessions end",
        "postrider account set-password ana --password-stdin < password.txt",
        [options](VerbContext& context, Output& output) -> VerbResult {
          if (context.password.empty()) {
            return invalid("no_password",
                           "Give the password by --password-stdin, in POSTRIDER_ACCOUNT_PASSWORD, or on a "
                           "terminal.");
          }
          return answer(output, set_account_password(context.actions, options->name, context.password),
                        "has a new password; its sessions have ended");
        });
    add_name(verb, options->name, "The account");
    verb->add_flag("--password-stdin", options->password_stdin, "Read it from standard input, one line");
  }
  add_simple(table, group, "disable", "Keep an account from logging in; its sessions end", disable_account,
             "is disabled");
  add_simple(table, group, "enable", "Let a disabled account log in again", enable_account, "is active");
  add_simple(table, group, "remove", "Remove an account; its sessions end", remove_account, "is removed");
}

}  // namespace postrider
