// campaign list | show | plan | export

#include <fmt/format.h>

#include "actions/check_campaign.h"
#include "actions/export_campaign.h"
#include "actions/notices.h"
#include "actions/plan_campaign.h"
#include "app/verbs/files.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "app/verbs/watch.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct ListOptions {
  std::optional<std::string> status;
  std::optional<int> limit;
  std::optional<std::int64_t> before;
};

QueueSettings queue_of(VerbContext& context, const Campaign& campaign) {
  for (const auto& queue : context.actions.store.queues()) {
    if (queue.id == campaign.queue) return queue.settings;
  }
  return {.name = fmt::format("({})", campaign.queue.value)};
}

VerbResult list(VerbContext& context, Output& output, const ListOptions& options) {
  auto& store = context.actions.store;
  std::optional<CampaignStatus> status;
  if (options.status) status = parse_campaign_status(*options.status);
  const auto limit = options.limit.value_or(50);
  const auto campaigns = store.campaigns(status, CampaignId{options.before.value_or(0)}, limit);
  if (output.wants_json()) {
    const auto names = mailbox_names(store);
    json::array rows;
    for (const auto& campaign : campaigns) {
      auto row = to_json(campaign, names, queue_of(context, campaign));
      row.erase("message");  // of up to 1 MiB each; `show` has them
      row.erase("text");
      rows.push_back(std::move(row));
    }
    output.print(json::object{{"campaigns", std::move(rows)}});
    return 0;
  }
  if (campaigns.empty()) {
    output.say("No campaigns. `postrider campaign create --help` shows how to make one.");
    return 0;
  }
  Table table({">ID", "NAME", "STATUS", ">TOTAL", ">SENT", ">FAILED", ">BOUNCED", ">SKIPPED", ">UNCERTAIN",
               ">PENDING", "CREATED"});
  for (const auto& campaign : campaigns) {
    const auto& counts = campaign.counts;
    table.add({std::to_string(campaign.id.value), fit(campaign.name, 40),
               std::string(to_string(campaign.status)), std::to_string(counts.total()),
               std::to_string(counts.sent), std::to_string(counts.failed), std::to_string(counts.bounced),
               std::to_string(counts.skipped), std::to_string(counts.uncertain),
               std::to_string(counts.pending), show_time(campaign.created)});
  }
  output.print(table);
  if (campaigns.size() == static_cast<std::size_t>(limit)) {
    output.note(fmt::format("Older ones: --before {}", campaigns.back().id.value));
  }
  return 0;
}

void show_content(Table& table, const Content& content) {
  table.add({"Kind", fmt::format("{}{}", to_string(content.kind),
                                 content.list_unsubscribe ? "" : ", without List-Unsubscribe")});
  table.add({"Format", fmt::format("{}{}", to_string(content.format),
                                   content.text.empty() ? "" : ", with a text part of its own")});
  if (!content.from_name.empty()) table.add({"From name", content.from_name});
  if (!content.reply_to.empty()) table.add({"Reply-To", content.reply_to});
  for (const auto& header : content.headers) table.add({"Header", header});
  for (const auto& file : content.attachments) {
    table.add({"Attached", fmt::format("{} ({}, {} bytes)", file.name, file.media_type, file.size)});
  }
}

