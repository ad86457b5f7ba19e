#include "actions/check_campaign.h"

#include <fmt/format.h>

#include <algorithm>

#include "mail/template.h"

namespace postrider {

namespace {

void check_mailboxes(ActionContext& context, const Campaign& campaign, CampaignCheck& check) {
  if (campaign.mailboxes.empty()) {
    check.problems.push_back({"no_mailbox", "It has no mailbox to send from. Give it one."});
  }
  for (const auto id : campaign.mailboxes) {
    const auto mailbox = context.store.mailbox(id);
    if (!mailbox) {
      check.problems.push_back(
          {"no_mailbox", fmt::format("Its mailbox {} does not exist any more.", id.value)});
      continue;
    }
    switch (mailbox->status) {
      case MailboxStatus::active:
        break;
      case MailboxStatus::paused:
        check.warnings.push_back(fmt::format("Mailbox {} is paused: {}.", mailbox->name, mailbox->why));
        break;
      case MailboxStatus::stopped:
        check.problems.push_back(
            {"mailbox_stopped", fmt::format("Mailbox {} is stopped: {}. Mend it, test it and resume it.",
                                            mailbox->name, mailbox->why)});
        break;
    }
    if (mailbox->mock) {
      check.warnings.push_back(
          fmt::format("Mailbox {} is in mock mode: nothing leaves this machine.", mailbox->name));
    }
  }
}

void add_template(std::string_view what, std::string_view text, const std::vector<std::string>& headers,
                  TemplateKind kind, CampaignCheck& check) {
  const auto compiled = Template::compile(text, headers, {.kind = kind});
  if (!compiled) {
    check.problems.push_back(
        {compiled.error().code, fmt::format("In the {}: {}", what, compiled.error().message)});
    return;
  }
  for (const auto column : compiled->required_columns()) {
    if (std::ranges::find(check.required, column) == check.required.end()) check.required.push_back(column);
  }
}

std::string unresolved_text(const Column& column) {
  std::string rows;
  for (const auto row : column.empty_rows) rows += fmt::format("{}{}", rows.empty() ? "" : ", ", row);
  const auto more = static_cast<std::int64_t>(column.empty_rows.size()) < column.empty ? ", …" : "";
  return fmt::format(
      "{{{{{0}}}}} is empty for {1} recipient{2} (row{3} {4}{5}). Fill the cell{3} in, give the field a "
      "default: {{{{ {0} | default: \"…\" }}}}, or leave these recipients out (--skip-unresolved).",
      column.header, column.empty, column.empty == 1 ? "" : "s", column.empty_rows.size() == 1 ? "" : "s",
      rows, more);
}

void check_fields(const Campaign& campaign, CampaignCheck& check) {
  std::vector<std::string> headers;
  for (const auto& column : campaign.columns) headers.push_back(column.header);
  add_template("subject", campaign.subject, headers, TemplateKind::line, check);
  add_template("message", campaign.message, headers, TemplateKind::text, check);
  std::ranges::sort(check.required);
  std::erase_if(check.required, [&](std::size_t i) { return campaign.columns[i].empty == 0; });
  for (const auto i : check.required) {
    const auto& column = campaign.columns[i];
    if (!campaign.skip_unresolved) {
      check.problems.push_back({"unresolved_field", unresolved_text(column)});
    } else if (column.empty >= campaign.counts.total()) {
      check.problems.push_back(
          {"no_recipients",
           fmt::format("{{{{{}}}}} is empty for every recipient: all would be skipped.", column.header)});
    } else {
      check.warnings.push_back(fmt::format("{} recipient{} skipped, for {{{{{}}}}} is empty.", column.empty,
                                           column.empty == 1 ? " is" : "s are", column.header));
    }
  }
}

}  // namespace

CampaignCheck check_campaign(ActionContext& context, const Campaign& campaign) {
  CampaignCheck check;
  check_mailboxes(context, campaign, check);
  if (campaign.counts.total() == 0) {
    check.problems.push_back({"no_recipients", "It has no recipients: no row of its list could be used."});
  } else {
    check_fields(campaign, check);
  }
  if (campaign.window) {
    if (const auto fine = validate(*campaign.window); !fine) {
      check.problems.push_back({fine.error().code, fine.error().message});
    }
  }
  if (context.store.state().quarantined_at) {
    check.warnings.push_back(
        "The database was restored from a backup and sends nothing until it is resumed.");
  }
  for (const auto& queue : context.store.queues()) {
    if (queue.id == campaign.queue && queue.paused) {
      check.warnings.push_back(fmt::format("Queue {} is paused.", queue.settings.name));
    }
  }
  return check;
}

}  // namespace postrider
