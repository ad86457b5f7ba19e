// campaign create | update | duplicate | delete

#include <fmt/format.h>

#include "actions/create_campaign.h"
#include "actions/delete_campaign.h"
#include "actions/duplicate_campaign.h"
#include "actions/templates.h"
#include "actions/update_campaign.h"
#include "app/verbs/campaign_options.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/rejects_file.h"
#include "app/verbs/verb_options.h"

namespace postrider {

namespace {

namespace json = boost::json;

json::array to_json(const std::vector<Problem>& problems) {
  json::array parts;
  for (const auto& problem : problems)
    parts.push_back({{"code", problem.code}, {"message", problem.message}});
  return parts;
}

void note_check(Output& output, const std::vector<Problem>& problems,
                const std::vector<std::string>& warnings) {
  if (!problems.empty()) output.note("Before it can be sent:");
  for (const auto& problem : problems) output.note("  - " + problem.message);
  for (const auto& warning : warnings) output.note("Note: " + warning);
}

struct CreateOptions {
  CampaignOptions campaign;
  std::string csv;
  std::optional<std::string> rejects;
  ColumnNames columns;
};

/// Without --mailbox the only one there is will do.
void choose_mailbox(VerbContext& context, CampaignChange& change) {
  if (change.mailboxes) return;
  const auto mailboxes = context.actions.store.mailboxes();
  if (mailboxes.size() == 1) change.mailboxes = {mailboxes.front().name};
}

/// Beside the list, or in the working directory where the list's own cannot be written.
Result<std::unique_ptr<RejectsFile>> open_rejects(VerbContext& context, const CreateOptions& options,
                                                  const std::filesystem::path& csv) {
  if (options.rejects) return RejectsFile::create(resolve(context.directory, *options.rejects));
  auto beside = RejectsFile::create(csv.string() + ".rejected.csv");
  if (beside) return beside;
  auto here = RejectsFile::create(resolve(context.directory, csv.filename().string() + ".rejected.csv"));
  if (here) return here;
  return invalid("file",
                 beside.error().message + " Name a file for the rows that are left out: --rejects FILE.");
}

VerbResult create(VerbContext& context, Output& output, const CreateOptions& options) {
  auto change = read_campaign_options(options.campaign, std::nullopt, context.directory);
  if (!change) return std::unexpected(change.error());
  if (!change->pace) change->pace = Pace{std::chrono::minutes{4}, std::chrono::minutes{7}};
  choose_mailbox(context, *change);
  if (options.campaign.template_name) {
    const auto filled = fill_from_template(context.actions, *options.campaign.template_name, *change);
    if (!filled) return std::unexpected(filled.error());
  } else if (!change->subject) {
    return invalid("bad_command_line", "--subject is required, or --template NAME for subject and message.");
  }

  const auto csv = resolve(context.directory, options.csv);
  auto in = open_to_read(csv);
  if (!in) return std::unexpected(in.error());
  const auto list = make_csv_source(**in, csv.filename().string());
  auto rejects = open_rejects(context, options, csv);
  if (!rejects) return std::unexpected(rejects.error());
  const auto rejects_path = (*rejects)->path();

  const auto created = create_campaign(context.actions, *change, *list, options.columns,
                                       [&](const Reject& reject) { (*rejects)->add(reject); });
  if (!created) return std::unexpected(created.error());
  const auto kept = (*rejects)->keep();
  const auto rejected = (*rejects)->rows();
  if (!kept)
    output.note(fmt::format("postrider: the file of rejected rows is missing: {}", kept.error().message));
  const auto& report = created->list;

  if (output.wants_json()) {
    const bool file = rejected > 0 && kept;
    output.print(
        json::object{{"id", created->id.value},
                     {"status", "draft"},
                     {"recipients", report.accepted},
                     {"rejected", rejected},
                     {"duplicates", report.duplicates},
                     {"bad", report.bad},
                     {"suppressed", report.suppressed},
                     {"rejects_file", file ? json::value(rejects_path.string()) : json::value(nullptr)},
                     {"problems", to_json(created->problems)},
                     {"warnings", json::value_from(created->warnings)}});
    return 0;
  }
  output.say(fmt::format("Campaign {}: a draft with {}.", created->id.value,
                         count_of(report.accepted, "recipient")));
  if (rejected > 0) {
    output.say(fmt::format("{} left out ({} bad, {} duplicate, {} suppressed): {}", count_of(rejected, "row"),
                           report.bad, report.duplicates, report.suppressed,
                           kept ? rejects_path.string() : "-"));
  }
  note_check(output, created->problems, created->warnings);
  if (created->problems.empty()) {
    output.note(fmt::format(
        "`postrider campaign plan {0}` shows when its emails would leave, `postrider campaign send {0}` "
        "sends them.",
        created->id.value));
  }
  return 0;
}

struct UpdateOptions {
  CampaignId id;
  CampaignOptions campaign;
};

VerbResult update(VerbContext& context, Output& output, const UpdateOptions& options) {
  const auto campaign = context.actions.store.campaign(options.id);
  if (!campaign) return std::unexpected(campaign.error());
  const auto change = read_campaign_options(options.campaign, campaign->window, context.directory);
  if (!change) return std::unexpected(change.error());
  const auto check = update_campaign(context.actions, options.id, *change);
  if (!check) return std::unexpected(check.error());
  if (output.wants_json()) {
    output.print(json::object{{"id", options.id.value},
                              {"problems", to_json(check->problems)},
                              {"warnings", json::value_from(check->warnings)}});
    return 0;
  }
  output.say(fmt::format("Campaign {} is changed.", options.id.value));
  note_check(output, check->problems, check->warnings);
  return 0;
}

struct DuplicateOptions {
  CampaignId id;
  std::optional<std::string> only, name;
};

VerbResult duplicate(VerbContext& context, Output& output, const DuplicateOptions& options) {
  const auto copy = duplicate_campaign(context.actions, options.id, options.only.value_or("all"),
                                       options.name.value_or(""));
  if (!copy) return std::unexpected(copy.error());
  const auto campaign = context.actions.store.campaign(*copy);
  if (!campaign) return std::unexpected(campaign.error());
  const auto recipients = campaign->counts.total();
  if (output.wants_json()) {
    output.print(json::object{
        {"id", copy->value}, {"name", campaign->name}, {"status", "draft"}, {"recipients", recipients}});
  } else {
    output.say(fmt::format("Campaign {}: a draft with {} of campaign {}.", copy->value,
                           count_of(recipients, "recipient"), options.id.value));
  }
  return 0;
}

VerbResult remove(VerbContext& context, Output& output, CampaignId id) {
  const auto deleted = delete_campaign(context.actions, id);
  if (!deleted) return std::unexpected(deleted.error());
  if (output.wants_json()) {
    output.print(json::object{{"deleted", id.value}});
  } else {
    output.say(fmt::format("Campaign {} is deleted.", id.value));
  }
  return 0;
}

}  // namespace

void add_campaign_edit_verbs(VerbTable& table, CLI::App* campaign) {
  {
    auto options = std::make_shared<CreateOptions>();
    auto* verb = table.verb(
        campaign, "create", "Create a draft from a message and a list",
        "postrider campaign create --name Spring --subject \"Hello {{ first name }}\" --message-file "
        "letter.txt --csv people.csv --mailbox office --pace 4m-7m --window 9-17 --zone Europe/Paris",
        [options](VerbContext& context, Output& output) { return create(context, output, *options); });
    add_campaign_options(verb, options->campaign);
    verb->add_option("--csv", options->csv, "The list: CSV with a header row and an email column")
        ->type_name("FILE")
        ->required();
    verb->add_option("--email-column", options->columns.email,
                     "Header of the address column (found by its name)")
        ->type_name("HEADER");
    verb->add_option("--name-column", options->columns.name, "Header of the name column (found by its name)")
        ->type_name("HEADER");
    add_text(verb, "--rejects", options->rejects, "Where rows that are left out go (<csv>.rejected.csv)",
             "FILE");
    add_text(verb, "--template", options->campaign.template_name,
             "Saved template to take subject and message from; --subject and --message go before it",
             "NAME|ID");
    verb->get_option("--name")->required();
  }
  {
    auto options = std::make_shared<UpdateOptions>();
    auto* verb = table.verb(
        campaign, "update", "Change a campaign that has not begun",
        "postrider campaign update 7 --message-file letter.txt --skip-unresolved",
        [options](VerbContext& context, Output& output) { return update(context, output, *options); });
    add_id(verb, options->id, "The campaign");
    add_campaign_options(verb, options->campaign);
  }
  {
    auto options = std::make_shared<DuplicateOptions>();
    auto* verb = table.verb(
        campaign, "duplicate", "A new draft with the same settings and all or some of its recipients",
        "postrider campaign duplicate 7 --only unsent",
        [options](VerbContext& context, Output& output) { return duplicate(context, output, *options); });
    add_id(verb, options->id, "The campaign");
    add_choice(verb, "--only", options->only, {"all", "unsent", "failed"},
               "Which recipients; unsent: neither sent nor uncertain (all)");
    add_text(verb, "--name", options->name, "Name of the new one (\"… (copy)\")");
  }
  {
    auto id = std::make_shared<CampaignId>();
    auto* verb = table.verb(campaign, "delete", "Delete a campaign with its recipients and history",
                            "postrider campaign delete 7", [id](VerbContext& context, Output& output) {
                              return remove(context, output, *id);
                            });
    add_id(verb, *id, "The campaign");
  }
}

}  // namespace postrider
