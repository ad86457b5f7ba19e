#include "actions/alert_message.h"

#include <fmt/format.h>

#include "campaign/mailbox_advice.h"

namespace postrider {
namespace {

constexpr std::string_view kFoot =
    "\n\nPostrider tells of each cause once an hour at most. `postrider doctor` says what else keeps mail from "
    "leaving.\n";

std::string_view cause_of(AlertKind kind) {
  switch (kind) {
    case AlertKind::mailbox_paused:
      return "mailbox_paused";
    case AlertKind::mailbox_stopped:
      return "mailbox_stopped";
    case AlertKind::campaign_braked:
      return "campaign_braked";
    case AlertKind::campaign_completed:
      return "campaign_completed";
    case AlertKind::campaign_failed:
      return "campaign_failed";
  }
  std::unreachable();
}

Result<AlertMessage> of_mailbox(ActionContext& context, const Alert& alert, std::string_view became) {
  const auto mailbox = context.store.mailbox(MailboxId{alert.subject});
  if (!mailbox) return std::unexpected(mailbox.error());
  const auto standing = standing_of(*mailbox);
  auto sentence = fmt::format("Mailbox {} ({}) was {} at {}: {}", mailbox->name, mailbox->from, became,
                              format_rfc3339(alert.made), alert.why);
  return AlertMessage{.subject = fmt::format("Postrider: mailbox {} is {}", mailbox->name, became),
                      .text = fmt::format("{}\n\n{}{}", sentence,
                                          standing.empty() ? "It is active again by now." : standing, kFoot),
                      .sentence = std::move(sentence),
                      .cause = std::string(cause_of(alert.kind)),
                      .campaign = {},
                      .through = {},
                      .never_through = mailbox->id,
                      .name = mailbox->name};
}

Result<AlertMessage> of_campaign(ActionContext& context, const Alert& alert, std::string_view became,
                                 std::string_view next) {
  const auto campaign = context.store.campaign(CampaignId{alert.subject});
  if (!campaign) return std::unexpected(campaign.error());
  const auto& counts = campaign->counts;
  auto sentence = fmt::format("Campaign {} \"{}\" {} at {}.{}{}", campaign->id.value, campaign->name, became,
                              format_rfc3339(alert.made), alert.why.empty() ? "" : " ", alert.why);
  return AlertMessage{
      .subject = fmt::format("Postrider: campaign {} {}", campaign->name, became),
      .text = fmt::format(
          "{}\n\nsent {}, failed {}, bounced {}, skipped {}, uncertain {}, pending {}\n\n`postrider campaign {} "
          "{}`{}",
          sentence, counts.sent, counts.failed, counts.bounced, counts.skipped, counts.uncertain,
          counts.pending, next, campaign->id.value, kFoot),
      .sentence = std::move(sentence),
      .cause = std::string(cause_of(alert.kind)),
      .campaign = campaign->id,
      .through = campaign->mailboxes,
      .never_through = {},
      .name = campaign->name};
}

}  // namespace

Result<AlertMessage> alert_message(ActionContext& context, const Alert& alert) {
  switch (alert.kind) {
    case AlertKind::mailbox_paused:
      return of_mailbox(context, alert, "paused");
    case AlertKind::mailbox_stopped:
      return of_mailbox(context, alert, "stopped");
    case AlertKind::campaign_braked:
      return of_campaign(context, alert, "was paused by its brake", "show");
    case AlertKind::campaign_completed:
      return of_campaign(context, alert, "is finished", "show");
    case AlertKind::campaign_failed:
      return of_campaign(context, alert, "failed: nothing of it was sent", "emails");
  }
  std::unreachable();
}

AlertMessage storage_message(const std::string& file, const std::string& trouble) {
  auto sentence = fmt::format("The database {} takes nothing: {}", file, trouble);
  return {.subject = "Postrider: nothing can be written, so nothing is sent",
          .text = fmt::format("{}\n\nMake room; it goes on by itself.{}", sentence, kFoot),
          .sentence = std::move(sentence),
          .cause = "nothing_can_be_written",
          .campaign = {},
          .through = {},
          .never_through = {},
          .name = {}};
}

}  // namespace postrider
