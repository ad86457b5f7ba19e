// campaign emails, email show: the emails of one campaign, page by page, and the history of one of them.

#include <fmt/format.h>

#include "actions/message_ids.h"
#include "app/verbs/noun_groups.h"
#include "app/verbs/verb_options.h"
#include "base/text.h"
#include "http/nouns/nouns_json.h"

namespace postrider {

namespace {

namespace json = boost::json;

struct EmailsOptions {
  CampaignId id;
  std::optional<std::string> status, address, prefix, after_address;
  std::optional<int> limit;
  std::optional<std::int64_t> after, before;
  bool newest_first = false;
};

std::string show_reply(int code, const std::string& enhanced) {
  if (code == 0) return "-";
  return enhanced.empty() ? std::to_string(code) : fmt::format("{} {}", code, enhanced);
}

void attempts_for_people(VerbContext& context, Output& output, const EmailView& email,
                         const MailboxNames& names) {
  const auto attempts = email.id ? context.actions.store.attempts(email.id) : std::vector<AttemptView>{};
  if (!email.message_id.empty()) output.say("Message-ID: " + email.message_id);
  if (attempts.empty()) {
    output.say("No attempt yet.");
    return;
  }
  Table table({">TRY", "STARTED", "MAILBOX", "OUTCOME", "STAGE", "REPLY", "THE SERVER'S WORDS", "REASON"});
  for (const auto& attempt : attempts) {
    table.add({std::to_string(attempt.number) + (attempt.charged ? "" : " (free)"),
               show_time(attempt.started), mailbox_name(names, attempt.mailbox), attempt.disposition,
               attempt.stage, show_reply(attempt.code, attempt.enhanced), attempt.server_text,
               attempt.reason});
  }
  output.print(table);
}

VerbResult emails(VerbContext& context, Output& output, const EmailsOptions& options) {
  auto& store = context.actions.store;
  const auto campaign = store.campaign(options.id);
  if (!campaign) return std::unexpected(campaign.error());
  EmailFilter filter;
  filter.limit = options.limit.value_or(100);
  filter.after = options.after.value_or(0);
  filter.newest_first = options.newest_first;
  filter.before = options.before.value_or(0);
  filter.prefix = lower_ascii(options.prefix.value_or(""));
  if (options.after_address) {
    const auto address = parse_address(*options.after_address);
    if (!address) return std::unexpected(address.error());
    filter.after_key = address->key();
  }
  if (options.status) filter.status = parse_email_status(*options.status);
  if (options.address) {
    const auto address = parse_address(*options.address);
    if (!address) return std::unexpected(address.error());
    filter.address = address->key();
  }
  auto page = store.emails(options.id, filter);
  const MessageIds message_ids(context.actions);
  for (auto& email : page) message_ids.fill(options.id, email);
  const auto names = mailbox_names(store);
  const bool more = page.size() == static_cast<std::size_t>(filter.limit);

  if (output.wants_json()) {
    json::array rows;
    for (const auto& email : page) {
      auto row = to_json(email, *campaign, names);
      if (options.address) {
        json::array attempts;
        if (email.id) {
          for (const auto& attempt : store.attempts(email.id)) attempts.push_back(to_json(attempt, names));
        }
        row["attempts"] = std::move(attempts);
      }
      rows.push_back(std::move(row));
    }
    // One of three, as the order is: how the next page is asked for.
    json::object answer{{"emails", std::move(rows)}, {"next_after", nullptr}};
    if (more && !filter.prefix.empty()) {
      answer["next_after_address"] = page.back().address;
    } else if (more && filter.newest_first) {
      answer["next_before"] = page.back().ordinal;
    } else if (more) {
      answer["next_after"] = page.back().ordinal;
    }
    output.print(answer);
    return 0;
  }
  if (page.empty()) {
    output.say(fmt::format("Campaign {} has no such emails.", options.id.value));
    return 0;
  }
  Table table({">#", ">ROW", "EMAIL", "STATUS", ">TRIES", "PLANNED", "SENT", "REPLY", "REASON"});
  for (const auto& email : page) {
    table.add({std::to_string(email.ordinal), std::to_string(email.source_row), email.address,
               std::string(to_string(email.status)), fmt::format("{}/{}", email.tries, email.max_tries),
               show_time(email.due), show_time(email.sent_at), show_reply(email.code, email.enhanced),
               email.reason.empty() ? email.server_text : email.reason});
  }
  if (campaign->test) output.say(show_test(*campaign->test, context.actions.catch_directory) + ".");
  output.print(table);
  if (options.address) attempts_for_people(context, output, page.front(), names);
  if (more && !filter.prefix.empty()) {
    output.note(fmt::format("There may be more: --after-address {}", page.back().address));
  } else if (more) {
    output.note(fmt::format("There may be more: --{} {}", filter.newest_first ? "before" : "after",
                            page.back().ordinal));
  }
  return 0;
}

VerbResult show(VerbContext& context, Output& output, EmailId id) {
  auto& store = context.actions.store;
  auto found = store.email(id);
  if (!found) return std::unexpected(found.error());
  auto& [campaign_id, email] = *found;
  const auto campaign = store.campaign(campaign_id);
  if (!campaign) return std::unexpected(campaign.error());
  MessageIds(context.actions).fill(campaign_id, email);
  const auto names = mailbox_names(store);
  if (output.wants_json()) {
    auto row = to_json(email, *campaign, names);
    json::array attempts;
    for (const auto& attempt : store.attempts(id)) attempts.push_back(to_json(attempt, names));
    row["attempts"] = std::move(attempts);
    output.print(row);
    return 0;
  }
  Table table;
  table.add({"Email", fmt::format("{} of campaign {}", id.value, campaign_id.value)});
  table.add({"To", email.address});
  table.add(
      {"Status", std::string(to_string(email.status)) + (email.reason.empty() ? "" : ": " + email.reason)});
  table.add({"Tries", fmt::format("{} of {}", email.tries, email.max_tries)});
  table.add({"Planned", show_time(email.due)});
  table.add({"Sent", show_time(email.sent_at)});
  output.print(table);
  attempts_for_people(context, output, email, names);
  return 0;
}

}  // namespace

void add_email_verbs(VerbTable& table) {
  auto* group = table.group("email", "One email of a campaign");
  auto id = std::make_shared<EmailId>();
  auto* verb =
      table.verb(group, "show", "One email and every attempt to send it", "postrider email show 4711",
                 [id](VerbContext& context, Output& output) { return show(context, output, *id); });
  add_id(verb, *id, "The email");
}

void add_campaign_emails_verb(VerbTable& table, CLI::App* campaign) {
  auto options = std::make_shared<EmailsOptions>();
  auto* verb = table.verb(
      campaign, "emails", "Its emails, one by one; with --address the whole history of one",
      "postrider campaign emails 7 --status failed",
      [options](VerbContext& context, Output& output) { return emails(context, output, *options); });
  add_id(verb, options->id, "The campaign");
  add_text(verb, "--begins", options->prefix, "Only addresses that begin so, in their order", "TEXT");
  verb->add_flag("--newest-first", options->newest_first, "From the end of the list");
  add_choice(verb, "--status", options->status,
             {"pending", "sent", "failed", "bounced", "skipped", "uncertain"}, "Only these");
  add_text(verb, "--address", options->address, "Only this recipient, with every attempt", "ADDRESS");
  add_number(verb, "--limit", options->limit, 1, 1000, "At most this many (100)");
  add_number(verb, "--after", options->after, 0, INT64_MAX, "Only numbers (#) above this");
  add_number(verb, "--before", options->before, 1, INT64_MAX, "With --newest-first: only numbers below this");
  add_text(verb, "--after-address", options->after_address, "With --begins: only addresses behind this one",
           "ADDRESS");
}

}  // namespace postrider
