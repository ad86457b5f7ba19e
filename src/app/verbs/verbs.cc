#include "app/verbs/verbs.h"

#include <algorithm>

#include "app/verbs/list_file.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_markdown.h"
#include "campaign/mailbox_preset.h"

namespace postrider {

namespace {

void fill(VerbTable& table) {
  add_mailbox_verbs(table);
  add_campaign_verbs(table);
  add_sheet_verbs(table);
  add_email_verbs(table);
  add_queue_verbs(table);
  add_uncertain_verbs(table);
  add_suppression_verbs(table);
  add_template_verbs(table);
  add_account_verbs(table);
  add_key_verbs(table);
  add_audit_verbs(table);
  add_stats_verb(table);
  add_unsubscribe_verb(table);
  add_bounce_verbs(table);
  add_doctor_verb(table);
  add_gcloud_env_verb(table);
  add_upkeep_verbs(table);
}

/// Looked for before parsing, so that also a parse error is told in the form that was asked for.
bool asks_for_json(const std::vector<std::string>& argv) {
  return std::ranges::find(argv, "--json") != argv.end();
}

/// Parses; an exit code when the verb must not run: help was asked for, or the arguments are wrong.
std::optional<int> parse(VerbTable& table, const std::vector<std::string>& argv, std::ostream& out,
                         Output& output) {
  try {
    table.parse(argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    out << table.root().help();
    return 0;
  } catch (const CLI::CallForAllHelp&) {
    out << table.root().help("", CLI::AppFormatMode::All);
    return 0;
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    while (message.ends_with('\n')) message.pop_back();
    if (!message.ends_with('.')) message += '.';
    return output.fail(
        Error{Error::Kind::invalid, "bad_command_line", message + " --help shows what there is."});
  }
}

}  // namespace

int run_store_verb(const std::vector<std::string>& argv, VerbContext& context) {
  Output output(context.out, context.err, asks_for_json(argv), context.terminal ? context.columns : 0);
  try {
    VerbTable table;
    fill(table);
    if (const auto code = parse(table, argv, context.out, output)) return *code;
    const auto result = table.run(context, output);
    return result ? *result : output.fail(result.error());
  } catch (const std::exception& fault) {  // the top of a verb: a fault ends it, not the process around it
    return output.fail(fault);
  }
}

std::optional<int> explain_store_verb(const std::vector<std::string>& argv, std::ostream& out,
                                      std::ostream& err) {
  Output output(out, err, asks_for_json(argv), 0);
  VerbTable table;
  fill(table);
  return parse(table, argv, out, output);
}

std::vector<std::pair<std::string, std::string>> store_verbs() {
  VerbTable table;
  fill(table);
  std::vector<std::pair<std::string, std::string>> verbs;
  for (const auto* verb : table.root().get_subcommands({}))
    verbs.emplace_back(verb->get_name(), verb->get_description());
  return verbs;
}

std::string store_verbs_markdown() {
  VerbTable table;
  fill(table);
  std::string text;
  for (const auto* verb : table.root().get_subcommands({}))
    text += verb_markdown(*verb, "postrider " + verb->get_name());
  return text;
}

bool is_store_verb(std::string_view word) {
  const auto verbs = store_verbs();
  return std::ranges::any_of(verbs, [&](const auto& verb) { return verb.first == word; });
}

namespace {

/// The leaf that the command line chose; null when it cannot be read.
const CLI::App* chosen(VerbTable& table, const std::vector<std::string>& argv) {
  fill(table);
  try {
    table.parse(argv);
  } catch (const CLI::ParseError&) {
    return nullptr;
  }
  const CLI::App* leaf = &table.root();
  while (!leaf->get_subcommands().empty()) leaf = leaf->get_subcommands().front();
  return leaf;
}

}  // namespace

std::string verb_of(const std::vector<std::string>& argv) {
  VerbTable table;
  const auto* verb = chosen(table, argv);
  if (verb == nullptr) return {};
  const auto* group = verb->get_parent();
  return group == &table.root() ? verb->get_name() : group->get_name() + " " + verb->get_name();
}

NamedFiles files_of(const std::vector<std::string>& argv) {
  NamedFiles files;
  VerbTable table;
  const auto* verb = chosen(table, argv);
  if (verb == nullptr) return files;
  for (const auto* option : verb->get_options()) {
    auto& named = option->get_type_name() == "NEW-FILE" ? files.writes : files.reads;
    if (option->get_type_name() != "NEW-FILE" && option->get_type_name() != "FILE") continue;
    for (const auto& name : option->results()) named.push_back(name);
    if (option->get_name() == "--csv" && verb->count("--rejects") == 0 && option->count() > 0)
      files.writes.push_back(option->as<std::string>() + kRejectsEnding);
  }
  const auto* sheet = verb->get_option_no_throw("--sheet");
  if (sheet != nullptr && verb->get_option_no_throw("--rejects") != nullptr &&
      verb->count("--rejects") == 0) {
    const bool again = verb->get_option_no_throw("--again") != nullptr && verb->count("--again") > 0;
    if (sheet->count() > 0 || again)
      files.writes.push_back(rejects_of_sheet(sheet->count() > 0 ? sheet->as<std::string>() : std::string()));
  }
  return files;
}

namespace {

/// With `none` it logs in by a password again.
bool names_client(const CLI::App& verb) {
  const auto* option = verb.get_option("--oauth-client-id");
  return option->count() > 0 && option->as<std::string>() != "none" && !option->as<std::string>().empty();
}

}  // namespace

OAuthWanted wanted_of_oauth(const std::vector<std::string>& argv) {
  VerbTable table;
  const auto* verb = chosen(table, argv);
  const bool add =
      verb != nullptr && verb->get_parent()->get_name() == "mailbox" && verb->get_name() == "add";
  const bool update =
      verb != nullptr && verb->get_parent()->get_name() == "mailbox" && verb->get_name() == "update";
  if (!add && !update) return {};
  if (names_client(*verb)) return {.client_secret = true, .refresh_token = true};
  return {.client_secret = update && verb->count("--ask-client-secret") > 0,
          .refresh_token = update && verb->count("--ask-refresh-token") > 0};
}

bool wants_password(const std::vector<std::string>& argv) {
  VerbTable table;
  fill(table);
  try {
    table.parse(argv);
  } catch (const CLI::ParseError&) {
    return false;
  }
  const auto& root = table.root();
  if (root.got_subcommand("account")) return root.get_subcommand("account")->got_subcommand("set-password");
  if (!root.got_subcommand("mailbox")) return false;
  const auto* mailbox = root.get_subcommand("mailbox");
  const auto* add = mailbox->get_subcommand("add");
  const auto* update = mailbox->get_subcommand("update");
  const auto logs_in = [&] {
    if (names_client(*add)) return false;
    if (add->count("--user") > 0) return true;
    if (add->count("--preset") == 0) return false;
    const auto preset = find_mailbox_preset(add->get_option("--preset")->as<std::string>());
    return preset && preset->user_is_address;
  };
  return (add->parsed() && logs_in()) || (update->parsed() && update->count("--ask-password") > 0);
}

bool wants_input(const std::vector<std::string>& argv) {
  VerbTable table;
  fill(table);
  try {
    table.parse(argv);
  } catch (const CLI::ParseError&) {
    return false;
  }
  for (const auto& [group, name] : {std::pair{"bounce", "read"}, std::pair{"campaign", "received"}}) {
    const auto* verb = table.root().get_subcommand(group)->get_subcommand(name);
    if (verb->parsed()) return verb->count("--file") == 0;
  }
  return false;
}

}  // namespace postrider
