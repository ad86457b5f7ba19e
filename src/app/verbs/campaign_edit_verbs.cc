// campaign create | import | update | duplicate | delete

#include <fmt/format.h>

#include "actions/create_campaign.h"
#include "actions/delete_campaign.h"
#include "actions/duplicate_campaign.h"
#include "actions/templates.h"
#include "actions/update_campaign.h"
#include "app/verbs/campaign_options.h"
#include "app/verbs/list_file.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct CreateOptions {
  CampaignOptions campaign;
  ListOptions list;
};

/// Without --mailbox the only one there is will do.
void choose_mailbox(VerbContext& context, CampaignChange& change) {
  if (change.mailboxes) return;
  const auto mailboxes = context.actions.store.mailboxes();
  if (mailboxes.size() == 1) change.mailboxes = {mailboxes.front().name};
}

VerbResult create(VerbContext& context, Output& output, CreateOptions& options) {
  if (const auto fine = judge_list_options(options.list); !fine) return std::unexpected(fine.error());
  auto change = read_campaign_options(options.campaign, std::nullopt, context.files);
  if (!change) return std::unexpected(change.error());
  if (!change->pace) change->pace = Pace{std::chrono::minutes{4}, std::chrono::minutes{7}};
  choose_mailbox(context, *change);
  if (options.campaign.template_name) {
    const auto filled = fill_from_template(context.actions, *options.campaign.template_name, *change);
    if (!filled) return std::unexpected(filled.error());
  } else if (!change->subject) {
    return invalid("bad_command_line", "--subject is required, or --template NAME for subject and message.");
  }
  const auto list = ListFile::open(context, options.list);
  if (!list) return std::unexpected(list.error());
  const auto reject = [&](const Reject& row) { (*list)->reject(row); };
  const auto& sheet = options.list.sheet;
  const auto created = options.list.from_sheet() ? create_from_sheet(context.actions, *change, sheet, reject)
                                                 : create_campaign(context.actions, *change, (*list)->rows(),
                                                                   sheet.columns, reject);
  if (!created) return std::unexpected(created.error());
  return (*list)->tell(output, *created);
}

struct ImportOptions {
  CampaignId id;
  ListOptions list;
};

VerbResult read_list(VerbContext& context, Output& output, ImportOptions& options) {
  if (const auto fine = judge_list_options(options.list); !fine) return std::unexpected(fine.error());
  const auto campaign = context.actions.store.campaign(options.id);
  if (!campaign) return std::unexpected(campaign.error());
  auto& sheet = options.list.sheet;
  if (options.list.again) {
    const auto known = sheet_of(context.actions, *campaign);
    if (!known)
      return conflict("no_sheet", fmt::format("Campaign {}'s list is from no sheet.", options.id.value));
    sheet = *known;
  }
  const auto list = ListFile::open(context, options.list);
  if (!list) return std::unexpected(list.error());
  const auto reject = [&](const Reject& row) { (*list)->reject(row); };
  const auto added = options.list.from_sheet()
                         ? read_sheet_list(context.actions, options.id, sheet, reject)
                         : add_list(context.actions, options.id, (*list)->rows(), sheet.columns, reject);
  if (!added) return std::unexpected(added.error());
  return (*list)->tell(output, *added);
}

struct UpdateOptions {
  CampaignId id;
  CampaignOptions campaign;
};

VerbResult update(VerbContext& context, Output& output, const UpdateOptions& options) {
  const auto campaign = context.actions.store.campaign(options.id);
  if (!campaign) return std::unexpected(campaign.error());
  const auto change = read_campaign_options(options.campaign, campaign->window, context.files);
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
    add_list_options(verb, options->list);
    add_text(verb, "--template", options->campaign.template_name,
             "Saved template to take subject and message from; --subject and --message go before it",
             "NAME|ID");
    verb->get_option("--name")->required();
  }
  {
    auto options = std::make_shared<ImportOptions>();
    auto* verb = table.verb(
        campaign, "import", "Read a list into a draft: a CSV file if it has none, a sheet also in its place",
        "postrider campaign import 7 --csv people.csv",
        [options](VerbContext& context, Output& output) { return read_list(context, output, *options); });
    add_id(verb, options->id, "The campaign");
    add_list_options(verb, options->list);
    verb->add_flag("--again", options->list.again, "Read the sheet again that its list is from")
        ->excludes("--csv")
        ->excludes("--sheet");
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
