#include "actions/check_campaign.h"

#include <fmt/format.h>

#include <algorithm>

#include "actions/check_unsubscribe.h"

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

/// The same without its faulty parts, so that what is wrong with the rest is said at the same time.
Campaign without_faults(Campaign campaign, const std::vector<Letter::Fault>& faults) {
  for (const auto& fault : faults) {
    if (fault.part == "subject") {
      campaign.subject = "-";
    } else if (fault.part == "message" || fault.part == "text part") {
      campaign.message = "-";
      campaign.content.text.clear();
      campaign.content.format = MessageFormat::text;
    } else if (fault.part.starts_with("header")) {
      campaign.content.headers.clear();
    } else {
      campaign.content.reply_to.clear();
    }
  }
  return campaign;
}

void check_fields(const Campaign& campaign, CampaignCheck& check) {
  auto letter = Letter::compile(campaign, {});
  if (letter) {
    check.letter = *letter;
  } else {
    for (const auto& [part, error] : letter.error()) {
      check.problems.push_back({error.code, fmt::format("In the {}: {}", part, error.message)});
    }
    letter = Letter::compile(without_faults(campaign, letter.error()), {});
    if (!letter) return;
  }
  check.required = (*letter)->required_columns();
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

/// Where the campaign goes instead of to its list.
void check_test(ActionContext& context, const Campaign& campaign, CampaignCheck& check) {
  if (!campaign.test) return;
  if (campaign.test->to_catcher()) {
    check.warnings.push_back(fmt::format("Test mode: nothing leaves this machine, every email goes into {}.",
                                         context.catch_directory));
    return;
  }
  const auto tester = parse_address(campaign.test->tester);
  if (!tester) {
    check.problems.push_back({"bad_tester", "The tester's address: " + tester.error().message});
    return;
  }
  if (const auto suppressed = context.store.find_suppression(*tester)) {
    check.problems.push_back({"suppressed", fmt::format("The tester {} must not be mailed: {}.",
                                                        tester->text(), suppressed->reason)});
  }
  check.warnings.push_back(fmt::format("Test mode: every email goes to {} only.", tester->text()));
}

/// What is known of the size without writing a single email: the attachments, as base64 with line ends.
void check_attachments(ActionContext& context, const Campaign& campaign, CampaignCheck& check) {
  std::int64_t bytes = 0;
  for (const auto& file : campaign.content.attachments) bytes += file.size;
  const auto encoded = bytes / 57 * 78;
  for (const auto id : campaign.mailboxes) {
    const auto mailbox = context.store.mailbox(id);
    if (!mailbox || mailbox->size_limit == 0 || encoded <= mailbox->size_limit) continue;
    check.problems.push_back(
        {"too_large", fmt::format("With its attachments an email has {} bytes or more; the server of mailbox "
                                  "{} takes at most {}. Attach less, or link to the files.",
                                  encoded, mailbox->name, mailbox->size_limit)});
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
  add_unsubscribe_problems(context, campaign, check);
  check_attachments(context, campaign, check);
  check_test(context, campaign, check);
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