void show_for_people(VerbContext& context, Output& output, const Campaign& campaign, const Waiting& waiting,
                     const CampaignCheck* check) {
  const auto names = mailbox_names(context.actions.store);
  std::string mailboxes;
  for (const auto id : campaign.mailboxes)
    mailboxes += (mailboxes.empty() ? "" : ", ") + mailbox_name(names, id);
  Table table;
  table.add({"Campaign", fmt::format("{} {}", campaign.id.value, campaign.name)});
  if (!campaign.description.empty()) table.add({"About", campaign.description});
  table.add({"Status",
             std::string(to_string(campaign.status)) + (campaign.why.empty() ? "" : ": " + campaign.why)});
  if (campaign.test) table.add({"Test", show_test(*campaign.test, context.actions.catch_directory)});
  if (!waiting.what.empty()) {
    table.add({"Waits for", waiting.what + (waiting.until ? " until " + show_time(waiting.until) : "")});
  }
  const auto& counts = campaign.counts;
  table.add(
      {"Emails", fmt::format("{} = {} sent + {} failed + {} bounced + {} skipped + {} uncertain + {} pending",
                             counts.total(), counts.sent, counts.failed, counts.bounced, counts.skipped,
                             counts.uncertain, counts.pending)});
  table.add({"Success rate", fmt::format("{:.1f} %", counts.success_rate() * 100)});
  table.add({"Subject", campaign.subject});
  show_content(table, campaign.content);
  table.add({"List", campaign.source});
  table.add({"Mailboxes", mailboxes.empty() ? "-" : mailboxes});
  const auto queue = queue_of(context, campaign);
  const auto retry = retry_rules(campaign.max_tries, campaign.max_age, queue);
  table.add({"Queue", queue.name});
  table.add({"Pace", format_pace(campaign.pace)});
  table.add({"Window", show_window(campaign.window)});
  table.add({"Tries", fmt::format("{} within {}{}", retry.max_tries, format_duration(retry.max_age),
                                  campaign.max_tries ? "" : ", as its queue says")});
  table.add({"Uncertain", std::string(to_string(campaign.on_uncertain))});
  table.add({"Brake", campaign.brake_refusals == 0
                          ? std::string("off")
                          : fmt::format("{} refusals and {} % of the last 200", campaign.brake_refusals,
                                        campaign.brake_percent)});
  table.add({"Created", show_time(campaign.created)});
  if (campaign.scheduled_at) table.add({"Scheduled", show_time(campaign.scheduled_at)});
  if (campaign.started_at) table.add({"Started", show_time(campaign.started_at)});
  if (campaign.completed_at) table.add({"Ended", show_time(campaign.completed_at)});
  output.print(table);
  for (const auto& notice : notices_of(context.actions, campaign.id))
    output.say(fmt::format("Note, since {}: {}", show_time(notice.since), notice.message));
  if (!check) return;
  if (!check->problems.empty()) output.say("Before it can be sent:");
  for (const auto& problem : check->problems) output.say("  - " + problem.message);
  for (const auto& warning : check->warnings) output.say("Note: " + warning);
}

VerbResult show(VerbContext& context, Output& output, CampaignId id) {
  auto& store = context.actions.store;
  const auto campaign = store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  const bool startable =
      campaign->status == CampaignStatus::draft || campaign->status == CampaignStatus::scheduled;
  const auto check = startable ? check_campaign(context.actions, *campaign) : CampaignCheck{};
  const auto waiting =
      has_ended(campaign->status) ? Waiting{} : store.waiting(id, context.actions.clock.wall_now());
  if (!output.wants_json()) {
    show_for_people(context, output, *campaign, waiting, startable ? &check : nullptr);
    return 0;
  }
  auto answer = to_json(*campaign, mailbox_names(store), queue_of(context, *campaign));
  json::array notices;
  for (const auto& notice : notices_of(context.actions, campaign->id)) {
    notices.push_back(
        {{"code", notice.code}, {"message", notice.message}, {"since", format_rfc3339(notice.since)}});
  }
  answer["notices"] = std::move(notices);
  answer["waiting"] = has_ended(campaign->status) ? json::value(nullptr) : json::value(to_json(waiting));
  json::array problems;
  for (const auto& problem : check.problems)
    problems.push_back({{"code", problem.code}, {"message", problem.message}});
  answer["problems"] = std::move(problems);
  answer["warnings"] = json::value_from(check.warnings);
  output.print(answer);
  return 0;
}

struct PlanVerbOptions {
  CampaignId id;
  std::optional<WallTime> at;
  std::optional<int> emails;
};

void plan_for_people(Output& output, const PlanAnswer& plan, CampaignId id) {
  constexpr std::size_t kDaysShown = 14;
  if (plan.emails == 0) {
    output.say(fmt::format("Campaign {} has nothing left to send.", id.value));
    return;
  }
  output.say(fmt::format("{}, first {}, last {}.", count_of(plan.emails, "email"), show_time(plan.first),
                         plan.beyond > 0 ? "after 2036" : show_time(plan.last)));
  Table days({fmt::format("DAY ({})", plan.zone), ">EMAILS"});
  for (std::size_t i = 0; i < plan.days.size() && i < kDaysShown; ++i) {
    days.add({plan.days[i].date, std::to_string(plan.days[i].emails)});
  }
  output.print(days);
  if (plan.days.size() > kDaysShown)
    output.say(fmt::format("… and {} more days", plan.days.size() - kDaysShown));
  if (plan.beyond > 0) {
    output.say(fmt::format("{} would be due after 2036: cap and pace do not fit this list.",
                           count_of(plan.beyond, "email")));
  }
  if (plan.first_emails.empty()) return;
  Table first({">EMAIL", "DUE", "MAILBOX"});
  for (const auto& email : plan.first_emails) {
    first.add({std::to_string(email.number), show_time(email.due), email.mailbox});
  }
  output.print(first);
}

