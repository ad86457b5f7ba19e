// uncertain list | resolve

#include <fmt/format.h>

#include "actions/message_ids.h"
#include "actions/resolve_uncertain.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct ListOptions {
  std::optional<std::int64_t> campaign, before;
  std::optional<int> limit;
};

/// One page: of one campaign (by place in its list), or of all (newest first).
Result<std::vector<std::pair<CampaignId, EmailView>>> find(CampaignStore& store, const ListOptions& options,
                                                           int limit) {
  if (!options.campaign) return store.uncertain(EmailId{options.before.value_or(0)}, limit);
  const CampaignId id{*options.campaign};
  const auto campaign = store.campaign(id);
  if (!campaign) return std::unexpected(campaign.error());
  std::vector<std::pair<CampaignId, EmailView>> found;
  for (auto& email :
       store.emails(id, {.status = EmailStatus::uncertain, .address = {}, .after = 0, .limit = limit})) {
    found.emplace_back(id, std::move(email));
  }
  return found;
}

VerbResult list(VerbContext& context, Output& output, const ListOptions& options) {
  auto& store = context.actions.store;
  const auto limit = options.limit.value_or(100);
  auto found = find(store, options, limit);
  if (!found) return std::unexpected(found.error());
  const MessageIds message_ids(context.actions);
  for (auto& [id, email] : *found) message_ids.fill(id, email);
  const auto names = mailbox_names(store);
  const bool more = found->size() == static_cast<std::size_t>(limit);

  if (output.wants_json()) {
    json::array rows;
    for (const auto& [id, email] : *found) {
      rows.push_back({{"id", email.id.value},
                      {"campaign_id", id.value},
                      {"row", email.source_row},
                      {"email", email.address},
                      {"name", email.name},
                      {"mailbox", mailbox_name(names, email.mailbox)},
                      {"send_attempts", email.tries},
                      {"message_id", email.message_id},
                      {"finished_at", time_json(email.finished_at)},
                      {"reason", email.reason}});
    }
    output.print(json::object{{"uncertain", std::move(rows)}});
    return 0;
  }
  if (found->empty()) {
    output.say("No email is uncertain.");
    return 0;
  }
  Table table({">ID", ">CAMPAIGN", "EMAIL", "MAILBOX", "SINCE", "MESSAGE-ID", "REASON"});
  for (const auto& [id, email] : *found) {
    table.add({std::to_string(email.id.value), std::to_string(id.value), email.address,
               mailbox_name(names, email.mailbox), show_time(email.finished_at), email.message_id,
               email.reason});
  }
  output.print(table);
  output.note(
      "Look for the Message-ID in the mailbox's sent mail or the server's log, then "
      "`postrider uncertain resolve ID --as sent|failed|resend`.");
  if (more && !options.campaign)
    output.note(fmt::format("Older ones: --before {}", found->back().second.id.value));
  return 0;
}

struct ResolveOptions {
  EmailId id;
  std::optional<std::string> as;
};

VerbResult resolve(VerbContext& context, Output& output, const ResolveOptions& options) {
  const auto resolution = parse_resolution(*options.as);
  if (!resolution) return std::unexpected(resolution.error());
  const auto resolved = resolve_uncertain(context.actions, options.id, *resolution);
  if (!resolved) return std::unexpected(resolved.error());
  if (output.wants_json()) {
    output.print(json::object{{"id", options.id.value}, {"resolved_as", *options.as}});
  } else {
    output.say(*options.as == "resend"
                   ? fmt::format("Email {} is sent once more.", options.id.value)
                   : fmt::format("Email {} counts as {}.", options.id.value, *options.as));
  }
  return 0;
}

}  // namespace

void add_uncertain_verbs(VerbTable& table) {
  auto* group = table.group("uncertain", "Emails of which nobody knows whether they were accepted");
  {
    auto options = std::make_shared<ListOptions>();
    auto* verb = table.verb(
        group, "list", "List them, newest first", "postrider uncertain list --campaign 7",
        [options](VerbContext& context, Output& output) { return list(context, output, *options); });
    add_number(verb, "--campaign", options->campaign, 1, INT64_MAX, "Only those of this campaign");
    add_number(verb, "--limit", options->limit, 1, 1000, "At most this many (100)");
    add_number(verb, "--before", options->before, 1, INT64_MAX, "Only ids below this");
  }
  {
    auto options = std::make_shared<ResolveOptions>();
    auto* verb = table.verb(
        group, "resolve", "Say what became of one", "postrider uncertain resolve 4711 --as sent",
        [options](VerbContext& context, Output& output) { return resolve(context, output, *options); });
    add_id(verb, options->id, "The email");
    add_choice(verb, "--as", options->as, {"sent", "failed", "resend"}, "What it was, or send it once more")
        ->required();
  }
}

}  // namespace postrider