VerbResult plan(VerbContext& context, Output& output, const PlanVerbOptions& options) {
  const auto answer =
      plan_campaign(context.actions, options.id, {.at = options.at, .first = options.emails.value_or(0)});
  if (!answer) return std::unexpected(answer.error());
  if (!output.wants_json()) {
    plan_for_people(output, *answer, options.id);
    for (const auto& note : answer->notes) output.note("Note: " + note);
    return 0;
  }
  json::array days, first;
  for (const auto& day : answer->days) days.push_back({{"date", day.date}, {"emails", day.emails}});
  for (const auto& email : answer->first_emails) {
    first.push_back({{"number", email.number}, {"due_at", time_json(email.due)}, {"mailbox", email.mailbox}});
  }
  output.print(json::object{{"id", options.id.value},
                            {"emails", answer->emails},
                            {"first_due_at", time_json(answer->first)},
                            {"last_due_at", time_json(answer->last)},
                            {"zone", answer->zone},
                            {"days", std::move(days)},
                            {"first_emails", std::move(first)},
                            {"beyond_2036", answer->beyond},
                            {"notes", json::value_from(answer->notes)}});
  return 0;
}

struct ExportOptions {
  CampaignId id;
  std::optional<std::string> out;
};

VerbResult export_to(VerbContext& context, Output& output, const ExportOptions& options) {
  if (!options.out) {
    if (output.wants_json()) {
      return invalid("bad_command_line",
                     "An export is CSV: with --json, name a file for it with --out FILE.");
    }
    const auto rows = export_campaign(context.actions, options.id, context.out);
    if (!rows) return std::unexpected(rows.error());
    return 0;
  }
  // Asked first: an unknown campaign should leave no file behind, not even for a moment.
  const auto campaign = context.actions.store.campaign(options.id);
  if (!campaign) return std::unexpected(campaign.error());
  auto file = NewFile::create(context.files.to_write(*options.out));
  if (!file) return std::unexpected(file.error());
  const auto rows = export_campaign(context.actions, options.id, (*file)->out());
  if (!rows) return std::unexpected(rows.error());
  if (const auto kept = (*file)->keep(); !kept) return std::unexpected(kept.error());
  if (output.wants_json()) {
    output.print(json::object{{"id", options.id.value}, {"rows", *rows}, {"file", (*file)->name().string()}});
  } else {
    output.say(fmt::format("{} written to {}.", count_of(*rows, "row"), (*file)->name().string()));
  }
  return 0;
}

}  // namespace

void add_campaign_read_verbs(VerbTable& table, CLI::App* campaign) {
  {
    auto options = std::make_shared<ListOptions>();
    auto* verb = table.verb(
        campaign, "list", "List campaigns, newest first", "postrider campaign list --status sending",
        [options](VerbContext& context, Output& output) { return list(context, output, *options); });
    add_choice(verb, "--status", options->status,
               {"draft", "scheduled", "sending", "paused", "completed", "failed", "cancelled"}, "Only these");
    add_number(verb, "--limit", options->limit, 1, 200, "At most this many (50)");
    add_number(verb, "--before", options->before, 1, INT64_MAX, "Only ids below this");
  }
  {
    auto id = std::make_shared<CampaignId>();
    auto* verb =
        table.verb(campaign, "show", "Everything about one campaign", "postrider campaign show 7",
                   [id](VerbContext& context, Output& output) { return show(context, output, *id); });
    add_id(verb, *id, "The campaign");
  }
  {
    auto options = std::make_shared<PlanVerbOptions>();
    auto* verb = table.verb(
        campaign, "plan", "When its emails would leave; changes nothing",
        "postrider campaign plan 7 --emails 10",
        [options](VerbContext& context, Output& output) { return plan(context, output, *options); });
    add_id(verb, options->id, "The campaign");
    add_time(verb, "--at", options->at, "As if started at this moment (now)");
    add_number(verb, "--emails", options->emails, 0, 10'000,
               "Show the due times of this many first emails (0)");
  }
  add_campaign_emails_verb(table, campaign);
  {
    auto options = std::make_shared<ExportOptions>();
    auto* verb = table.verb(
        campaign, "export", "A CSV row per recipient: state, times, tries, the server's words",
        "postrider campaign export 7 --out spring.csv",
        [options](VerbContext& context, Output& output) { return export_to(context, output, *options); });
    add_id(verb, options->id, "The campaign");
    add_text(verb, "--out", options->out, "File to write (standard output)", "NEW-FILE");
  }
}

}  // namespace postrider
